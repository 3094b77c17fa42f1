"""From a person's text to a typed event. Pure. What is not certain is not guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from flows import number
from flows.events import (
    AnotherDay,
    AskMenu,
    AskPerson,
    AskStatus,
    ChooseLanguage,
    Consent,
    CorrectNumber,
    Deny,
    Event,
    HoldAtOffice,
    Language,
    NotUnderstood,
    OnlyMe,
    ProveSender,
    Recall,
    ReportFraud,
    SendCode,
    SomebodyElse,
    SpeakCode,
    Start,
    Stop,
    StopRecall,
    ToldCode,
    Yes,
)
from flows.grammar import words
from flows.grammar.text import fold, tokens
from india.phone import mobile

_MOST_WORDS = 6  # a longer text is a story, not a command: only fraud is recognised in it


@dataclass(frozen=True)
class Understood:
    """An event, and separate from it the codes that the text contained, by item."""

    event: Event
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)


# ---- recipients --------------------------------------------------------------------------------

_SINGLE = {fold(word): command for command, line in words.WORDS.items() for word in line}
_PHRASES = sorted(
    ((tokens(phrase), command) for command, line in words.PHRASES.items() for phrase in line),
    key=lambda pair: -len(pair[0]),
)
_LANGUAGES: Mapping[str, Language] = MappingProxyType({"1": "hi", "2": "hi-Latn", "3": "en"})
_ABOUT_ONE: Mapping[str, Callable[[str | None], Event]] = MappingProxyType(
    {"1": Yes, "2": Deny, "3": ReportFraud, "44": HoldAtOffice, "6": SpeakCode}
)
_ALONE_RECIPIENT: Mapping[str, Event] = MappingProxyType({"0": AskMenu(), "9": AskPerson()})
_COMMANDS: Mapping[words.RecipientWord, Callable[[str | None], Event]] = MappingProxyType(
    {
        "yes": Yes,
        "send_code": SendCode,
        "speak_code": SpeakCode,
        "deny": Deny,
        "fraud": ReportFraud,
        "another_day": AnotherDay,
        "hold": HoldAtOffice,
        "only_me": OnlyMe,
        "person": lambda _: AskPerson(),
        "menu": lambda _: AskMenu(),
        "stop": lambda _: Stop(),
        "start": lambda _: Start(),
        "hi": lambda _: ChooseLanguage("hi"),
        "hi-Latn": lambda _: ChooseLanguage("hi-Latn"),
        "en": lambda _: ChooseLanguage("en"),
    }
)


def recipient(raw: str) -> Understood:
    """Return the event of a recipient's text: a digit, a word or an article number."""
    found = list(tokens(raw))
    articles = [n for n in (number.parse(token) for token in found) if n is not None]
    rest = [token for token in found if number.parse(token) is None]
    if len(articles) > 1:
        return Understood(NotUnderstood())
    which = articles[0] if articles else None
    if which is not None and not rest:
        return Understood(AskStatus(which))
    return _consent(rest, which) or Understood(_by_digits(rest, which) or _by_words(rest, which))


QUOTE = "quote"  # the key in `Understood.codes` of the two digits that a text quotes
_QUOTE = re.compile(r"[0-9]{2}", re.ASCII)


def _consent(found: list[str], which: str | None) -> Understood | None:
    """Return the event of `1 47` or `1 6785 47`: yes, with the digits of our question."""
    if len(found) < 2 or found[0] != "1" or not _QUOTE.fullmatch(found[-1]):
        return None
    between = found[1:-1]
    if which is None and len(between) == 1 and re.fullmatch(r"[0-9]{4}", between[0], re.ASCII):
        which, between = between[0], []
    return None if between else Understood(Consent(which), {QUOTE: found[-1]})


def _by_digits(found: list[str], which: str | None) -> Event | None:
    """Return the event of a text that begins with a digit of the phone manners, or None."""
    if not found or not found[0].isdigit():
        return None
    digit, rest = found[0], found[1:]
    if digit in _ALONE_RECIPIENT and not rest and which is None:
        return _ALONE_RECIPIENT[digit]
    if digit == "8" and which is None:
        return _language(rest)
    if which is None and rest and len(rest[0]) == 4 and rest[0].isdigit():
        which, rest = rest[0], rest[1:]
    if digit in _ABOUT_ONE and not rest:
        return _ABOUT_ONE[digit](which)
    if digit == "3" and _named(rest):
        return ReportFraud(which, _named(rest))
    if digit == "4":
        return _another_day(rest, which)
    if digit == "5":
        return _somebody_else(rest, which)
    return None


