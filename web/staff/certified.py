"""A certificate for print: its events in words."""

from __future__ import annotations

from datetime import datetime

from paper.content import PrintedCertificate, PrintedDay, PrintedEvent
from postal.certificate import CertifiedEvent, Record
from web.language import words


def for_print(record: Record, made_at: datetime) -> PrintedCertificate:
    """Return what is printed of `record`, in English, the language of the form."""
    return PrintedCertificate(
        article=record.article,
        service=record.service,
        state=_word("article_", record.state),
        recipient=_person(record.recipient_name, record.recipient_phone),
        sender=_person(record.sender_name, record.sender_phone),
        booked_at=datetime.fromisoformat(record.booked_at),
        hash=record.hash,
        events=tuple(map(_event, record.events)),
        decisions=tuple(each.digest for each in record.decisions),
        days=tuple(PrintedDay(each.day, each.root) for each in record.days),
        made_at=made_at,
    )


def _event(each: CertifiedEvent) -> PrintedEvent:
    return PrintedEvent(
        at=datetime.fromisoformat(each.at),
        said=_word("feed_", each.kind),
        proof=each.proof or "",
        day=each.day,
        digest=each.digest,
        sealed=each.path is not None,
    )


def _person(name: str, phone: str | None) -> str:
    return ", ".join(part for part in (name, phone) if part)


def _word(prefix: str, name: str) -> str:
    return words("en").get(f"{prefix}{name}", name)
