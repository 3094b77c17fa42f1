"""Receipts through the Twilio hook: a second, and what each costs of the processors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench import texts
from bench.inbound import PreparedRequests, Run, serve
from bench.rig import MeasureFailed, rig
from bench.sending import queue
from bench.texts import Account, carrier_id
from messages.catalogue import Lane
from store.database import Conn

_WARM_UP = 200  # messages, with two receipts each
_WORDS = ("sent", "delivered")


@dataclass(frozen=True)
class Receipts:
    """One run. Its processor time is that of web and of PostgreSQL, per receipt."""

    run: Run


def measure(messages: int) -> Receipts:
    """Post the two receipts of each of `messages` that were sent.

    Raises `MeasureFailed` where one was answered and its message is not delivered.
    """
    with rig(receipt_seconds=3_600) as made:
        runtime = made.runtime()
        total = _WARM_UP + messages
        with runtime.database.transaction() as conn:
            queue(conn, "reply", total)
            ids = as_sent(conn, "reply")
        path = made.directory / "receipts"
        _write(path, Account.of(made.settings), ids)
        requests = PreparedRequests(made, path, len(_WORDS) * total)
        web = serve(made)
        requests.run(web, len(_WORDS) * _WARM_UP)
        run = requests.run(web, len(_WORDS) * messages)
        with runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT count(*) FROM messages WHERE status = 'delivered'"
            ).fetchone()
        runtime.database.close()
    if row != (total,):
        raise MeasureFailed(f"{total} messages, but {row} are delivered")
    return Receipts(run)


def as_sent(conn: Conn, lane: Lane) -> list[int]:
    """Make what is queued in `lane` what it is when its carrier has answered; return its ids."""
    rows = conn.execute(
        "UPDATE messages SET status = 'sent', gateway = 'twilio', attempts = 1, sent_at = now(),"
        " first_tried_at = now(), carrier_id = 'SM' || lpad(to_hex(id), 32, '0')"
        " WHERE id IN (SELECT message_id FROM outbox WHERE lane = %s) RETURNING id",
        [lane],
    ).fetchall()
    return sorted(row[0] for row in rows)


def receipt(account: Account, number: int, word: str) -> bytes:
    """Return Twilio's receipt that says `word` of the message with that id."""
    sid = carrier_id(number)
    form = {
        "SmsSid": sid, "SmsStatus": word, "MessageStatus": word, "To": "+919839012345",
        "MessageSid": sid, "AccountSid": account.sid, "From": account.number,
        "ApiVersion": "2010-04-01",
    }  # fmt: skip
    return texts.signed_form(account, f"/hooks/twilio/status?message={number}", form)


def _write(path: Path, account: Account, ids: list[int]) -> None:
    """Write the requests: neighbours belong to different messages."""
    warm, rest = ids[:_WARM_UP], ids[_WARM_UP:]
    texts.keep(
        path,
        (
            [receipt(account, number, word)]
            for some in (warm, rest)
            for word in _WORDS
            for number in some
        ),
    )
