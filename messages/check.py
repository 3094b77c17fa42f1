"""The check of the catalogue against "India's SMS rules" (docs/developing/domain.md)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from messages import dlt
from messages.catalogue import LANGUAGES, VARIABLE, Catalogue, Language, Template
from messages.screens import WORDS
from messages.segments import Segments, count
from messages.values import DLT_SHAPES
from messages.worded import in_text

BUDGET: dict[Language, int] = {"en": 1, "hi-Latn": 1, "hi": 2}
MOST_VARIABLES = 2
LEAST_FIXED = 0.3  # of the characters, with the longest values

# Most handsets turn a full stop within a word into a link, whatever follows.
_LINK = re.compile(
    r"://|\b(?:mailto|tel|sms|upi):|\w\.(?:[a-z]{2,}|[\u0900-\u097f])", re.IGNORECASE
)
_DIAL = re.compile(r"[*#].*[*#]", re.DOTALL)
_PHONE = re.compile(r"[0-9][0-9\- ]{2,}[0-9]")
_ALLOWED_PHONES = frozenset({"1930", "18002666868"})


@dataclass(frozen=True)
class TextRow:
    """One text with the longest values that its variables can have."""

    template: str
    language: Language
    segments: Segments
    variables: tuple[str, ...]
    warns: bool


@dataclass(frozen=True)
class Report:
    """Every text, and a sentence for each problem."""

    rows: tuple[TextRow, ...]
    problems: tuple[str, ...]


def check(catalogue: Catalogue) -> Report:
    """Check every template in every language. Without a problem the catalogue may be sent."""
    rows: list[TextRow] = []
    problems: list[str] = []
    for language in LANGUAGES:
        strays = set(catalogue.texts.get(language, {})) - set(catalogue.templates)
        problems += [
            f"{name}, {language}: templates.toml does not know it" for name in sorted(strays)
        ]
    for template in catalogue.templates.values():
        problems += [f"{template.name}: {problem}" for problem in _template(template)]
        for language in LANGUAGES:
            text = catalogue.texts.get(language, {}).get(template.name)
            if text is None:
                problems.append(
                    f"{template.name}, {language}: the text is missing in {language}.toml"
                )
                continue
            warning = catalogue.sentences.get(template.audience, {}).get(language, "")
            row = TextRow(
                template.name,
                language,
                count(longest(template, text, language)),
                tuple(VARIABLE.findall(text)),
                bool(warning) and warning in text,
            )
            rows.append(row)
            problems += [f"{template.name}, {language}: {p}" for p in _text(template, text, row)]
    problems += _registered(catalogue)
    problems += _unspoken(catalogue)
    problems += dlt.changed(catalogue)
    return Report(tuple(rows), tuple(problems))


def longest(template: Template, text: str, language: str) -> str:
    """Return `text` with the longest value of each variable of `template`; unknown ones stay."""
    long = {
        each.name: in_text(each.name, each.kind.longest, language) for each in template.variables
    }
    return VARIABLE.sub(lambda match: long.get(match[1], match[0]), text)


def _template(template: Template) -> Iterator[str]:
    if len(template.variables) > MOST_VARIABLES and not template.why_so_many:
        yield f"more than {MOST_VARIABLES} variables need a recorded reason (why_so_many)"
    for name, kind in ((variable.name, variable.kind) for variable in template.variables):
        if not re.fullmatch(DLT_SHAPES[kind.dlt], kind.longest):
            yield f"{name} can be what DLT does not take as #{kind.dlt}#: {kind.longest}"


def _text(template: Template, text: str, row: TextRow) -> Iterator[str]:
    if not row.warns:
        yield f"the warning for {template.audience} is missing"
    filled = longest(template, text, row.language)
    if _LINK.search(filled):
        yield "it has a link (a full stop needs a space after it)"
    if _DIAL.search(filled):
        yield "it has a code to dial"
    names = [variable.name for variable in template.variables]
    if sorted(row.variables) != sorted(names):
        yield f"its variables are {_listed(row.variables)}; templates.toml says {_listed(names)}"
    if re.search(r"[{}]", VARIABLE.sub("", text)):
        yield "a brace stands alone: braces are for variables"
    if any(not re.search(r"\w", gap) for gap in re.findall(r"(?<=\})[^{}]*(?=\{)", text)):
        yield "two variables stand next to each other"
    fixed = len(VARIABLE.sub("", text))
    if fixed < LEAST_FIXED * row.segments.characters:
        yield f"less than {LEAST_FIXED:.0%} of it is fixed text"
    budget = BUDGET[row.language]
    if row.segments.segments > budget:
        yield f"{row.segments.segments} segments with the longest values, {budget} at the most"
    if row.language != "hi" and row.segments.encoding != "GSM-7":
        yield "a character is outside of GSM-7"
    if not unicodedata.is_normalized("NFC", text):
        yield "a letter is composed in another way (not NFC): operators compare code by code"
    if "₹" in text or any(c.isdecimal() and not c.isascii() for c in text):
        yield "digits are 0-9 and money is Rs"
    for phone in _PHONE.findall(VARIABLE.sub("x", text)):
        if len(re.sub(r"\D", "", phone)) > 3 and re.sub(r"\D", "", phone) not in _ALLOWED_PHONES:
            yield f"the number {phone} is not whitelisted"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _unspoken(catalogue: Catalogue) -> Iterator[str]:
    """A household's word is never sent by SMS (docs/developing/trust.md rule 20)."""
    for name, template in catalogue.templates.items():
        if {each.name for each in template.variables} & set(WORDS):
            yield f"{name}: a household's word is in no SMS"


def _registered(catalogue: Catalogue) -> Iterator[str]:
    for name in catalogue.templates:
        for language in LANGUAGES:
            if (name, language) not in catalogue.dlt.template_ids:
                yield f"{name}, {language}: dlt.toml has no line for it (an empty one will do)"
    for name in sorted({name for name, _ in catalogue.dlt.template_ids} - set(catalogue.templates)):
        yield f"{name}: dlt.toml has it, templates.toml does not"
