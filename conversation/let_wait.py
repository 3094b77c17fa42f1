"""A text begins to wait for its turn (`store/waiting_texts.py`), or is one too many to wait.

Of one telephone as many wait as are read in an hour: what comes beyond that would be put aside
when its turn came (`conversation/flooding.py`). What is exact waits however many there are: whoever
forges a telephone's texts must not silence it (docs/developing/trust.md rule 10).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from conversation import flooding
from flows import machines
from gateways.base import Inbound
from postal.people import roles
from runtime import Runtime
from store import inbound as texts
from store import waiting_texts
from store.database import Conn

_ROLES: Final = ("postman", "recipient", "sender", "helped")  # that have exact commands


def let_wait(runtime: Runtime, conn: Conn, inbound: Inbound, now: datetime) -> bool:
    """Keep `inbound` until its turn is taken, once; return whether something is to be sent now."""
    limit = runtime.settings.inbound_hourly_limit
    if (
        waiting_texts.count_of(conn, inbound.phone, limit) < limit
        or waiting_texts.has(conn, inbound)
        or _may_be_exact(inbound, runtime.settings.code_length)
    ):
        waiting_texts.keep(conn, runtime.keys, inbound, now)
        return False
    return flooding.put_aside(runtime, conn, roles.identify(conn, inbound.phone), inbound, now)


def _may_be_exact(inbound: Inbound, code_length: int) -> bool:
    """Tell whether a text is exact to any role: the sender's own are asked when its turn comes."""
    said = texts.storable(inbound.text)
    return any(
        flooding.is_exact(inbound, machines.understand(role, said, code_length).event)
        for role in _ROLES
    )
