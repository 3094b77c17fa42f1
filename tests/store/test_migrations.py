"""What a database of 0.1.0 holds is there after the newer migrations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from alembic import command
from psycopg import sql

from postal.desk import timeline
from store import migrate
from tests.conftest import OfWorker


@pytest.fixture
def released(addresses: OfWorker) -> Iterator[str]:
    """The URL of a database of its own with the schema of 0.1.0."""
    server, _, _ = addresses.owner.rpartition("/")
    name = f"released_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        command.upgrade(migrate._config(f"{server}/{name}"), "0001_first")
        yield f"{server}/{name}"
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


_FILLED = """
INSERT INTO offices (name, pin, branch_type, district)
    VALUES ('Maharajganj H.O', '273303', 'head', 'MAHARAJGANJ');
INSERT INTO staff (staff_id, name, role, office_id, phone)
    VALUES ('c1', 'Clerk', 'clerk', 1, '+919811222333'), ('pm', 'Master', 'postmaster', 1, NULL);
INSERT INTO sign_ins (staff_id, digest, at, seen_at, proved_at)
    VALUES (1, 'a', '2026-08-14 04:00Z', '2026-08-14 04:00Z', '2026-08-14 04:01Z'),
           (2, 'b', '2026-08-14 04:00Z', '2026-08-14 04:00Z', NULL);
INSERT INTO articles (number, service, otp_required, recipient_phone, recipient_name,
        recipient_address, recipient_pin, sender_name, booked_at, updated_at, code_salt)
    SELECT number, 'parcel', true, '+919876500001', 'Sita', 'A', '273303', 'Mohan',
           '2026-08-10 04:00Z', '2026-08-10 04:00Z', decode(repeat('00', 16), 'hex')
    FROM unnest(ARRAY['EU123456785IN', 'EU123456799IN', 'EU123456808IN']) AS number;
INSERT INTO window_requests (article_id, asked_by, asked_at, document, document_last4, reason,
        decided_by, decided_at, agreed)
    VALUES (1, 1, '2026-08-14 04:00Z', 'voter', 'AB12', 'phone is lost', 2, '2026-08-14 05:00Z',
            true),
           (2, 1, '2026-08-14 04:00Z', 'pan', '1234', 'is ill', 2, '2026-08-14 05:00Z', false),
           (3, 1, '2026-08-14 19:00Z', 'pan', '9999', 'waits', NULL, NULL, NULL);
"""

# Of each state one text, in the order of their ids: what is not over goes into the queue.
_TEXTS = """
INSERT INTO messages (direction, status, phone, at, next_attempt_at, template, language, variables,
        body, segments, lane, not_after, gateway, carrier_id, lease, leased_until, leased_by,
        confirm_by, sent_at)
    SELECT 'out', status, '+919876500001', at, at, 'booked', 'en', '{}', 'Hello', 1, 'reply',
           at + interval '1 hour', 'twilio', 'SM' || place, lease, until, 7, confirm, at
    FROM (VALUES (1, 'queued', NULL, NULL), (2, 'sending', '2026-08-14 04:00:30Z', NULL),
                 (3, 'unknown', NULL, NULL), (4, 'sent', NULL, NULL),
                 (5, 'sent', NULL, '2026-08-14 04:01Z'), (6, 'delivered', NULL, NULL),
                 (7, 'failed', NULL, '2026-08-14 04:01Z'),
                 (8, 'expired', NULL, '2026-08-14 04:01Z'))
            AS each (place, status, leased, confirmed),
         LATERAL (SELECT timestamptz '2026-08-14 04:00Z' AS at, leased::timestamptz AS until,
                         confirmed::timestamptz AS confirm,
                         CASE WHEN status = 'sending' THEN gen_random_uuid() END AS lease) AS kept;
