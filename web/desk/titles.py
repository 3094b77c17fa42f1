"""What the desk calls a text of the catalogue, and what the feed says of an article, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from messages.catalogue import CatalogueError, catalogue
from postal.desk.timeline import TimelineEvent
from web import language
from web.desk.room import desk
from web.desk.sprints import shown
from web.staff.words import word

_FIRST: Final = re.compile(r".*?[.?!।](?=\s|$)")
_VARIABLE: Final = re.compile(r"\{\w+\}")
_TECHNICAL: Final = frozenset(("message", "lane", "ticket", "by", "instead_of", "prefix"))
# Values of these are keys of sentences; of all others, words of flows.
_SAID_AS: Final = {"action": "act_", "remark": "remark_", "outcome": "outcome_", "about": "ticket_"}


@dataclass(frozen=True)
class EventPart:
    """One thing that an event names. `technical`: for whoever looks into the machinery."""

    name: str
    value: str
    technical: bool


@desk.app_template_filter()
def title_of(template: str) -> str:
    """Return the first sentence of a text in the page's language; its key where it is no more."""
    try:
        text = catalogue().text(template, language.chosen())
    except CatalogueError:
        return template
    first = _FIRST.match(text)
    return _VARIABLE.sub("…", first[0] if first else text)


@desk.app_template_filter()
def parts_of(event: TimelineEvent) -> list[EventPart]:
    """Return what an event of the feed names, in words of the page's language."""
    return list(_parts(event))


def _parts(event: TimelineEvent) -> Iterator[EventPart]:
    for name, value in event.data.items():
        if value is None:
            continue
        yield EventPart(name, _said(event.kind, name, value), name in _TECHNICAL)


def _said(kind: str, name: str, value: Any) -> str:
    if name == "template":
        return title_of(str(value))
    if name == "reason" and kind == "desk_acted":
        return word(value, "reason_")
    if name == "remark":
        return f"{value} {word(value, 'remark_')}"
    prefix = _SAID_AS.get(name)
    said = word(value, prefix) if prefix else str(value)
    return said if said != str(value) else shown(value, name)
