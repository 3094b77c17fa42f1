"""Receipts through the Twilio hook: a second, and what each costs of the processors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bench import texts
from bench.inbound import PreparedRequests, Run, serve
from bench.rig import MeasureFailed, rig
from bench.sending import queue
from bench.texts import carrier_id
from gateways.twilio.settings import TwilioSettings
from settings import Settings
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
        now = datetime.now(UTC)
        with runtime.database.transaction() as conn:
            queue(conn, "reply", total)
            ids = _as_sent(conn, now)
        path = made.directory / "receipts"
        _write(path, made.settings, ids)
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


def _as_sent(conn: Conn, now: datetime) -> list[int]:
    """Make all messages what they are when their carrier has answered; return their ids."""
    rows = conn.execute(
        "UPDATE messages SET status = 'sent', gateway = 'twilio', attempts = 1, sent_at = %s,"
        " first_tried_at = %s, carrier_id = 'SM' || lpad(to_hex(id), 32, '0') RETURNING id",
        (now, now),
    ).fetchall()
    return sorted(row[0] for row in rows)


def _write(path: Path, settings: Settings, ids: list[int]) -> None:
    """Write the requests: neighbours belong to different messages."""
    account = TwilioSettings.read(settings)
    validator = RequestValidator(account.auth_token.get_secret_value())
    warm, rest = ids[:_WARM_UP], ids[_WARM_UP:]
    texts.keep(
        path,
        (
            [_request(settings.public_url, account, validator, number, word)]
            for some in (warm, rest)
            for word in _WORDS
            for number in some
        ),
    )


def _request(
    public_url: str, account: TwilioSettings, validator: RequestValidator, number: int, word: str
) -> bytes:
    path, sid = f"/hooks/twilio/status?message={number}", carrier_id(number)
    form = {
        "SmsSid": sid, "SmsStatus": word, "MessageStatus": word, "To": "+919839012345",
        "MessageSid": sid, "AccountSid": account.account_sid, "From": account.from_,
        "ApiVersion": "2010-04-01",
    }  # fmt: skip
    body = urlencode(form).encode()
    head = (
        f"POST {path} HTTP/1.1\r\n"
        f"Host: {public_url.removeprefix('https://')}\r\n"
        "User-Agent: TwilioProxy/1.1\r\n"
        "Accept: */*\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"X-Twilio-Signature: {validator.compute_signature(public_url + path, form)}\r\n\r\n"
    )
    return head.encode() + body
