"""The certificate of an article: what was written of it, and the proof that nobody rewrote it.

It can be checked without us, against the published roots of the days
(docs/examples/check_certificate.py). It holds no code, and telephones masked, in names too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

from india.masks import veiled
from india.phone import masked
from postal import articles
from postal.articles import Article
from postal.people import access
from postal.people.access import Onlooker
from store.chains import proof, seal
from store.chains.proof import ProvenRow
from store.database import Conn

FORMAT: Final = "dakiya certificate 2"


@dataclass(frozen=True)
class PathStep:
    """A neighbour on the way to the root: hash it on this `side` of what was hashed so far."""

    side: str
    digest: str  # hexadecimal


@dataclass(frozen=True)
class CertifiedEvent:
    """An event. `content`: the text that was hashed after a zero byte and the salt.

    `proof`: how sure we were who did it, where that was written. `path`: None until the day is
    sealed.
    """

    at: str
    kind: str
    data: Mapping[str, Any]
    proof: str | None
    day: str
    content: str
    salt: str
    digest: str
    path: tuple[PathStep, ...] | None


@dataclass(frozen=True)
class CertifiedDecision:
    """A decision of the article's own machine, as its hashed content says it.

    `content`: the text that was hashed after a zero byte and the salt. It names event and acts, and
    holds the digest of what names telephones, which the department can show to a court. Decisions
    of before this was so have their digest alone: what they were is not proven, so it is not said.
    """

    at: str | None
    event: str | None
    acts: tuple[str, ...] | None
    proof: str | None
    day: str
    content: str | None
    salt: str | None
    digest: str
    path: tuple[PathStep, ...] | None


@dataclass(frozen=True)
class SealedDay:
    """The seal of a day, letter by letter as it was published, and its root."""

    day: str
    document: str
    root: str


@dataclass(frozen=True)
class Record:
    """What the certificate certifies. It is the same whenever it is made, until something new."""

    format: str
    article: str
    service: str
    state: str
    booked_at: str
    recipient_name: str
    recipient_phone: str | None  # masked
    sender_name: str
    sender_phone: str | None  # masked
    events: tuple[CertifiedEvent, ...]
    decisions: tuple[CertifiedDecision, ...]
    days: tuple[SealedDay, ...]

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the record as JSON: keys sorted, no spaces, UTF-8."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()

    @property
    def open(self) -> int:
        """Return how many events are of days that have no seal yet."""
        return sum(each.path is None for each in self.events)


def of_article(conn: Conn, number: str, reader: Onlooker) -> Record:
    """Return the record of an article; that it was exported is written down.

    Raises `articles.UnknownArticle`.
    """
    article = articles.get(conn, number)
    access.look(conn, reader, "exported", article_id=article.id, about="certificate")
    events = proof.prove(conn, "events", _ids(conn, _EVENTS, article.id))
    decisions = proof.prove(conn, "sprints", _ids(conn, _SPRINTS, number))
    days = sorted({each.day for each in (*events, *decisions)})
    seals = [found for day in days if (found := seal.of_day(conn, day)) is not None]
    return _record(
        article,
        tuple(map(_event, events)),
        tuple(map(_decision, decisions)),
        tuple(SealedDay(each.day.isoformat(), each.document, each.root) for each in seals),
    )


_EVENTS: Final = "SELECT id FROM events WHERE article_id = %s ORDER BY id"
_SPRINTS: Final = (
    "SELECT s.id FROM sprints s JOIN conversations c ON c.id = s.conversation_id"
    " WHERE c.machine = 'article' AND c.whose = %s ORDER BY s.id"
)


def _ids(conn: Conn, query: str, key: int | str) -> list[int]:
    return [row[0] for row in conn.execute(query.encode(), [key]).fetchall()]


def _record(
    article: Article,
    events: tuple[CertifiedEvent, ...],
    decisions: tuple[CertifiedDecision, ...],
    days: tuple[SealedDay, ...],
) -> Record:
    return Record(
        format=FORMAT,
        article=article.number,
        service=article.service,
        state=article.state,
        booked_at=article.booked_at.isoformat(),
        recipient_name=veiled(article.recipient_name),
        recipient_phone=masked(article.recipient_phone) if article.recipient_phone else None,
        sender_name=veiled(article.sender_name),
        sender_phone=masked(article.sender_phone) if article.sender_phone else None,
        events=events,
        decisions=decisions,
        days=days,
    )


def _event(row: ProvenRow) -> CertifiedEvent:
    """Return an event as its own hashed content says it."""
    written = json.loads(row.content)
    return CertifiedEvent(
        at=written["at"],
        kind=written["kind"],
        data=written["data"],
        proof=written.get("proof"),
        day=row.day.isoformat(),
        content=row.content,
        salt=row.salt.hex(),
        digest=row.digest.hex(),
        path=_path(row),
    )


def _decision(row: ProvenRow) -> CertifiedDecision:
    written = json.loads(row.content)
    told = written.get("told") or _told_by_columns(written)
    if told is None:
        return CertifiedDecision(
            at=None,
            event=None,
            acts=None,
            proof=None,
            day=row.day.isoformat(),
            content=None,
            salt=None,
            digest=row.digest.hex(),
            path=_path(row),
        )
    return CertifiedDecision(
        at=written["at"],
        event=told.get("event", ""),
        acts=tuple(told["acts"]),
        proof=written.get("proof"),
        day=row.day.isoformat(),
        content=row.content,
        salt=row.salt.hex(),
        digest=row.digest.hex(),
        path=_path(row),
    )


def _told_by_columns(written: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what a packed row tells of itself by its columns; None: it is a row of before."""
    if "event_kind" not in written:
        return None
    return {
        "article": written.get("article"),
        "event": written["event_kind"],
        "acts": [name for name in written["acts"].split(",") if name],
    }


def _path(row: ProvenRow) -> tuple[PathStep, ...] | None:
    if row.path is None:
        return None
    return tuple(PathStep(step.side, step.digest.hex()) for step in row.path)