def _language(rest: list[str]) -> Event | None:
    if not rest:
        return ChooseLanguage()
    return ChooseLanguage(_LANGUAGES[rest[0]]) if len(rest) == 1 and rest[0] in _LANGUAGES else None


def _another_day(rest: list[str], which: str | None) -> Event | None:
    """Return the event of `4`, `4 29` or `4 29 11`: a day; a written month is ignored."""
    if not rest:
        return AnotherDay(which)
    if len(rest) > 2 or not all(token.isdigit() and len(token) <= 2 for token in rest):
        return None
    return AnotherDay(which, int(rest[0]))


def _somebody_else(rest: list[str], which: str | None) -> Event | None:
    """Return the event of `5 98123 45678`, `5 +91 …` or `5 0`; "" is no telephone."""
    if not rest:
        return SomebodyElse(which)
    if rest == ["0"]:
        return OnlyMe(which)
    if not all(token.isdigit() for token in rest):
        return None
    return SomebodyElse(which, mobile("".join(rest)))


def _named(found: list[str]) -> str | None:
    """Return the telephone in `found`, however it is spaced."""
    run = ""
    for token in (*found, ""):
        if token.isdigit():
            run += token
            continue
        if mobile(run):
            return mobile(run)
        run = ""
    return None


def _by_words(found: list[str], which: str | None) -> Event:
    commands = _commands(found)
    if "fraud" in commands:
        return ReportFraud(which, _named(found))
    if any(token.isdigit() and 4 <= len(token) <= 8 for token in found):
        return ToldCode()
    if len(found) <= _MOST_WORDS and len(commands) == 1:
        return _COMMANDS[commands.pop()](which)
    return NotUnderstood()


def _commands(found: list[str]) -> set[words.RecipientWord]:
    """Return the commands named in `found`; the words of a phrase do not count as single words."""
    left = list(found)
    commands: set[words.RecipientWord] = set()
    for phrase, command in _PHRASES:
        for start in range(len(left) - len(phrase) + 1):
            if tuple(left[start : start + len(phrase)]) == phrase:
                commands.add(command)
                left[start : start + len(phrase)] = [""]
                break
    return commands | {_SINGLE[token] for token in left if token in _SINGLE}


def _wish(article: str, rest: list[str]) -> Event | None:
    """Return what a sender wants of `article`, without a quote; None for anything else."""
    if len(rest) == 1 and rest[0] in _RECALL:
        return Recall(article)
    phone = mobile("".join(rest)) if all(token.isdigit() for token in rest) else ""
    return CorrectNumber(article, phone) if phone else None


# ---- senders, offices, strangers ---------------------------------------------------------------

_ANYTIME = (AskMenu, AskPerson, ChooseLanguage, Stop, Start)
_RECALL = frozenset(fold(word) for word in words.RECALL)


def party(raw: str) -> Understood:
    """Return the event of a text from an office or a stranger: an article number, or nothing."""
    articles = [n for n in (number.parse(token) for token in tokens(raw)) if n is not None]
    if len(articles) == 1:
        return Understood(AskStatus(articles[0]))
    return Understood(NotUnderstood())


def sender(raw: str) -> Understood:
    """Return the event of a sender's text: an article number alone, with a telephone, a recall or
    the two digits of our first text, or with the latter at the end; `3`, not I wanted it back; and
    what everybody may say (language, a person, STOP).
    """
    found = tokens(raw)
    articles = [n for n in (number.parse(token) for token in found) if n is not None]
    rest = [token for token in found if number.parse(token) is None]
    if rest == ["3"] and len(articles) <= 1:
        return Understood(StopRecall(articles[0] if articles else None))
    if len(articles) == 1 and rest:
        wish = _wish(articles[0], rest)
        if wish is not None:
            return Understood(wish)
        # A telephone that lacks two digits is no telephone with a quote.
        if _QUOTE.fullmatch(rest[-1]):
            quoted = _wish(articles[0], rest[:-1]) if rest[:-1] else ProveSender(articles[0])
            if quoted is not None:
                return Understood(quoted, {QUOTE: rest[-1]})
    if len(articles) == 1 and rest and all(token.isdigit() for token in rest):
        return Understood(CorrectNumber(articles[0], ""))
    if articles:
        return party(raw)
    event = _by_digits(rest, None) or _by_words(rest, None)
    return Understood(event if isinstance(event, _ANYTIME) else NotUnderstood())
