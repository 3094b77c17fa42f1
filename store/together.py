"""Statements that travel together: they wait until an answer is wanted, then all go in one piece.

Each piece that arrives wakes the server's process, and each answer ours; on a busy machine that
costs more than the statements do. psycopg's own pipeline sends every statement on its own; this one
hands them to libpq, which collects them, and sends with the first answer that is fetched.

Write asks before their answers: a cursor's `fetchone` sends all that was asked for until then. A
statement whose answer nobody fetches reports its error with the next answer, or at the commit.
`rowcount` is -1 until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from psycopg import Connection, OperationalError, Pipeline
from psycopg.abc import PQGen
from psycopg.errors import (
    AdminShutdown,
    CrashShutdown,
    InvalidSavepointSpecification,
    NoActiveSqlTransaction,
)
from psycopg.generators import send
from psycopg.pq import PipelineStatus

from store.outcomes import NOTE

T = TypeVar("T")
U = TypeVar("U")

SHUT_DOWN: Final = (AdminShutdown, CrashShutdown)
"""A server's last words: it has ended the connection, though libpq may not have read so far."""


@dataclass(frozen=True)
class Awaited(Generic[T]):
    """What was asked of the database, and whose answer is fetched when it is wanted."""

    answer: Callable[[], T]

    def then(self, make: Callable[[T], U]) -> Awaited[U]:
        """Return what `make` makes of the answer."""
        return Awaited(lambda: make(self.answer()))


class Together(Pipeline):
    """A pipeline of psycopg 3.3 that sends nothing before an answer is wanted."""

    def say(self, command: bytes) -> None:
        """Send a command that has no answer but that it was done."""
        self.command_queue.append(partial(self.pgconn.send_query_params, command, None))
        self.result_queue.append(None)

    def _communicate_gen(self) -> PQGen[None]:
        yield from ()

    def _fetch_gen(self, *, flush: bool) -> PQGen[None]:
        while self.command_queue:
            self.command_queue.popleft()()
        if not flush:  # a synchronisation is among the commands
            yield from send(self.pgconn)
        yield from super()._fetch_gen(flush=flush)


@dataclass(frozen=True)
class Rescue(Generic[T]):
    """What is done instead where one of `of` is raised after `mark`, in the same transaction.

    What was locked before the mark stays locked meanwhile.
    """

    of: tuple[type[Exception], ...]
    do: Callable[[Connection[Any], Exception], T]


class Rescued(Exception, Generic[T]):
    """It was done, and committed; `value` is what it returned. The cause: what was raised."""

    def __init__(self, value: T) -> None:
        self.value = value


class OutcomeUnknown(OperationalError):
    """The answer to a commit is lost: nobody knows whether the work was done.

    `instead`: what was to be raised, had it arrived.
    """

    def __init__(self, instead: Rescued[Any] | None = None) -> None:
        super().__init__("the answer to a commit was lost: it may have been done, or not")
        self.instead = instead


def mark(conn: Connection[Any]) -> None:
    """Mark how far a `Rescue` undoes the transaction; once in each."""
    conn.execute("SAVEPOINT mark", prepare=False)


@contextmanager
def together(
    conn: Connection[Any], id_: UUID | None, rescue: Rescue[Any] | None = None
) -> Iterator[None]:
    """Enclose a transaction whose statements travel together, its beginning and its end with them.

    `id_`: by which its outcome is noted (store/outcomes.py), if at all. Raises what any of them
    raises; then all of them are undone, or `Rescued` where that was done. Raises `OutcomeUnknown`
    where the connection was lost after the commit was sent.
    """
    conn.autocommit = True  # psycopg would send BEGIN alone, to be sure that it has begun
    pipeline = conn._pipeline = Together(conn)
    ending = False
    try:
        with pipeline:
            pipeline.say(b"BEGIN")
            yield
            if id_ is not None:
                conn.execute(NOTE, [id_])
            pipeline.say(b"COMMIT")
            ending = True
    except BaseException as error:
        conn._pipeline = None
        # A pipeline that answers are missing in cannot be left: there is nothing to roll back with.
        if isinstance(error, SHUT_DOWN) or conn.pgconn.pipeline_status != PipelineStatus.OFF:
            conn.close()
        try:
            if rescue is not None and isinstance(error, rescue.of) and _back_to_mark(conn):
                raise _rescued(conn, rescue, error, id_) from error
        finally:
            if not conn.closed:
                conn.rollback()
        if ending and conn.closed and isinstance(error, OperationalError):
            raise OutcomeUnknown from error
        raise
    finally:
        conn._pipeline = None
        if not conn.closed:
            conn.autocommit = False


def _rescued(
    conn: Connection[Any], rescue: Rescue[T], error: Exception, id_: UUID | None
) -> Rescued[T] | OutcomeUnknown:
    """Do what a rescue does, and commit; return what is to be raised."""
    done = Rescued(rescue.do(conn, error))
    if id_ is not None:
        conn.execute(NOTE, [id_])
    try:
        conn.execute("COMMIT", prepare=False)
    except OperationalError as lost:
        if isinstance(lost, SHUT_DOWN):
            conn.close()
        if conn.closed:
            return OutcomeUnknown(done)
        raise
    return done


def _back_to_mark(conn: Connection[Any]) -> bool:
    """Undo what was done since the mark; False: it was not reached, or the connection is lost."""
    try:
        conn.execute("ROLLBACK TO SAVEPOINT mark", prepare=False)
    except (InvalidSavepointSpecification, NoActiveSqlTransaction, OperationalError):
        return False
    # What was to be prepared since may not have been: psycopg forgets it in a rollback of its own.
    conn._prepared.clear()
    conn.wait(conn._prepared.maintain_gen(conn))
    return True
