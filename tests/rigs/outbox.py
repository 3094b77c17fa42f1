"""A carrier whose answers a test scripts (the carrier's edge, no mock of ours), and its rows."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from gateways.base import (
    Inbound,
    Outcome,
    Outgoing,
    Reason,
    Receipt,
    Request,
    Retry,
    Sent,
    Unreadable,
)
from outbox.drain import Drain
from runtime import Runtime
from store.database import Conn

PHONE = "+919812345678"
NOWHERE = "redis://127.0.0.1:1/0"
NAME = "simulator"


def accept(message: Outgoing) -> Outcome:
    return Sent(f"carrier-{message.message_id}")


class Carrier:
    """A gateway that does what `on_send` and `on_look_up` say, and remembers what it was given."""

    name = NAME

    def __init__(
        self,
        on_send: Callable[[Outgoing], Outcome] = accept,
        on_look_up: Callable[[Outgoing], Outcome] = accept,
        rate: float = 100_000.0,
    ) -> None:
        self.on_send = on_send
        self.on_look_up = on_look_up
        self.rate = rate
        self.address = ""
        self.dlt = False
        self.sender = ""
        self.validity = True
        self.sends: list[Outgoing] = []
        self.look_ups: list[Outgoing] = []
        self._lock = threading.Lock()

    def send(self, message: Outgoing) -> Outcome:
        with self._lock:
            self.sends.append(message)
        return self.on_send(message)

    def look_up(self, message: Outgoing) -> Outcome:
        with self._lock:
            self.look_ups.append(message)
        return self.on_look_up(message)

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        raise AssertionError("not part of these tests")

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        raise AssertionError("not part of these tests")

    @property
    def sent_ids(self) -> list[int]:
        return [message.message_id for message in self.sends]


def script(*outcomes: Outcome) -> Callable[[Outgoing], Outcome]:
    """Answers with `outcomes` one after the other; one too many is an error of the test."""
    left = list(outcomes)
    return lambda message: left.pop(0)


def with_carrier(runtime: Runtime, carrier: Carrier, **settings: object) -> Runtime:
    """`runtime` with `carrier` as its only gateway, and other settings where named."""
    return dataclasses.replace(
        runtime,
        gateways={NAME: carrier},
        settings=runtime.settings.model_copy(update={"sms_routes": NAME, **settings}),
    )


def with_carriers(runtime: Runtime, carriers: dict[str, Carrier], **settings: object) -> Runtime:
    """`runtime` with `carriers` as its gateways, preferred in their order."""
    for name, carrier in carriers.items():
        carrier.name = name
    changed = {"sms_routes": ",".join(carriers), **settings}
    return dataclasses.replace(
        runtime,
        gateways=dict(carriers),
        settings=runtime.settings.model_copy(update=changed),
    )


def drain(runtime: Runtime) -> None:
    """Sends all that is due, to the end."""
    with draining(runtime) as send:
        send()


@contextmanager
def draining(runtime: Runtime) -> Iterator[Callable[[], None]]:
    """One worker for many rounds; each call sends all that is due then."""
    drain = Drain(runtime)

    def send() -> None:
        while drain.run():
            pass

    yield send
    drain.finish()


def queue(
    conn: Conn,
    at: datetime,
    lane: str = "notice",
    count: int = 1,
    phone: str | None = None,
    lives: timedelta = timedelta(minutes=10),
    code_id: int | None = None,
) -> list[int]:
    """Rows as `enqueue` writes them, many at once; without `phone` each to another one."""
    rows = conn.execute(
        """
        INSERT INTO messages (direction, status, phone, at, next_attempt_at, code_id, template,
                              language, variables, body, segments, lane, not_after)
        SELECT 'out', 'queued', coalesce(%s, '+9198' || lpad(n::text, 8, '0')), %s, %s, %s, 'test',
               'en', '{}', CASE WHEN %s::bigint IS NULL THEN 'news' ELSE 'code ••••••' END, 1,
               %s, %s
        FROM generate_series(1, %s) AS n RETURNING id
        """,
        (phone, at, at, code_id, code_id, lane, at + lives, count),
    ).fetchall()
    return [row[0] for row in rows]


def issue_code(conn: Conn, at: datetime, salt: bytes = b"0123456789abcdef") -> int:
    """An article with a live code, first issue; the code's id."""
    row = conn.execute(
        """
        WITH office AS (INSERT INTO offices (name, pin, branch_type, district)
                        VALUES ('Gorakhpur', '273001', 'head', 'Gorakhpur') RETURNING id),
             postman AS (INSERT INTO staff (staff_id, name, role, office_id)
                         SELECT 'P1', 'Ramesh', 'postman', id FROM office RETURNING id),
             article AS (INSERT INTO articles (number, service, otp_required, recipient_phone,
                             recipient_name, recipient_address, recipient_pin, sender_name,
                             code_salt, code_issue, booked_at, updated_at)
                         VALUES ('EU123456785IN', 'speed_post', true, %(phone)s, 'Sita', 'Ward 4',
                                 '273001', 'Gita', %(salt)s, 1, %(at)s, %(at)s) RETURNING id)
        INSERT INTO codes (article_id, issue, postman_id, released_at, expires_at)
        SELECT article.id, 1, postman.id, %(at)s, %(at)s + interval '10 minutes'
        FROM article, postman RETURNING id
        """,
        {"phone": PHONE, "salt": salt, "at": at},
    ).fetchone()
    assert row is not None
    return int(row[0])


def statuses(runtime: Runtime, ids: Iterable[int] | None = None) -> dict[int, str]:
    """The status of every outgoing message, or of `ids`, by id."""
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT id, status FROM messages WHERE direction = 'out'").fetchall()
    wanted = None if ids is None else set(ids)
    return {id_: status for id_, status in rows if wanted is None or id_ in wanted}


def not_accepted(message: Outgoing) -> Outcome:
    """A look-up's answer: the carrier never saw it."""
    return Retry(Reason.CARRIER, "not found")
