"""Another way for a text whose sentence an operator drops: another carrier, or another script.

The person's own language comes first, by a carrier that has not dropped the sentence; then a
language that he reads as well (messages/scripts.py). Never a text without its warning: each
language of the catalogue has its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from messages.catalogue import CatalogueError
from messages.render import render
from messages.scripts import also_read
from outbox.routing import Router, Wanted
from outbox.scrubs import DroppedSentence
from store import wording
from store.database import Conn


@dataclass(frozen=True)
class OtherWay:
    """A carrier, and the language in which it has the text."""

    carrier: str
    language: str


@dataclass(frozen=True)
class Rewritten:
    """The words of a text in another language, as they are stored."""

    said: bytes
    segments: int


def find(
    router: Router,
    wanted: Wanted,
    template: str,
    dropped: Collection[DroppedSentence],
    tried: Sequence[str],
) -> OtherWay | None:
    """Return the next way for a text. `tried`: carriers that have had it, in any language."""
    for language in (wanted.language, *also_read(wanted.language)):
        for carrier in router.order(replace(wanted, language=language)):
            had = carrier in tried or (language == wanted.language and carrier in wanted.given)
            if not had and DroppedSentence(carrier, template, language) not in dropped:
                return OtherWay(carrier, language)
    return None


def rewrite(conn: Conn, message_id: int, template: str, language: str) -> Rewritten | None:
    """Return the message's words in another language; None: the catalogue cannot say it now."""
    row = conn.execute(
        "SELECT variables, said FROM messages WHERE id = %s", (message_id,)
    ).fetchone()
    values = wording.values_of(*row) if row else None
    if values is None:
        return None
    try:
        rendered = render(template, language, values)
    except CatalogueError:
        return None
    return Rewritten(wording.pack(rendered.text, values), rendered.segments.segments)
