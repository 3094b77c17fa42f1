"""Help on each page, read from web/help; `flask --app app pages` writes docs/pages.md from it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from flask import Flask, before_render_template, g, has_request_context
from jinja2 import Template

from web import language
from web.staff.rooms import shared

_FOLDER: Final = Path(__file__).parents[1] / "help"


@dataclass(frozen=True)
class PageHelp:
    """What a page is for, its main steps, and what cannot be undone there ("": nothing)."""

    title: str
    what: str
    steps: tuple[str, ...]
    final: str


@cache
def places() -> Mapping[str, tuple[str, ...]]:
    """Return the templates on which each help stands, by its name."""
    return {name: tuple(found) for name, found in _read("pages").items()}


@cache
def helps(spoken: str) -> Mapping[str, PageHelp]:
    """Return every help in the language `spoken`, by its name. Raise KeyError where one lacks."""
    said = _read(spoken)
    return {
        name: PageHelp(
            said[name]["title"],
            said[name]["what"],
            tuple(said[name]["steps"]),
            said[name].get("final", ""),
        )
        for name in places()
    }


def rooms(spoken: str) -> Mapping[str, str]:
    """Return what each room is called, by the word that begins the names of its helps."""
    called: Mapping[str, str] = _read(spoken)["rooms"]
    return called


@cache
def _names() -> Mapping[str, str]:
    return {template: name for name, found in places().items() for template in found}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _note_template(_: Flask, template: Template, **__: Any) -> None:
    if has_request_context() and template.name in _names():
        g.page_template = template.name


before_render_template.connect(_note_template)


@shared.app_context_processor
def _help() -> dict[str, Any]:
    return {"page_help": page_help}


def page_help() -> PageHelp | None:
    """Return the help of the page that is being rendered, in its language; None: it has none."""
    name = _names().get(str(g.get("page_template", "")))
    return helps(language.chosen())[name] if name else None
