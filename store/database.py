"""Connections and transactions: a pool per process, psycopg 3, plain SQL.

Values come back as frozen dataclasses (`psycopg.rows.class_row`) or tuples, never as dicts.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from copy import copy
from datetime import datetime
from functools import partial
from typing import Any, Final, Self, TypeVar
from uuid import UUID

import orjson
import psycopg
import structlog
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool

from logs import described, new_request_id
from store import limits, outcomes
from store.asking import Asking
from store.clock import Clock
from store.limits import Limits
from store.together import SHUT_DOWN, OutcomeUnknown, Rescue, Rescued, together

Conn = Connection[tuple[Any, ...]]
T = TypeVar("T")
Opened = Callable[[UUID], AbstractContextManager[Conn]]
"""What encloses a transaction, given the id by which its outcome is noted."""

APPLICATION = "dakiya"
PLANNED_ONCE = """
    set_config('plan_cache_mode', 'force_generic_plan', true),
    set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)
"""
"""SQL, a part of a SELECT: from here on, each statement of the transaction is planned once for all
values, as look-ups by keys. To plan the long statements of a turn takes longer than to run them,
and a plan that was made while tables were small would read them whole when they have grown. What
is so forbidden costs as much as PostgreSQL before 18 thinks worth compiling: two seconds a turn.
"""
_TRIES = 4
# A pool that has lost its connections asks ever more rarely: after 20 s away it would be back 8 s
# late. After this time it gives up, and whoever wants a connection next begins anew.
_RECONNECT_SECONDS = 1.0
_CONNECT_SECONDS = 5  # for each host
_LOOK_UP_SECONDS = 0.1  # between two tries to look up an outcome
_CLOCK_SECONDS = 1.0  # that the first question for the time waits for a connection
_PREPARED = 400  # statements of a connection; those of more rows are statements of their own

log = structlog.get_logger(__name__)


def _patience(url: str) -> str | int:
    """Return how long one host may take to answer: one that is cut off must not hide the next."""
    named = conninfo_to_dict(url).get("connect_timeout")
    return named or os.environ.get("PGCONNECT_TIMEOUT") or _CONNECT_SECONDS


def _insist_on_open(connection: Conn) -> None:
    """Raise `psycopg.OperationalError` where the server has ended the connection.

    An idle connection has little to read but its end, so looking costs no query.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    while poll.poll(0):
        connection.pgconn.consume_input()  # a notice is read; the end raises


# Times come in UTC: libpq asks for it as it connects, and no session has to be set up.
os.environ["PGTZ"] = "UTC"

# A lock that is not there in time, and a statement that takes too long: of this work, not of the
# database, which answers.
NOT_IN_TIME: Final = (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled)


class Demoted(psycopg.OperationalError):
    """This server takes no writes any more: another one is the primary now."""