INSERT INTO messages (direction, status, at, body) VALUES ('in', 'received', now(), 'C 1');
"""


def test_what_waits_to_be_sent_survives(released: str) -> None:
    with psycopg.connect(released) as conn:
        conn.execute(_TEXTS)
    migrate.migrate(released, None)
    with psycopg.connect(released) as conn:
        waits = conn.execute(
            "SELECT message_id, channel, lane, due = '2026-08-14 04:00Z',"
            " held_until - due < interval '1 minute', confirm_by - due"
            " FROM outbox ORDER BY message_id"
        ).fetchall()
        # Its month has rows, so it stays as it is; those to come hold what changes at the end.
        (last,) = conn.execute(
            "SELECT array_agg(attname ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = 'messages_default'::regclass AND attnum > 0"
        ).fetchone() or ([],)
        kept = conn.execute("SELECT count(*), min(id) FROM messages").fetchone()
        # The first row of the month after is found by what its partition has in another order.
        conn.execute(
            "INSERT INTO messages (id, direction, status, at, body)"
            " VALUES (1000000000001, 'in', 'received', now(), 'C 2')"
        )
        later = conn.execute("SELECT body, attempts FROM messages WHERE id > 9").fetchall()
    minute = timedelta(minutes=1)
    assert waits == [
        (1, "text", "reply", True, None, None),
        (2, "text", "reply", True, True, None),
        (3, "text", "reply", True, None, None),
        (5, "text", "reply", True, False, minute),
        (7, "text", "reply", True, False, minute),
    ]
    assert last.index("body") < last.index("first_tried_at") < last.index("status")
    assert kept == (9, 1)
    assert later == [("C 2", 0)]


def test_articles_that_left_the_usual_way_are_found_and_texts_read(released: str) -> None:
    with psycopg.connect(released) as conn:
        conn.execute(_FILLED.partition("INSERT INTO window_requests")[0])
        conn.execute(_TEXTS)
        conn.execute("UPDATE articles SET state = 'returned', door_only = true WHERE id = 1")
        conn.execute("UPDATE articles SET state = 'at_office', door_only = true WHERE id = 2")
    migrate.migrate(released, None)
    with psycopg.connect(released) as conn:
        before = conn.execute("SELECT why, article_id FROM articles_aside ORDER BY 1, 2").fetchall()
        conn.execute("UPDATE articles SET state = 'attempted' WHERE id = 3")
        conn.execute(
            "UPDATE articles SET state = 'delivered', delivered_at = now() WHERE id IN (1, 2)"
        )
        after = conn.execute("SELECT why, article_id FROM articles_aside ORDER BY 1, 2").fetchall()
        (text,) = timeline.texts(conn, [1])
    assert before == [("back", 1), ("held", 2), ("marked", 2)]
    assert after == [("held", 3)]
    assert (text.body, text.variables) == ("Hello", {})


def test_requests_of_the_window_and_sessions_survive(released: str) -> None:
    with psycopg.connect(released) as conn:
        conn.execute(_FILLED)
    migrate.migrate(released, None)
    with psycopg.connect(released) as conn:
        requests = conn.execute(
            "SELECT what, article_id, office_id, document_last4, note, state, signed_by,"
            " decided_by, until = '2026-08-14 18:30Z' FROM requests ORDER BY id"
        ).fetchall()
        sessions = conn.execute(
            "SELECT proved_at IS NOT DISTINCT FROM factor_at FROM sign_ins ORDER BY id"
        ).fetchall()
        # One human's second account may have the same telephone from now on; a postman's may not.
        conn.execute("UPDATE staff SET phone = '+919811222333'")
        with pytest.raises(psycopg.errors.UniqueViolation):
            conn.execute("UPDATE staff SET role = 'postman'")
    assert requests == [
        ("document", 1, 1, "AB12", "phone is lost", "agreed", 1, 2, True),
        ("document", 2, 1, "1234", "is ill", "refused", 1, 2, True),
        ("document", 3, 1, "9999", "waits", "waiting", 1, None, False),
    ]
    assert sessions == [(True,), (True,)]
