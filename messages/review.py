"""The sheet of everything we say, for a native reader, and what becomes of his corrections. Pure.

Texts, screens and spoken sentences stand side by side in the languages, with columns for what each
should be. What comes back is compared with what is said today: a correction of words that changed
since the sheet was written is refused. `messages/check.py` judges what would be said then.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final, Literal

from messages.catalogue import Catalogue, Language
from messages.screens import Screens
from messages.speech import Spoken, Tongue

Said = Literal["text", "warning", "screen", "word", "spoken", "over", "digit"]
SHOWN: Final[tuple[Language, ...]] = ("hi", "hi-Latn", "en")
_HEADS: Final[Mapping[Language, str]] = {"hi": "Hindi", "hi-Latn": "Roman", "en": "English"}
_CORRECTED: Final = "should be"
_BESIDE: Final = ("Bhojpuri", "Remarks")  # not read into any file: shown to whoever reads it back
HEADINGS: Final[tuple[str, ...]] = (
    "Kind", "Name", "For",
    *_HEADS.values(),
    *(f"{head} {_CORRECTED}" for head in _HEADS.values()),
    *_BESIDE,
)  # fmt: skip
# What a wrong sheet would turn against people: "tell the code to anyone", another digit said.
SENSITIVE: Final[tuple[Said, ...]] = ("warning", "digit")
_LINE: Final = re.compile(r"(?P<name>[a-z0-9_]+) (?P<number>[1-9][0-9]?)")
_KEY: Final = r'^\s*"?{}"?\s*='
_ONE_LINE: Final = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"|\[.*\])\s*')


@dataclass(frozen=True)
class SheetLine:
    """One thing that is said. `texts`: by language; a spoken one is not written in Roman letters.

    `name` of a sentence of a call: its text and its place in it, from 1.
    """

    kind: Said
    name: str
    about: str
    texts: Mapping[Language, str]

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the cells of the sheet, those for corrections empty."""
        said = tuple(self.texts.get(language, "") for language in SHOWN)
        return (self.kind, self.name, self.about, *said, *[""] * (len(SHOWN) + len(_BESIDE)))


@dataclass(frozen=True)
class WordsCorrected:
    """Other words for one thing in one language."""

    kind: Said
    name: str
    language: Language
    was: str
    now: str


@dataclass
class ReturnedSheet:
    """A sheet that came back: corrections, why lines were refused, and what was only remarked."""

    corrections: list[WordsCorrected] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


# ---- the sheet -----------------------------------------------------------------------------------


def sheet(texts: Catalogue, screens: Screens, spoken: Spoken) -> list[SheetLine]:
    """Return a line for everything that is said to anybody."""
    return [*_texts(texts), *_warnings(texts), *_screens(screens), *_spoken(spoken)]


def _texts(texts: Catalogue) -> Iterator[SheetLine]:
    for name, template in texts.templates.items():
        said = {each: texts.texts.get(each, {}).get(name, "") for each in SHOWN}
        yield SheetLine("text", name, template.audience, said)


def _warnings(texts: Catalogue) -> Iterator[SheetLine]:
    for audience, sentences in texts.sentences.items():
        said = {each: sentences.get(each, "") for each in SHOWN}
        yield SheetLine("warning", audience, "part of each text", said)


def _screens(screens: Screens) -> Iterator[SheetLine]:
    for name in screens.variables:
        said = {each: screens.texts[each].get(name, "") for each in SHOWN}
        yield SheetLine("screen", name, "dialled", said)
    for name in screens.words[SHOWN[0]]:
        said = {each: screens.words[each].get(name, "") for each in SHOWN}
        yield SheetLine("word", name, "in a line of a screen", said)


