"""The sentences that are registered with the operators (DLT; TRAI, 18 Nov 2025).

A sentence is registered with a tag in the place of each variable. Operators write it in two ways:
Airtel, Jio, Vi and BSNL want the tag in the text, SmartPing and Tata want `{#var#}` and the tags
beside it (msg91.com/help/dlt-registration-in-india/variable-tagging-on-dlt-sms-templates). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from messages.catalogue import LANGUAGES, VARIABLE, Catalogue, Language, Template
from messages.render import CODE_MASK
from messages.segments import count
from messages.values import DltType
from messages.worded import in_text

Notation = Literal["tagged", "var"]
Where = Literal["both", "registered", "sent"]
Key = tuple[str, str]  # template and language

_TAG: Final = re.compile(r"\{?#\s*(numeric|number|alphanumeric|var)\s*#\}?", re.IGNORECASE)
_ID: Final = re.compile(r"[0-9]{15,25}", re.ASCII)
_APPROVED: Final = frozenset({"", "approved", "active", "registered", "whitelisted"})
_SPACES: Final = re.compile(r"\s+")
# What the operator may find in the place of a tag; a code is masked in stored texts.
_SHAPES: Final[Mapping[str, str]] = {
    "numeric": rf"(?:[0-9]+|{CODE_MASK})",
    "alphanumeric": r"[0-9A-Za-z]{1,40}",
    "var": r"\S{1,40}",
}


@dataclass(frozen=True)
class RegistrationLine:
    """One line of the registration sheet: one text in one language."""

    name: str  # as registered: template and language
    template: str
    language: Language
    category: str
    header: str
    entity_id: str
    kind: Literal["Text", "Unicode"]
    content: str
    tags: tuple[DltType, ...]
    sample: str
    template_id: str


def sheet(
    catalogue: Catalogue, language: Language, notation: Notation
) -> tuple[RegistrationLine, ...]:
    """Return what is to be registered in `language`, one line for each template."""
    lines = []
    for template in catalogue.templates.values():
        text = catalogue.text(template.name, language)
        tags = _tags(template, text)
        encoded = count(_filled(template, text, language)).encoding
        lines.append(
            RegistrationLine(
                name=registered_name(template.name, language),
                template=template.name,
                language=language,
                category=catalogue.dlt.category,
                header=catalogue.dlt.header,
                entity_id=catalogue.dlt.entity_id,
                kind="Text" if encoded == "GSM-7" else "Unicode",
                content=tagged(template, text)
                if notation == "tagged"
                else VARIABLE.sub("{#var#}", text),
                tags=tags,
                sample=_filled(template, text, language),
                template_id=catalogue.dlt.template_ids.get((template.name, language), ""),
            )
        )
    return tuple(lines)


def registered_name(template: str, language: str) -> str:
    """Return the operators' name of a sentence: letters, digits, underscores."""
    return f"{template}_{language.replace('-', '_')}"


def tagged(template: Template, text: str) -> str:
    """Return `text` with the tag of each variable in its place: `Post {#alphanumeric#} is …`."""
    tags = iter(_tags(template, text))
    return VARIABLE.sub(lambda _: f"{{#{next(tags)}#}}", text)


# ---- what came back ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReturnedLine:
    """One line of the operators' reply. `content` may be empty: not every portal has it."""

    line: int
    name: str
    template_id: str
    content: str = ""
    status: str = ""


@dataclass(frozen=True)
class TakenIds:
    """The ids to enter, by template and language, and a sentence for each line that is refused."""

    template_ids: Mapping[Key, str]
    sentences: Mapping[Key, str]
    problems: tuple[str, ...]


def take(catalogue: Catalogue, returned: list[ReturnedLine]) -> TakenIds:
    """Return the ids of approved sentences that are registered in the catalogue's words."""
    ids: dict[Key, str] = {}
    sentences: dict[Key, str] = {}
    problems: list[str] = []
    names = {
        registered_name(name, language).lower(): (name, language)
        for name in catalogue.templates
        for language in LANGUAGES
    }
    for each in returned:
        key = names.get(each.name.strip().lower())
        problem = _refusal(catalogue, key, each)
        if problem:
            problems.append(f"line {each.line}, {each.name or 'no name'}: {problem}")
        elif key is not None and ids.get(key, each.template_id) != each.template_id:
            problems.append(f"line {each.line}, {each.name}: it stands twice, with two ids")
        elif key is not None:
            ids[key] = each.template_id
            sentences[key] = _present(catalogue, key)
    twice = {id_ for id_ in ids.values() if list(ids.values()).count(id_) > 1}
    problems += [f"the id {id_} is given to more than one text" for id_ in sorted(twice)]
    good = {key: id_ for key, id_ in ids.items() if id_ not in twice}
    return TakenIds(good, {key: sentences[key] for key in good}, tuple(problems))


