"""The door of herd warnings: the people of a PIN are warned of fraud there (`postal/herd.py`).

A warning takes several transactions, so that none of them locks a whole PIN.
"""

from __future__ import annotations

from datetime import datetime

from conversation.announce import announce
from flows.happenings import HerdWarned
from india.calendar import day_of
from outbox.wake import wake
from postal import herd
from postal.herd import HerdWarning
from runtime import Runtime
from store.database import Conn


def warn_herds(runtime: Runtime) -> int:
    """Warn those whom today's herd warnings have not reached yet. Return how many articles."""
    now = runtime.now()
    warned = 0
    for warning in runtime.database.run(lambda conn: herd.open_warnings(conn, day_of(now))):
        while some := runtime.database.run(
            lambda conn, warning=warning: _warn(runtime, conn, warning, now)  # type: ignore[misc]
        ):
            warned += some
    if warned:
        wake(runtime.redis)
    return warned


def _warn(runtime: Runtime, conn: Conn, warning: HerdWarning, now: datetime) -> int:
    numbers = herd.next_articles(conn, warning, now)
    if not numbers:
        return 0
    announce(runtime, conn, [HerdWarned(number) for number in numbers])
    return len(numbers)
