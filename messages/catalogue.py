"""The catalogue as read from `messages/catalogue/*.toml`: templates, texts, warnings, DLT ids."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from messages.values import KINDS, Kind

Language = Literal["hi", "hi-Latn", "en"]
# alarm: what nobody may be kept from hearing (docs/developing/trust.md rule 9)
Lane = Literal["code", "alarm", "reply", "notice", "bulk"]
Channel = Literal["text", "voice"]  # written, or spoken in a call
LANGUAGES: tuple[Language, ...] = ("en", "hi-Latn", "hi")
LANES: tuple[Lane, ...] = ("code", "alarm", "reply", "notice", "bulk")
# The variables that are never given to the renderer: what proves something is stored nowhere.
CODE = "code"
QUOTE = "quote"
CHECK = "check"
# What stands in the values of a text that shows the three digits: which words it has, not them.
SHOWN = "shown"

VARIABLE = re.compile(r"\{([a-z_]*)\}")
_FOLDER = Path(__file__).parent / "catalogue"


class CatalogueError(ValueError):
    """An error of a template, language, variable or value that the catalogue does not allow."""


@dataclass(frozen=True)
class Variable:
    """A place in a text that is filled in. `kind`: with what."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Template:
    """The purpose of a text. `lifetime`: seconds after which it is not worth sending.

    `talk`: an answer that no delivery waits for. Such answers have a quarter of a telephone's hour,
    so that whoever forges its texts cannot spend the answers that somebody at a door waits for.
    `door`: a question of a postman at a door, or its answer: counted by itself, because how many
    there are is limited where he asks, and no forged texts of that telephone must keep it back.
    `free`: the template whose words are used where the amount is 0, "" for none. Operators register
    a sentence with its variables, so "nothing to pay" is a sentence of its own.
    `checked`: the template whose words are used where the text also shows the three digits of the
    postman's slip, "" for none.
    `late`: the template whose words are used by a carrier that takes no validity, "" for none: they
    say by themselves until when they are true.
    """

    name: str
    audience: str
    lane: Lane
    lifetime: int
    variables: tuple[Variable, ...]
    why_so_many: str = ""  # the recorded reason for a third variable (TRAI, 18 Nov 2025)
    talk: bool = False
    door: bool = False
    free: str = ""
    checked: str = ""
    late: str = ""


@dataclass(frozen=True)
class Dlt:
    """What the operators require with each submit. An empty text: not registered."""

    entity_id: str
    header: str
    category: str
    template_ids: Mapping[tuple[str, str], str]  # by template and language
    sentences: Mapping[tuple[str, str], str] = field(default_factory=dict)  # as registered, tagged


@dataclass(frozen=True)
class Catalogue:
    """Everything that can be said."""

    templates: Mapping[str, Template]
    texts: Mapping[str, Mapping[str, str]]  # language → template → text
    sentences: Mapping[str, Mapping[str, str]]  # audience → language → warning
    dlt: Dlt

    def template(self, name: str) -> Template:
        """Return the template `name`. Raise `CatalogueError` if there is none."""
        try:
            return self.templates[name]
        except KeyError:
            raise CatalogueError(f"no template is called {name}") from None

    def words_of(self, name: str, values: Mapping[str, Any] | None) -> str:
        """Return the template whose words are used for `name` with `values`: `name` itself, its
        `free` one, or that one's `checked`. An unknown name is returned as it is: a text of an
        older release.
        """
        template = self.templates.get(name)
        if template is None or not template.free or (values or {}).get("amount") != 0:
            return name
        free = self.templates[template.free]
        return free.checked if free.checked and CHECK in (values or {}) else free.name

    def late_words_of(self, name: str, values: Mapping[str, Any] | None) -> str:
        """Return the template whose words say until when they are true, or that of `words_of`."""
        words = self.words_of(name, values)
        template = self.templates.get(words)
        return (template.late if template else "") or words

    def text(self, name: str, language: str) -> str:
        """Return the text of a template, its variables in braces. Raise `CatalogueError`."""
        self.template(name)
        if language not in self.texts:
            raise CatalogueError(f"no language is called {language}: {', '.join(self.texts)}")
        try:
            return self.texts[language][name]
        except KeyError:
            raise CatalogueError(f"template {name} has no text in {language}") from None

    def warning(self, name: str, language: str) -> str:
        """Return the warning that the text of a template must contain. Raise `CatalogueError`."""
        audience = self.template(name).audience
        try:
            return self.sentences[audience][language]
        except KeyError:
            raise CatalogueError(f"{audience} has no warning in {language}") from None


