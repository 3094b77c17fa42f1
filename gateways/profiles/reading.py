"""A carrier's answers and hook calls, read as its profile describes, as values of our own."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from gateways.base import (
    WHOLE,
    Inbound,
    Outcome,
    Reason,
    Receipt,
    ReceiptStatus,
    Rejected,
    Request,
    Retry,
    Sent,
    TextPart,
    UnknownOutcome,
    Unreadable,
    attested,
)
from gateways.network import refused, retry_after
from gateways.parts import MOST_PARTS, WRONG_PART, WrongPart, numbered, of_header
from gateways.profiles.profile import ANY, AnswerKeys, InboundKeys, ProfileHook, ReceiptKeys
from gateways.profiles.sources import Heard, ValueSource
from gateways.storable import clean, identifier, line, whole, without_numbers

_Kept = TypeVar("_Kept")


def outcome(answer: AnswerKeys, heard: Heard, submit_id: str) -> Outcome:
    """Return the meaning of the answer to a submit. An unknown word decides nothing."""
    status = heard.status or 0
    after = retry_after(heard.headers.get("retry-after"))
    words = [word.casefold() for word in (heard.first((each,)) for each in answer.word) if word]
    for word in words:
        if _has(answer.accepted, word) and 200 <= status < 300:
            return _accepted(answer, heard, submit_id)
        if (reason := _which(answer.refused, word)) is not None:
            return Rejected(reason, _error(answer, heard, word))
        if (reason := _which(answer.again, word)) is not None:
            return Retry(reason, _error(answer, heard, word), after)
    if words and 200 <= status < 300 and not _has(answer.accepted, words[0]):
        if (reason := _which(answer.refused, ANY)) is not None:
            return Rejected(reason, _error(answer, heard, _without_numbers(words[0])))
        if (reason := _which(answer.again, ANY)) is not None:
            return Retry(reason, _error(answer, heard, _without_numbers(words[0])), after)
    if 200 <= status < 300:
        # Not as the profile expects, but 2xx: the carrier may well have accepted it.
        return UnknownOutcome("unreadable answer")
    return refused(status, _error(answer, heard, f"HTTP {status}"), after)


def inbound(
    gateway: str, keys: InboundKeys, request: Request, prefix: str, secret: str
) -> Inbound | Unreadable:
    """Return a person's text. `secret` is the key for ids of texts that have none."""
    heard = as_heard(request)
    text = next((each for each in map(heard.read, keys.text) if each is not None), None)
    raw = heard.first(keys.from_)
    phone = attested(raw) if raw else None
    carrier_id = identifier(heard.first(keys.id)) or _made_id(keys.id_of, heard, secret)
    if carrier_id is None or phone is None or text is None:
        why = "the id, the sender or the text is missing"
        return Unreadable(gateway, carrier_id, why, clean(text or "") or as_came(request), phone)
    try:
        part = _part(keys, heard)
    except WrongPart:
        return Unreadable(gateway, carrier_id, WRONG_PART, clean(text), phone)
    if part is None or part.number == 1:
        text = _without(prefix, text)
    return Inbound(gateway, carrier_id, phone, text, _at(keys, heard), part=part)


def _part(keys: InboundKeys, heard: Heard) -> TextPart | None:
    """Return which part of a text it is, as the carrier says. Raises `WrongPart`."""
    if keys.joined:
        return WHOLE
    found = of_header(heard.first(keys.udh))
    return found or numbered(*map(heard.first, (keys.part_ref, keys.part, keys.parts)))