def _spoken(spoken: Spoken) -> Iterator[SheetLine]:
    for name in spoken.texts["hi"]:
        pairs = zip_longest(
            spoken.texts["hi"][name], spoken.texts["en"].get(name, ()), fillvalue=""
        )
        for number, (hindi, english) in enumerate(pairs, 1):
            yield SheetLine("spoken", f"{name} {number}", "a call", {"hi": hindi, "en": english})
    pairs = zip_longest(spoken.over["hi"], spoken.over["en"], fillvalue="")
    for number, (hindi, english) in enumerate(pairs, 1):
        yield SheetLine("over", f"over {number}", "a call, too late", {"hi": hindi, "en": english})
    for digit, (hindi, english) in enumerate(
        zip(spoken.digits["hi"], spoken.digits["en"], strict=True)
    ):
        yield SheetLine("digit", str(digit), "of a code, in a call", {"hi": hindi, "en": english})


# ---- what comes back -----------------------------------------------------------------------------


def returned(today: Iterable[SheetLine], rows: Iterable[Mapping[str, str]]) -> ReturnedSheet:
    """Return the corrections in the rows of a sheet, by its headings."""
    known: dict[tuple[str, str], SheetLine] = {(line.kind, line.name): line for line in today}
    found = ReturnedSheet()
    for row in rows:
        kind, name = (row.get(each, "").strip() for each in ("Kind", "Name"))
        line = known.get((kind, name))
        wishes = {each: _clean(row.get(f"{_HEADS[each]} {_CORRECTED}", "")) for each in SHOWN}
        found.remarks += [
            _shown(f"{kind} {name}, {beside}: {said}")
            for beside in _BESIDE
            if (said := row.get(beside, "").strip())
        ]
        if not any(wishes.values()):
            continue
        if line is None:
            found.refused.append(f"{kind} {name}: nothing is called so")
            continue
        for language, now in wishes.items():
            if now:
                _take(found, line, language, _clean(row.get(_HEADS[language], "")), now)
    return found


def _shown(line: str) -> str:
    """Return a line as a terminal may show it: one line, no control characters."""
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl") else c for c in line)


def _take(found: ReturnedSheet, line: SheetLine, language: Language, shown: str, now: str) -> None:
    where = f"{line.kind} {line.name}, {_HEADS[language]}"
    was = line.texts.get(language, "")
    if not was:
        found.refused.append(f"{where}: nothing is said there")
    elif shown != _clean(was):
        found.refused.append(f"{where}: it was changed since the sheet was written; write it anew")
    elif any(unicodedata.category(letter) == "Cc" and letter != "\n" for letter in now):
        found.refused.append(f"{where}: a letter in it cannot be shown")
    elif "\n" in now and "\n" not in was:
        found.refused.append(f"{where}: a line break is in it")
    elif _figures(now) != _figures(was) and _filled_in(now) == _filled_in(was):
        found.refused.append(f"{where}: its digits and what is filled in must stay, in their order")
    elif now != was:
        found.corrections.append(WordsCorrected(line.kind, line.name, language, was, now))


def sensitive(corrections: Iterable[WordsCorrected]) -> list[str]:
    """Return why corrections of the warning and of the spoken digits are not taken unasked."""
    return [
        f"{each.kind} {each.name}, {_HEADS[each.language]}: people trust these words most;"
        " read them twice, then add --sensitive"
        for each in corrections
        if each.kind in SENSITIVE
    ]


_FIGURE: Final = re.compile(r"[0-9]+|\{[a-z_0-9]+\}")


def _figures(text: str) -> list[str]:
    """Return the digits and variables of a text: they say what to press, each for one thing."""
    return _FIGURE.findall(unicodedata.normalize("NFKC", text))


def _filled_in(text: str) -> list[str]:
    """Return the variables alone: `messages/check.py` says which are missing or unknown."""
    return sorted(each for each in _figures(text) if not each.isdigit())


def _clean(cell: str) -> str:
    """Return a cell as it is compared: composed, with our line ends, without blanks around it."""
    lines = unicodedata.normalize("NFC", cell).replace("\r\n", "\n").replace("\r", "\n")
    return lines.strip()


# ---- into the files ------------------------------------------------------------------------------