def read(folder: Path = _FOLDER) -> Catalogue:
    """Return the catalogue in `folder`. Raise `CatalogueError`, naming the file, for anything else.

    A language without a file is no error here: the check names each missing text.
    """
    templates = {name: _template(name, entry) for name, entry in _tables(folder / "templates.toml")}
    for each in templates.values():
        _fits_its_free(each, templates)
        _fits_its_checked(each, templates)
        if each.late and each.late not in templates:
            raise CatalogueError(f"templates.toml, {each.name}: no template is called {each.late}")
    return Catalogue(
        templates=templates,
        texts={
            language: _sentences(folder / f"{language}.toml", "", _toml(folder, language))
            for language in LANGUAGES
            if (folder / f"{language}.toml").exists()
        },
        sentences={
            audience: _sentences(folder / "warnings.toml", f"{audience}.", entry)
            for audience, entry in _tables(folder / "warnings.toml")
        },
        dlt=_dlt(folder),
    )


@cache
def catalogue() -> Catalogue:
    """Return the catalogue of this service, read once."""
    return read()


def _toml(folder: Path, name: str) -> dict[str, Any]:
    path = folder / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    except OSError as error:
        raise CatalogueError(f"{path.name}: {error.strerror}") from error


def _tables(path: Path) -> list[tuple[str, dict[str, Any]]]:
    entries = _toml(path.parent, path.stem)
    for name, entry in entries.items():
        if not isinstance(entry, dict):
            raise CatalogueError(f"{path.name}: {name} must be a table, written [{name}]")
    return list(entries.items())


def _sentences(path: Path, prefix: str, entry: Mapping[str, Any]) -> dict[str, str]:
    for name, text in entry.items():
        if not isinstance(text, str):
            raise CatalogueError(f'{path.name}: {prefix}{name} must be a text in "…"')
    return dict(entry)


def _template(name: str, entry: dict[str, Any]) -> Template:
    where = f"templates.toml, {name}"
    names = entry.get("variables", [])
    unknown = [variable for variable in names if variable not in KINDS]
    if unknown:
        raise CatalogueError(f"{where}: no variable is called {unknown[0]}: {', '.join(KINDS)}")
    variables = tuple(Variable(variable, KINDS[variable]) for variable in names)
    try:
        template = Template(**{**entry, "name": name, "variables": variables})
    except TypeError as error:
        raise CatalogueError(f"{where}: {error}") from error
    if template.lane not in LANES:
        raise CatalogueError(f"{where}: no lane is called {template.lane}: {', '.join(LANES)}")
    if not isinstance(template.lifetime, int) or template.lifetime <= 0:
        raise CatalogueError(f"{where}: lifetime must be whole seconds, more than 0")
    if template.talk and template.lane != "reply":
        raise CatalogueError(
            f"{where}: only a reply can be talk, not a text of lane {template.lane}"
        )
    return template


def _fits_its_free(template: Template, templates: Mapping[str, Template]) -> None:
    if not template.free:
        return
    free = _other(template, template.free, templates)
    if free.free or not _differs_by("amount", template, free):
        where = f"templates.toml, {template.name}"
        raise CatalogueError(f"{where}: {free.name} must be the same without the amount")


def _fits_its_checked(template: Template, templates: Mapping[str, Template]) -> None:
    if not template.checked:
        return
    checked = _other(template, template.checked, templates)
    if not _differs_by(CHECK, checked, template):
        where = f"templates.toml, {template.name}"
        raise CatalogueError(f"{where}: {checked.name} must be the same with the three digits")


def _other(template: Template, name: str, templates: Mapping[str, Template]) -> Template:
    """Return the template whose words can take the place of those of `template`."""
    other = templates.get(name)
    if other is None:
        raise CatalogueError(f"templates.toml, {template.name}: no template is called {name}")
    return other


def _differs_by(variable: str, longer: Template, shorter: Template) -> bool:
    """Tell whether `longer` has this variable more, and all else is the same."""
    rest = tuple(each for each in longer.variables if each.name != variable)
    same = (longer.audience, longer.lane, longer.lifetime) == (
        shorter.audience, shorter.lane, shorter.lifetime,
    )  # fmt: skip
    return rest != longer.variables and shorter.variables == rest and same


def _dlt(folder: Path) -> Dlt:
    entries = _toml(folder, "dlt")
    try:
        entity, templates = entries["entity"], entries["templates"]
        return Dlt(
            entity_id=entity["id"],
            header=entity["header"],
            category=entity["category"],
            template_ids=_by_language(templates),
            sentences=_by_language(entries.get("registered", {})),
        )
    except (KeyError, AttributeError, TypeError) as error:
        raise CatalogueError(f"dlt.toml: {error} is missing or of the wrong shape") from error


def _by_language(entries: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, str], str]:
    return {
        (name, language): value
        for name, values in entries.items()
        for language, value in values.items()
    }
