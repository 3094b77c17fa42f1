"""How long a statement, a lock and a transaction may take: PostgreSQL itself ends what is over.

The limits of hooks are settings of the application's role, so they cost no statement
(`store/rights.py` sets them, `flask db migrate` and `db roles` with it). Whatever may take longer
says so at the beginning of each of its transactions (`Database.within`): SET LOCAL ends with the
transaction, so a pooler between may give the connection to anybody afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from psycopg import Connection

_WHOLE_SINCE: Final = 170_000  # PostgreSQL 17: the first that limits a whole transaction


@dataclass(frozen=True)
class Limits:
    """Milliseconds; 0: as long as it takes.

    `statement`: of one; `lock`: of the wait for one; `idle`: between two statements of a
    transaction; `whole`: of a transaction.
    """

    statement: int
    lock: int
    idle: int
    whole: int

    def settings(self, server: int) -> Mapping[str, str]:
        """Return them by PostgreSQL's names, as many as that version (`server_version`) knows."""
        known = {
            "statement_timeout": self.statement,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle,
        }
        if server >= _WHOLE_SINCE:
            known["transaction_timeout"] = self.whole
        return {name: f"{value}ms" for name, value in known.items()}


HOOKS: Final = Limits(statement=5_000, lock=800, idle=10_000, whole=20_000)
"""Of hooks, and of whoever says nothing else: a carrier waits for the answer.

On a busy machine turns that tell the same office wait for each other some tenths of a second: a
shorter lock would put off texts that only had to queue. Of one telephone a single text waits so
long; those after it find it waiting (`store/inbound.one_by_one`).
"""
PAGES: Final = Limits(statement=15_000, lock=3_000, idle=15_000, whole=60_000)
"""Of pages and of the API: a person, or the department's software, waits."""
WORK: Final = Limits(statement=30_000, lock=400, idle=30_000, whole=120_000)
"""Of the worker: nobody waits, but codes wait behind it, so it waits for no lock either."""
COMMANDS: Final = Limits(statement=0, lock=10_000, idle=0, whole=0)
"""Of commands, imports and exports: as long as there is to do."""


def limit(conn: Connection[Any], limits: Limits) -> None:
    """Limit the transaction that begins. It is no query: an isolation may still be chosen."""
    named = limits.settings(conn.info.server_version)
    statement = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in named.items())
    conn.execute(statement.encode(), prepare=False)


def limit_travelling(conn: Connection[Any], limits: Limits) -> None:
    """Limit the transaction by one statement: what travels together is one each."""
    conn.execute(_limiting(limits, conn.info.server_version))


@cache
def _limiting(limits: Limits, server_version: int) -> str:
    named = limits.settings(server_version)
    settings = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in named.items())
    return f"SELECT {settings}"