@dataclass(frozen=True)
class SheetPlace:
    """A key in one of the files below `messages/`. `section` "": before any table."""

    file: str
    section: str
    key: str


Value = str | tuple[str, ...]


def changes(
    corrections: Iterable[WordsCorrected], texts: Catalogue, spoken: Spoken
) -> dict[SheetPlace, Value]:
    """Return the new value of each key. A warning changes in every text that contains it."""
    made: dict[SheetPlace, Value] = {}
    last: list[WordsCorrected] = []
    for each in corrections:
        match each.kind:
            case "text":
                made[SheetPlace(f"catalogue/{each.language}.toml", "", each.name)] = each.now
            case "screen" | "word":
                section = "texts" if each.kind == "screen" else "words"
                made[SheetPlace(f"screens/{each.language}.toml", section, each.name)] = each.now
            case "spoken" | "over":
                _say_instead(made, each, spoken)
            case "digit":
                made[SheetPlace(f"speech/{each.language}.toml", "digits", each.name)] = each.now
            case "warning":
                last.append(each)
    for each in last:
        _warn_instead(made, each, texts, spoken)
    return made


def _say_instead(made: dict[SheetPlace, Value], each: WordsCorrected, spoken: Spoken) -> None:
    found = _LINE.fullmatch(each.name)
    assert found is not None  # the sheet's own name
    tongue: Tongue = "en" if each.language == "en" else "hi"
    name, number = found["name"], int(found["number"])
    lines = spoken.over[tongue] if each.kind == "over" else spoken.texts[tongue][name]
    place = _spoken_place(tongue, name, over=each.kind == "over")
    said = list(made.get(place, lines))
    said[number - 1] = each.now
    made[place] = tuple(said)


def _spoken_place(tongue: Tongue, name: str, *, over: bool) -> SheetPlace:
    return SheetPlace(f"speech/{tongue}.toml", "" if over else "texts", name)


def _warn_instead(
    made: dict[SheetPlace, Value], each: WordsCorrected, texts: Catalogue, spoken: Spoken
) -> None:
    made[SheetPlace("catalogue/warnings.toml", each.name, each.language)] = each.now
    concerned = [t.name for t in texts.templates.values() if t.audience == each.name]
    for name in concerned:
        place = SheetPlace(f"catalogue/{each.language}.toml", "", name)
        text = made.get(place, texts.texts[each.language].get(name, ""))
        if isinstance(text, str) and each.was in text:
            made[place] = text.replace(each.was, each.now)
    if each.language == "hi-Latn":
        return
    tongue: Tongue = "en" if each.language == "en" else "hi"
    for name in concerned:
        place = _spoken_place(tongue, name, over=False)
        lines = made.get(place, spoken.texts[tongue].get(name, ()))
        if each.was in lines:
            made[place] = tuple(each.now if line == each.was else line for line in lines)


class NoSuchPlace(ValueError):
    """A file does not say something in one line of its own, so nothing is changed in it."""


def patched(text: str, section: str, key: str, value: Value) -> str:
    """Return the text of a TOML file with another value and all else as it is.

    Raises `NoSuchPlace`.
    """
    pattern = re.compile(_KEY.format(re.escape(key)))
    lines, here, at = text.split("\n"), "", None
    for number, line in enumerate(lines):
        if header := re.match(r"^\s*\[([^\[\]]+)\]", line):
            here = header[1].strip()
        elif here == section and pattern.match(line):
            if at is not None:
                raise NoSuchPlace(f"{key} is there twice")
            at = number
    before, _, after = lines[at].partition("=") if at is not None else ("", "", "")
    if at is None or not _ONE_LINE.fullmatch(after):
        raise NoSuchPlace(f"{key} is not in a line of its own")
    lines[at] = f"{before.rstrip()} = {_toml(value)}"
    return "\n".join(lines)


def _toml(value: Value) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"[{', '.join(map(_toml, value))}]"