def receipt(gateway: str, keys: ReceiptKeys, request: Request) -> Receipt | Unreadable:
    """Return a report on one of our messages."""
    heard = as_heard(request)
    carrier_id = identifier(heard.first(keys.id))
    words = [word for word in (heard.first((source,)) for source in keys.status) if word]
    if carrier_id is None or not words:
        return Unreadable(gateway, carrier_id, "the id or status is missing", as_came(request))
    word, status = words[0], ReceiptStatus.UNCERTAIN
    for each in words:
        if (far := _which(keys.statuses, each.casefold())) is not None:
            word, status = each, ReceiptStatus(far)
            break
    error = heard.first(keys.error)
    reason = None
    if status is ReceiptStatus.FAILED:
        said = [each for each in (error, *words) if each]
        reasons = (_which(keys.reasons, each.casefold()) for each in said)
        reason = next((each for each in reasons if each), Reason.UNKNOWN)
    ours = heard.first(keys.message_id) or ""
    return Receipt(
        gateway=gateway,
        carrier_id=carrier_id,
        message_id=int(ours) if ours.isascii() and ours.isdigit() and len(ours) < 19 else None,
        status=status,
        word=line(_without_numbers(word)),
        reason=reason,
        error=line(_without_numbers(error)) if error else None,
        told_at=_at(keys, heard),
        part=identifier(heard.first(keys.part)),
        parts=_count(heard.first(keys.parts)),
    )


def _count(said: str | None) -> int | None:
    """Return of how many parts a text is; None where the carrier does not say a number of them."""
    if said is None or not (said.isascii() and said.isdigit() and len(said) < 4):
        return None
    return int(said) if 0 < int(said) <= MOST_PARTS else None


def as_heard(request: Request) -> Heard:
    """Return a call of a hook as sources read it."""
    return Heard(request.headers, request.body, request.form, request.query)


def as_came(request: Request) -> str:
    """Return the call's body, or its query without one, for the help desk; codes are masked."""
    if request.body or not request.query:
        return whole(request)
    _, _, query = request.url.partition("?")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return whole(Request("", headers, query.encode(), {}, {}))


def _accepted(answer: AnswerKeys, heard: Heard, submit_id: str) -> Outcome:
    if not answer.id:
        return Sent(submit_id)
    carrier_id = identifier(heard.first(answer.id))
    return Sent(carrier_id) if carrier_id else UnknownOutcome("an answer without an id")


def _error(answer: AnswerKeys, heard: Heard, word: str) -> str:
    """Return the carrier's words on the refusal, without telephone numbers and codes."""
    said = heard.first(answer.error)
    return line(f"{word}: {_without_numbers(said)}") if said else line(word)


def _without_numbers(text: str) -> str:
    # A short number may be a status; a longer one may be a telephone or a code.
    return text if len(text) <= 5 else without_numbers(text)


def _has(words: Sequence[str], word: str) -> bool:
    return any(each.casefold() == word for each in words)


def _which(meanings: Mapping[_Kept, Sequence[str]], word: str) -> _Kept | None:
    return next((kept for kept, words in meanings.items() if _has(words, word)), None)


def _made_id(sources: Sequence[ValueSource], heard: Heard, secret: str) -> str | None:
    """Return an id that is the same for the same text and reveals nothing of it."""
    found = [heard.read(source) for source in sources]
    if not any(found):
        return None
    said = "\x1f".join(each or "" for each in found).encode("utf-8", "surrogatepass")
    return "made-" + hmac.new(secret.encode(), said, "sha256").hexdigest()


def _without(prefix: str, text: str) -> str:
    """Return `text` without the keyword that people must write first."""
    if not prefix:
        return text
    return re.sub(rf"^\s*{re.escape(prefix)}(?:\s+|$)", "", text, count=1, flags=re.IGNORECASE)


def _at(keys: ProfileHook, heard: Heard) -> datetime | None:
    """Return when it happened, as the carrier says; None where it says nothing in that format."""
    said = heard.first(keys.at)
    if said is None:
        return None
    try:
        if keys.at_format in ("epoch", "epoch_ms"):
            seconds = float(said) / (1000 if keys.at_format == "epoch_ms" else 1)
            return datetime.fromtimestamp(seconds, UTC)
        if keys.at_format == "iso":
            at = datetime.fromisoformat(said)
        else:
            at = datetime.strptime(said, keys.at_format)  # noqa: DTZ007  the zone follows
        if at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(keys.at_zone))
        return at.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
