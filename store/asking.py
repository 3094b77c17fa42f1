"""How a statement that travels with others is asked, and its answer read: prepared work is kept.

psycopg makes a cursor, a transformer and its adapters anew for each statement, looks for its
placeholders, and finds a loader for each column of each answer. A turn asks the same two dozen
statements again and again, so a connection keeps what was found out of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from psycopg import Connection, Cursor, pq
from psycopg._preparing import Prepare
from psycopg._queries import PostgresQuery
from psycopg.abc import Transformer
from psycopg.adapt import Transformer as Adaptation
from psycopg.rows import tuple_row

from store.together import Together

_MOST_KEPT: Final = 1_000  # statements of a connection: others are made of values
_ROWS: Final = pq.ExecStatus.TUPLES_OK

Row = tuple[Any, ...]
Values = Sequence[Any] | Mapping[str, Any] | None


class _Known(NamedTuple):
    """What is kept of a statement: its placeholders and the dumpers of their values."""

    query: PostgresQuery
    transformer: Transformer


class _Loaders(NamedTuple):
    """What reads the columns of a prepared statement's answer: the server changes none of them."""

    transformer: Transformer
    columns: int


class _Asked(Cursor[Row]):
    """The answer to one statement that travels with others; its loaders are made once."""

    __slots__ = ("_name",)

    def __init__(self, conn: Connection[Row], transformer: Transformer, name: bytes) -> None:
        self._conn = conn
        self._pgconn = conn.pgconn
        self._adapters = conn.adapters
        self._tx = transformer
        self._name = name  # of the prepared statement, whose columns never change; or none
        self._closed = False
        self._row_factory = tuple_row
        self._make_row = tuple
        self._last_query = None
        self.format = pq.Format.TEXT
        self.arraysize = 1
        self._reset()

    def _set_results(self, results: list[pq.abc.PGresult]) -> None:
        self._results = results
        result = self.pgresult = results[0]
        if result.status == _ROWS:
            self._rowcount = result.ntuples
        else:
            changed = result.command_tuples
            self._rowcount = -1 if changed is None else changed

    def _arrived(self) -> int:
        """Wait for the answer; return how many rows it has, with their loaders at hand."""
        if self.pgresult is None:
            self._fetch_pipeline()
        result = self._check_result_for_fetch()
        connection = self._conn
        assert isinstance(connection, Asking)
        if not self._name:
            self._tx.set_pgresult(result)
            return result.ntuples
        kept = connection.loaders.get(self._name)
        if kept is not None and kept.columns == result.nfields:
            self._tx = kept.transformer
            self._tx.set_pgresult(result, set_loaders=False)
        else:
            self._tx = Adaptation(connection)
            self._tx.set_pgresult(result)
            if len(connection.loaders) >= _MOST_KEPT:  # names of before a rollback never come again
                connection.loaders.clear()
            connection.loaders[self._name] = _Loaders(self._tx, result.nfields)
        return result.ntuples

    def fetchone(self) -> Row | None:
        if self._pos >= self._arrived():
            return None
        self._pos += 1
        return self._tx.load_row(self._pos - 1, tuple)

    def fetchall(self) -> list[Row]:
        there = self._arrived()
        first, self._pos = self._pos, there
        return self._tx.load_rows(first, there, tuple)

    def __iter__(self) -> Iterator[Row]:  # type: ignore[override]
        return iter(self.fetchall())


class Asking(Connection[Row]):
    """A connection that keeps what it found out of the statements that travel together."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._statements: dict[tuple[str, bool], _Known] = {}
        self.loaders: dict[bytes, _Loaders] = {}

    def ask(self, sql: str, values: Values) -> Cursor[Row]:
        """Ask for the answer of a statement, within the pipeline of a transaction."""
        pipeline, prepared = self._pipeline, self._prepared
        assert pipeline is not None
        known = self._statements.get((sql, values is None))
        if known is None:
            known = self._keep(sql, values)
        else:
            known.query.dump(values)
        query = known.query
        prepare, name = prepared.get(query)
        if prepare is Prepare.NO:
            send = partial(
                self.pgconn.send_query_params,
                query.query,
                query.params,
                param_formats=query.formats,
                param_types=query.types,
            )
        else:
            if prepare is Prepare.SHOULD:
                first = partial(self.pgconn.send_prepare, name, query.query, query.types)
                pipeline.command_queue.append(first)
                pipeline.result_queue.append(None)
            send = partial(
                self.pgconn.send_query_prepared, name, query.params, param_formats=query.formats
            )
        pipeline.command_queue.append(send)
        key = prepared.maybe_add_to_cache(query, prepare, name)
        asked = _Asked(self, known.transformer, name)
        pipeline.result_queue.append((asked, None if key is None else (key, prepare, name)))
        if prepared._to_flush:
            self.wait(prepared.maintain_gen(self))
        return asked

    def _keep(self, sql: str, values: Values) -> _Known:
        if len(self._statements) >= _MOST_KEPT:
            self._statements.clear()
        transformer = Adaptation(self)
        known = _Known(PostgresQuery(transformer), transformer)
        known.query.convert(sql, values)  # what cannot be asked is not kept
        self._statements[sql, values is None] = known
        return known

    def execute(
        self,
        query: Any,
        params: Values = None,
        *,
        prepare: bool | None = None,
        binary: bool = False,
    ) -> Cursor[Row]:
        """Execute a statement, as psycopg does; within `store.together.together`, ask for it."""
        travels = type(self._pipeline) is Together and prepare is None and not binary
        if not travels or not isinstance(query, str):
            return super().execute(query, params, prepare=prepare, binary=binary)
        return self.ask(query, params)
