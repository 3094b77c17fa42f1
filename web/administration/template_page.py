"""What Dakiya says: every text in every language, its segments, and what is registered of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flask import render_template, request

from india import signs
from messages.catalogue import LANGUAGES, Catalogue, Language, Template, catalogue
from messages.check import BUDGET, longest
from messages.dlt import tagged
from messages.segments import Segments, count
from web.administration.room import route


@dataclass(frozen=True)
class ShownText:
    """A text in one language. `registered`: same · changed since · sent without · missing."""

    language: Language
    text: str
    size: Segments
    budget: int
    template_id: str
    registered: str


@dataclass(frozen=True)
class ShownTemplate:
    """A template with its texts."""

    template: Template
    texts: tuple[ShownText, ...]


@route("/templates", "templates")
def templates() -> str:
    """Show the texts; with `?query=`, those whose name or words hold it."""
    query = " ".join(signs.bare(request.args.get("query", "")).casefold().split())[:100]
    every = _every()
    found = [each for each in every if not query or _holds(each, query)]
    return render_template(
        "administration/templates.html",
        found=found,
        query=query,
        of=len(every),
        missing=sum(text.registered != "same" for each in every for text in each.texts),
        texts=sum(len(each.texts) for each in every),
    )


@cache
def _every() -> tuple[ShownTemplate, ...]:
    said = catalogue()
    return tuple(
        ShownTemplate(each, tuple(_shown(said, each, language) for language in LANGUAGES))
        for each in said.templates.values()
    )


def _shown(said: Catalogue, template: Template, language: Language) -> ShownText:
    text = said.text(template.name, language)
    key = (template.name, language)
    template_id, sentence = said.dlt.template_ids.get(key, ""), said.dlt.sentences.get(key)
    if not template_id:
        registered = "missing"
    elif sentence is None:
        registered = "unknown"
    else:
        registered = "same" if sentence == tagged(template, text) else "changed"
    size = count(longest(template, text, language))
    return ShownText(language, text, size, BUDGET[language], template_id, registered)


def _holds(each: ShownTemplate, query: str) -> bool:
    words = (each.template.name, *(text.text for text in each.texts))
    return any(query in word.casefold() for word in words)
