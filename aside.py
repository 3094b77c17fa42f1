"""One that fails does not stop the others: it is logged, put off, and tried again later.

For work that the clock brings, one transaction each: a fault in one article's books must not keep
everybody else's time limits and lists waiting behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import uuid4

import psycopg
import structlog

from logs import described
from runtime import Runtime
from store.database import Conn

T = TypeVar("T")

log = structlog.get_logger(__name__)


def run_each(
    runtime: Runtime,
    due: Sequence[T],
    work: Callable[[Conn, T], int],
    put_off: Callable[[Conn, T], None],
) -> int:
    """Does `work` for each of `due`, in a transaction of its own; gives the sum of what it gives.

    What fails is logged without its values and `put_off` in a new transaction. A database that is
    away is no fault of the work: raises `psycopg.OperationalError`, and all of it is due still.
    """
    done = 0
    for each in due:
        structlog.contextvars.bind_contextvars(request_id=uuid4().hex)
        try:
            done += runtime.database.run(lambda conn, each=each: work(conn, each))  # type: ignore[misc]
        except psycopg.OperationalError:
            raise
        except Exception as error:
            log.error("put_off", work=work.__name__, **described(error))
            runtime.database.run(lambda conn, each=each: put_off(conn, each))  # type: ignore[misc]
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
    return done