class Database:
    """The PostgreSQL connections of this process. Cheap to create; connects on first use.

    `runs_on`: what PostgreSQL shows of this process's connections (`pg_stat_activity`), beside the
    service's name. `wait`: seconds for a free connection, after which `psycopg_pool.PoolTimeout` is
    raised. `prepares`: after so many times a statement is prepared; None: never, as PgBouncer in
    transaction mode wants it.
    """

    def __init__(
        self,
        url: str,
        size: int = 8,
        runs_on: str = "",
        wait: float = 10,
        prepares: int | None = 5,
    ) -> None:
        self.url = url
        self._wait = wait
        self._clock = Clock()
        self._limits: Limits | None = None
        self._pool: ConnectionPool[Conn] = ConnectionPool(
            url,
            min_size=1,
            max_size=size,
            timeout=wait,
            open=False,
            kwargs={
                "application_name": f"{APPLICATION} {runs_on}".strip(),
                "prepare_threshold": prepares,
                "connect_timeout": _patience(url),
            },
            connection_class=Asking,
            configure=self._configure,
            check=self._check,
            reconnect_timeout=_RECONNECT_SECONDS,
            name="dakiya",
        )

    def open(self) -> None:
        """Open the pool. Call once per process, after any fork."""
        self._pool.open()

    def close(self) -> None:
        self._pool.close()

    def now(self) -> datetime:
        """Return PostgreSQL's time (store/clock.py); the machine's own while it is away."""
        if not self._clock.asked:
            with suppress(psycopg.OperationalError), self._pool.connection(_CLOCK_SECONDS):
                pass  # a connection that is new, or taken, asks
        return self._clock()

    def _configure(self, connection: Conn) -> None:
        connection.prepared_max = _PREPARED
        set_json_loads(orjson.loads, connection)
        self._ask_the_time(connection)

    def _check(self, connection: Conn) -> None:
        _insist_on_open(connection)
        self._ask_the_time(connection)

    def _ask_the_time(self, connection: Conn) -> None:
        if self._clock.due:
            self._clock.ask(connection)

    def within(self, limited_by: Limits) -> Self:
        """Return the same connections, of which each transaction has these limits."""
        limited = copy(self)
        limited._limits = limited_by
        return limited

    @contextmanager
    def transaction(self) -> Iterator[Conn]:
        """Enclose one transaction: committed when the block ends, rolled back when it raises.

        Raises `OutcomeUnknown` where the answer to the commit is lost. Nobody looks it up, so this
        is for what only reads, or may be done again: all else is given to `run`.
        """
        with self._open() as connection:
            yield connection
            _commit(connection, b"COMMIT")

    @contextmanager
    def _noted(self, id_: UUID) -> Iterator[Conn]:
        """Enclose one transaction, as `transaction`, that notes its outcome by `id_`."""
        with self._open() as connection:
            yield connection
            _commit(connection, f"SELECT note_outcome('{id_}'); COMMIT".encode())

    @contextmanager
    def _open(self) -> Iterator[Conn]:
        with self._pool.connection() as connection, self._leaving(connection):
            if self._limits is not None:
                limits.limit(connection, self._limits)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Conn]:
        """Enclose one transaction that only reads, of the primary or of a replica."""
        with self._pool.connection() as connection:
            if self._limits is not None:
                limits.limit(connection, self._limits)
            connection.execute("SET TRANSACTION READ ONLY")
            yield connection

    @contextmanager
    def together(
        self, id_: UUID | None = None, rescue: Rescue[Any] | None = None
    ) -> Iterator[Conn]:
        """Enclose one transaction, as `transaction`, whose statements travel together.

        `id_`: by which its outcome is noted. See store/together.py: an answer is fetched where it
        is wanted, at the latest at the end.
        """
        with (
            self._pool.connection() as connection,
            self._leaving(connection),
            together(connection, id_, rescue),
        ):
            if self._limits is not None:
                limits.limit_travelling(connection, self._limits)
            yield connection

    @contextmanager
    def _leaving(self, connection: Conn) -> Iterator[None]:
        """Leave a server that was demoted: it answers, so nothing else would end its connections.

        Raise `Demoted`, after which `connection` is closed: nothing of the transaction was written.
        """
        try:
            yield
        except psycopg.errors.ReadOnlySqlTransaction as refused:
            connection.close()
            self._pool.drain()
            raise Demoted("the server is a replica now: the next connection leads on") from refused

    def run(self, work: Callable[[Conn], T]) -> T:
        """Run `work` in one transaction, again where PostgreSQL asks for it.

        A deadlock or a serialization failure rolls back everything, so `work` must have no
        effect outside of the database; so does a connection that is lost before the commit, after
        which it is run once more. Where the answer to the commit is lost it is looked up whether it
        was done (store/outcomes.py): then its result is returned, else it is run once more. A lock
        that was not there in time is waited for once more. Raises what `work` raises, and
        `OutcomeUnknown` where the database is not back in time to be asked.
        """
        return self._run(self._noted, work)

    def run_together(self, work: Callable[[Conn], T]) -> T:
        """Run `work` as `run` does; its statements travel together (store/together.py)."""
        return self._run(self.together, work)

    def run_at_once(self, work: Callable[[Conn], T]) -> T:
        """Run `work` as `run` does, but wait for a lock no second time."""
        return self._run_at_once(self._noted, work)

    def run_together_or_else(self, work: Callable[[Conn], T], rescue: Rescue[T]) -> T:
        """Run `work` as `run_together` does, but wait for a lock no second time: see `Rescue`."""
        try:
            return self._run_at_once(partial(self.together, rescue=rescue), work)
        except Rescued as done:
            value: T = done.value
            return value

    def _run(self, opened: Opened, work: Callable[[Conn], T]) -> T:
        try:
            return self._run_at_once(opened, work)
        except psycopg.errors.LockNotAvailable:
            return self._run_at_once(opened, work)

    def _run_at_once(self, opened: Opened, work: Callable[[Conn], T]) -> T:
        for left in range(_TRIES - 1, -1, -1):
            id_, connection, results = outcomes.new_id(self._clock()), None, list[T]()
            try:
                with opened(id_) as connection:
                    results.append(work(connection))
                return results[0]
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                if not left:
                    raise
            except OutcomeUnknown as unknown:
                if self._was_done(id_, unknown):
                    if unknown.instead is not None:
                        raise unknown.instead from unknown
                    return results[0]
                if not left:
                    raise
            except psycopg.OperationalError:
                lost = connection is not None and connection.closed
                if not lost or left < _TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def _was_done(self, id_: UUID, unknown: OutcomeUnknown) -> bool:
        """Tell whether that transaction was committed; it never will be any more if not.

        Raises `unknown` where the database is not back in time.
        """
        until = time.monotonic() + self._wait
        while True:
            try:
                with self.transaction() as conn:
                    done = outcomes.settle(conn, id_)
            except psycopg.OperationalError as error:
                if time.monotonic() >= until:
                    log.error("outcome_unknown", **described(error))
                    raise unknown from error
                time.sleep(_LOOK_UP_SECONDS)
            else:
                log.warning("outcome_looked_up", done=done)
                return done

    def run_each(
        self,
        due: Sequence[T],
        work: Callable[[Conn, T], int],
        put_off: Callable[[Conn, T], None],
    ) -> int:
        """Do `work` for each of `due`, in a transaction of its own; return the sum of its results.

        For periodic work: one that fails does not stop the others. It is logged without its values
        and `put_off` in a new transaction; so is one that waits for what others hold. An
        unreachable database is no fault of the work: raises `psycopg.OperationalError`, and all of
        it is still due.
        """
        done = 0
        for each in due:
            structlog.contextvars.bind_contextvars(request_id=new_request_id())
            try:
                done += self.run_at_once(lambda conn, each=each: work(conn, each))  # type: ignore[misc]
            except NOT_IN_TIME as error:
                log.warning("put_off", work=work.__name__, **described(error))
                with suppress(*NOT_IN_TIME):  # then it is due at once, after the others
                    self.run_at_once(lambda conn, each=each: put_off(conn, each))  # type: ignore[misc]
            except psycopg.OperationalError:
                raise
            except Exception as error:
                log.error("put_off", work=work.__name__, **described(error))
                self.run(lambda conn, each=each: put_off(conn, each))  # type: ignore[misc]
            finally:
                structlog.contextvars.unbind_contextvars("request_id")
        return done


def _commit(connection: Conn, saying: bytes) -> None:
    """End a transaction. Raises `OutcomeUnknown` where the connection was lost meanwhile."""
    if connection.closed:  # and the block does not say so
        raise psycopg.OperationalError("the connection was lost before the commit")
    if connection.info.transaction_status is TransactionStatus.IDLE:
        return
    try:
        connection.execute(saying, prepare=False)
    except psycopg.OperationalError as error:
        if isinstance(error, SHUT_DOWN):
            connection.close()
        if connection.closed:
            raise OutcomeUnknown from error
        raise
