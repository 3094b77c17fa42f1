"""The catalogue as read from `messages/catalogue/*.toml`: templates, texts, warnings, DLT ids."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Language = Literal["hi", "hi-Latn", "en"]
Lane = Literal["code", "reply", "notice", "bulk"]
LANGUAGES: tuple[Language, ...] = ("en", "hi-Latn", "hi")
LANES: tuple[Lane, ...] = ("code", "reply", "notice", "bulk")
CODE = "code"  # the variable that is never given to the renderer

VARIABLE = re.compile(r"\{([a-z_]*)\}")
_FOLDER = Path(__file__).parent / "catalogue"


class CatalogueError(ValueError):
    """A template, language, variable or value that the catalogue does not allow."""


@dataclass(frozen=True)
class Template:
    """What a text is for. `lifetime`: seconds after which it is not worth sending."""

    name: str
    audience: str
    lane: Lane
    lifetime: int
    variables: tuple[str, ...]
    why_so_many: str = ""  # the recorded reason for a third variable (TRAI, 18 Nov 2025)


@dataclass(frozen=True)
class Dlt:
    """What the operators want with each submit. Empty texts: not registered."""

    entity_id: str
    header: str
    category: str
    template_ids: Mapping[tuple[str, str], str]  # by template and language


@dataclass(frozen=True)
class Catalogue:
    """All that can be said."""

    templates: Mapping[str, Template]
    texts: Mapping[str, Mapping[str, str]]  # language → template → text
    sentences: Mapping[str, Mapping[str, str]]  # audience → language → warning
    dlt: Dlt

    def template(self, name: str) -> Template:
        """Raises `CatalogueError` where there is no such template."""
        try:
            return self.templates[name]
        except KeyError:
            raise CatalogueError(f"no template is called {name}") from None

    def text(self, name: str, language: str) -> str:
        """The text of a template, its variables in braces. Raises `CatalogueError`."""
        self.template(name)
        if language not in self.texts:
            raise CatalogueError(f"no language is called {language}: {', '.join(self.texts)}")
        try:
            return self.texts[language][name]
        except KeyError:
            raise CatalogueError(f"template {name} has no text in {language}") from None

    def warning(self, name: str, language: str) -> str:
        """The warning that the text of a template must carry. Raises `CatalogueError`."""
        audience = self.template(name).audience
        try:
            return self.sentences[audience][language]
        except KeyError:
            raise CatalogueError(f"{audience} has no warning in {language}") from None


def read(folder: Path = _FOLDER) -> Catalogue:
    """The catalogue in `folder`. Raises `CatalogueError` for what cannot be one."""
    templates = {
        name: _template(name, entry) for name, entry in _toml(folder / "templates.toml").items()
    }
    dlt = _toml(folder / "dlt.toml")
    return Catalogue(
        templates=templates,
        texts={
            language: _toml(folder / f"{language}.toml")
            for language in LANGUAGES
            if (folder / f"{language}.toml").exists()
        },
        sentences=_toml(folder / "warnings.toml"),
        dlt=Dlt(
            entity_id=dlt["entity"]["id"],
            header=dlt["entity"]["header"],
            category=dlt["entity"]["category"],
            template_ids={
                (name, language): registered
                for name, ids in dlt["templates"].items()
                for language, registered in ids.items()
            },
        ),
    )


@cache
def catalogue() -> Catalogue:
    """The catalogue of this service, read once."""
    return read()


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{path.name}: {error}") from error


def _template(name: str, entry: dict[str, Any]) -> Template:
    try:
        template = Template(name, **{**entry, "variables": tuple(entry["variables"])})
    except (TypeError, KeyError) as error:
        raise CatalogueError(f"templates.toml, {name}: {error}") from error
    if template.lane not in LANES:
        raise CatalogueError(f"templates.toml, {name}: no lane is called {template.lane}")
    return template
