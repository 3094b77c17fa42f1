"""A message that is sent has its next version where the last one stands (HOT), in no index."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

from messages.catalogue import Lane
from outbox import settle
from outbox.claim import claim
from outbox.policy import MessageVerdict
from outbox.settle import SettledMessage
from runtime import Runtime
from store.database import Conn
from tests.rigs.outbox import NAME, queue
from tests.rigs.transcript import Player

_CHANGES = (
    *("status", "gateway", "carrier_id", "error", "attempts", "lease", "leased_until", "given"),
    *("next_attempt_at", "first_tried_at", "leased_by", "sent_at", "delivered_at", "confirm_by"),
)
_SHARES: dict[Lane, int] = {"code": 0, "alarm": 0, "reply": 0, "notice": 1, "bulk": 0}


def test_no_index_names_what_changes_while_a_message_is_sent(runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        indexes = conn.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'messages%'"
            " AND indexdef NOT LIKE '% USING brin %'"
        ).fetchall()
    assert len(indexes) > 5
    named = [said for (said,) in indexes if re.search(rf"\b({'|'.join(_CHANGES)})\b", said)]
    assert named == []


def test_no_index_of_articles_names_what_changes_from_booking_to_handover(
    player: Player,
) -> None:
    """The usual way is written in no index; what left it stands aside, while it does."""
    with player.runtime.database.transaction() as conn:
        said = "\n".join(
            row[0]
            for row in conn.execute(
                "SELECT indexdef FROM pg_indexes WHERE tablename = 'articles'"
                " AND indexdef NOT LIKE '% USING brin %'"
            )
        )
    usual = (
        "state",
        "updated_at",
        "attempts",
        "code_issue",
        "delivered_at",
        "remark",
        "held_until",
    )
    assert re.findall(rf"\b({'|'.join(usual)})\b", said) == []
    for line in (
        "postman 1001 +919839000001",
        "article EU123456785IN to +919876500001 en",
        "article EU123456799IN to +919876500002 en",
        "list 1001: EU123456785IN EU123456799IN",
    ):
        player.step(line)
    assert _aside(player.runtime) == []
    player.step("+919839000001 > 1")
    player.step("+919876500001 > 3")
    player.step("+919839000001 > 2 13")
    assert _aside(player.runtime) == [("held", "EU123456799IN"), ("marked", "EU123456785IN")]


def _aside(runtime: Runtime) -> list[tuple[str, str]]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT why, number FROM articles_aside JOIN articles ON id = article_id ORDER BY 1, 2"
        ).fetchall()


def test_claim_and_answer_write_no_index(runtime: Runtime) -> None:
    now = runtime.now()
    with runtime.database.transaction() as conn:
        queue(conn, now, count=1)
    with runtime.database.transaction() as conn:
        (taken,) = claim(conn, _SHARES, 1, uuid4(), lambda due: NAME, now).taken
        _assert_all_hot(conn)
    with runtime.database.transaction() as conn:
        verdict = MessageVerdict("sent", carrier_id="SM1")
        settle.write(conn, [SettledMessage(taken, verdict)], datetime.now(UTC))
        _assert_all_hot(conn)


def _assert_all_hot(conn: Conn) -> None:
    """Check that there were new versions of messages, and all in no index; of this session."""
    row = conn.execute(
        "SELECT sum(pg_stat_get_xact_tuples_updated(relid))::int,"
        " sum(pg_stat_get_xact_tuples_hot_updated(relid))::int"
        " FROM pg_partition_tree('messages') WHERE isleaf"
    ).fetchone()
    assert row is not None
    updated, in_no_index = row
    assert in_no_index == updated > 0