def _refusal(catalogue: Catalogue, key: Key | None, each: ReturnedLine) -> str:
    if key is None:
        return "no text has this name: the sheet's names are template and language, as booked_hi"
    if each.status.strip().lower() not in _APPROVED:
        return f"not approved: {each.status}"
    if _ID.fullmatch(each.template_id) is None:
        return (
            f"{each.template_id or 'nothing'} is no template id: 19 digits; a spreadsheet"
            " may have rounded it (format the column as text)"
        )
    present = _present(catalogue, key)
    if each.content and _plain(each.content) != _plain(present):
        return f"registered otherwise than we say it: {said(difference(each.content, present))}"
    return ""


def _present(catalogue: Catalogue, key: Key) -> str:
    name, language = key
    return tagged(catalogue.template(name), catalogue.text(name, language))


def _plain(sentence: str) -> str:
    """Return a sentence with all tags alike, so that only words differ."""
    return _SPACES.sub(" ", _TAG.sub("{#}", sentence)).strip()


# ---- is everything registered? -------------------------------------------------------------------


def unregistered(catalogue: Catalogue) -> Iterator[str]:
    """Yield a sentence for each text that an Indian operator would drop."""
    if not catalogue.dlt.entity_id:
        yield "dlt.toml: the principal entity's id is missing"
    if not catalogue.dlt.header:
        yield "dlt.toml: the header is missing"
    for name in catalogue.templates:
        for language in LANGUAGES:
            if not catalogue.dlt.template_ids.get((name, language)):
                yield f"{name}, {language}: not registered"
    yield from changed(catalogue)


def changed(catalogue: Catalogue) -> Iterator[str]:
    """Yield a sentence for each text that differs from its registration: operators drop it."""
    for (name, language), sentence in catalogue.dlt.sentences.items():
        known = name in catalogue.templates and name in catalogue.texts.get(language, {})
        if known and sentence != _present(catalogue, (name, language)):
            differs = said(difference(sentence, _present(catalogue, (name, language))))
            yield f"{name}, {language}: changed since it was registered: {differs}"


# ---- the difference ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Passage:
    """Some words, and where they are: in both sentences, in the registered or in the sent one."""

    where: Where
    words: str


def difference(registered: str, sent: str) -> tuple[Passage, ...]:
    """Return word by word how what was sent differs from what is registered.

    `sent` is a text or a sentence with tags. A single part, in both, means that it fits.
    """
    ours, theirs = _words(sent), _words(registered)
    parts: list[Passage] = []
    for where, word in _aligned(theirs, ours):
        if parts and parts[-1].where == where:
            parts[-1] = Passage(where, f"{parts[-1].words} {word}")
        else:
            parts.append(Passage(where, word))
    return tuple(parts)


def said(parts: tuple[Passage, ...]) -> str:
    """Return the difference in one line: [-registered-] {+sent+}."""
    marks = {"both": "{}", "registered": "[-{}-]", "sent": "{{+{}+}}"}
    return " ".join(marks[part.where].format(part.words) for part in parts)


def _words(sentence: str) -> list[str]:
    return _TAG.sub(lambda tag: f"{{#{_type(tag[1])}#}}", sentence).split()


def _type(name: str) -> str:
    return "numeric" if name.lower() == "number" else name.lower()


def _aligned(theirs: list[str], ours: list[str]) -> Iterator[tuple[Where, str]]:
    """Yield the longest common sequence of both; a word in the place of a tag counts half."""
    best = [[0] * (len(ours) + 1) for _ in range(len(theirs) + 1)]
    for i in reversed(range(len(theirs))):
        for j in reversed(range(len(ours))):
            fit = _fit(theirs[i], ours[j])
            best[i][j] = max(best[i + 1][j], best[i][j + 1], fit and fit + best[i + 1][j + 1])
    i = j = 0
    while i < len(theirs) or j < len(ours):
        fit = _fit(theirs[i], ours[j]) if i < len(theirs) and j < len(ours) else 0
        if fit and best[i][j] == fit + best[i + 1][j + 1]:
            yield "both", ours[j]
            i, j = i + 1, j + 1
        elif i < len(theirs) and best[i][j] == best[i + 1][j]:
            yield "registered", theirs[i]
            i += 1
        else:
            yield "sent", ours[j]
            j += 1


def _fit(theirs: str, ours: str) -> int:
    if theirs == ours:
        return 2
    return int(bool(_TAG.search(theirs)) and re.fullmatch(_pattern(theirs), ours) is not None)


def _pattern(word: str) -> str:
    pieces = _TAG.split(word)  # fixed, tag, fixed, …
    return "".join(
        re.escape(piece) if at % 2 == 0 else rf"(?:{_SHAPES[_type(piece)]}|\{{#[a-z]+#\}})"
        for at, piece in enumerate(pieces)
    )


def _tags(template: Template, text: str) -> tuple[DltType, ...]:
    kinds = {variable.name: variable.kind for variable in template.variables}
    return tuple(kinds[name].dlt for name in VARIABLE.findall(text))


def _filled(template: Template, text: str, language: str) -> str:
    kinds = {variable.name: variable.kind for variable in template.variables}
    samples = {name: in_text(name, kind.sample, language) for name, kind in kinds.items()}
    return VARIABLE.sub(lambda found: samples[found[1]], text)
