"""The texts that an act of the user's sent, to be shown beside its outcome: whom, and the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.decision import Role
from postal.acts.books import Held, peek
from postal.desk import timeline
from postal.desk.timeline import TimelineText
from postal.facts import articles_numbered
from web.desk.room import desk, runtime

_PARTS: tuple[tuple[Role, str], ...] = (
    ("nominee", "nominee_phone"),
    ("recipient", "recipient_phone"),
    ("sender", "sender_phone"),
    ("postman", "postman_phone"),
    ("office", "office_phone"),
)


@dataclass(frozen=True)
class TextTold:
    """A text that an act sent. `part`: of its telephone to the article; None: it has none."""

    part: Role | None
    text: TimelineText


@desk.app_template_global()
def texts_told(ids: Sequence[int]) -> list[TextTold]:
    """Return the messages with these ids, which the session kept from the act that sent them."""
    if not ids:
        return []
    with runtime().database.transaction() as conn:
        found = timeline.texts(conn, list(ids))
        numbers = [each.article for each in found if each.article is not None]
        held = peek(conn, articles_numbered(conn, numbers), runtime().now())
    return [TextTold(_part(held, each), each) for each in found]


def _part(held: dict[str, Held], text: TimelineText) -> Role | None:
    its = held.get(text.article or "")
    if its is None:
        return None
    return next((part for part, name in _PARTS if getattr(its, name) == text.phone), None)
