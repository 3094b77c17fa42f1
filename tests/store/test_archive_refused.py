"""What is not over, and what others still need, is not archived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from postal.people import tokens
from runtime import Runtime
from store import feed
from store.archivable import NotOver
from store.database import Database
from tests.rigs.archives import (
    NextMonth,
    archive_month,
    events_left,
)
from tests.rigs.chains import days_ago
from webhooks import subscriptions


def test_what_runs_still_is_refused(
    month: NextMonth, owner: Database, app: Flask, tmp_path: Path
) -> None:
    arguments = ["archive", "month", f"{month.first:%Y-%m}", "--into", str(tmp_path)]
    refused = app.test_cli_runner().invoke(args=arguments)
    assert refused.exit_code == 1
    assert "is not over" in refused.output
    with owner.transaction() as conn:
        conn.execute(
            "INSERT INTO events (id, at, kind, day_written) VALUES"
            " (1000000000000 + nextval('events_id_seq'), now(), 'desk_acted', %s)",
            [days_ago(0)],
        )
    with pytest.raises(NotOver, match="not every day"):
        archive_month(month, tmp_path)
    assert events_left(owner) == 21


def test_what_receivers_and_questions_still_need_stays(
    month: NextMonth, runtime: Runtime, owner: Database, tmp_path: Path
) -> None:
    """A receiver that was away got a ping in place of what happened; right digits were wrong."""
    with runtime.database.transaction() as conn:
        feed.read(conn, 0, 100)
        tokens.create(conn, "software")
        conn.execute(
            "INSERT INTO webhook_subscriptions (token_id, url, secret_salt, cursor, created_at)"
            " SELECT id, 'https://a.example', '0123456789abcdef', 1, '2026-01-01' FROM tokens"
        )
    with pytest.raises(NotOver, match="webhooks have not told all"):
        archive_month(month, tmp_path, datetime.now(UTC) + timedelta(days=99))
    with owner.transaction() as conn:
        conn.execute("UPDATE webhook_subscriptions SET cursor = 1000")
        conn.execute(
            "INSERT INTO webhook_deliveries (subscription_id, position, created_at,"
            " next_attempt_at) SELECT s.id, e.position, now(), now() FROM webhook_subscriptions s,"
            " events e WHERE e.id = %s",
            [month.events[0]],
        )
    with pytest.raises(NotOver, match="webhooks have not told all"):
        archive_month(month, tmp_path)
    with owner.transaction() as conn:
        conn.execute("UPDATE webhook_deliveries SET state = 'dead', settled_at = now()")
        conn.execute(
            "INSERT INTO articles (number, service, otp_required, recipient_name,"
            " recipient_address, recipient_pin, sender_name, code_salt, booked_at, updated_at)"
            " VALUES ('EU123456785IN', 'speed_post', false, '', '', '273303', '',"
            " '0123456789abcdef', now(), now())"
        )
        conn.execute(
            "INSERT INTO messages (id, direction, phone, at, body, status, article_id, quote,"
            " quote_key, template, language, lane, not_after, next_attempt_at, segments, variables)"
            " SELECT 1000000000000 + nextval('messages_id_seq'), 'out', '+919876500001', now(),"
            " 'x', 'sent', id, 1, 1, 'x', 'hi', 'notice', now(), now(), 1, '{}' FROM articles"
        )
        conn.execute(
            "INSERT INTO report_days (day, made_at) SELECT DISTINCT"
            " (at AT TIME ZONE 'Asia/Kolkata')::date, now() FROM messages ON CONFLICT DO NOTHING"
        )
    with pytest.raises(NotOver, match="1 articles under way"):
        archive_month(month, tmp_path)
    with owner.transaction() as conn:
        conn.execute("UPDATE articles SET state = 'returned'")
    archive_month(month, tmp_path)
    with runtime.database.transaction() as conn:
        (id_,) = conn.execute("SELECT id FROM webhook_subscriptions").fetchone() or (0,)
        assert subscriptions.replay(conn, id_, None, datetime.now(UTC)) == 0
