"""After each test of this room the queue holds what is not over as the messages say, no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runtime import Runtime

_BESIDE = """
WITH wanted AS (
    SELECT channel, lane, next_attempt_at, id,
           CASE WHEN status = 'sending' THEN leased_until
                WHEN status IN ('sent', 'failed') THEN 'infinity' END, confirm_by
    FROM messages
    WHERE direction = 'out' AND (status IN ('queued', 'sending', 'unknown')
          OR status IN ('sent', 'failed') AND confirm_by IS NOT NULL)),
found AS (SELECT channel, lane, due, message_id, held_until, confirm_by FROM outbox)
(SELECT 'missing', * FROM (TABLE wanted EXCEPT TABLE found) AS missing)
UNION ALL (SELECT 'too much', * FROM (TABLE found EXCEPT TABLE wanted) AS more)
"""


@pytest.fixture(autouse=True)
def queue_agrees(request: pytest.FixtureRequest) -> Iterator[None]:
    runtime = request.getfixturevalue("runtime") if "runtime" in request.fixturenames else None
    yield
    if isinstance(runtime, Runtime):
        with runtime.database.transaction() as conn:
            assert conn.execute(_BESIDE).fetchall() == []
