"""From a text to a typed event. Pure; what is not understood for certain is not guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows import number, words
from flows.events import (
    AskMenu,
    AskStatus,
    Deny,
    Event,
    NotUnderstood,
    ReportFraud,
    SendCode,
    ToldCode,
)
from flows.text import fold, tokens

_MOST_WORDS = 6  # a longer text is a story, not a command: only a report of fraud is heard in it


@dataclass(frozen=True)
class Understood:
    """An event, and apart from it the codes that the text held, by item."""

    event: Event
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)


# ---- recipients, senders, offices, strangers ---------------------------------------------------

_DIGIT_EVENTS: dict[str, type[SendCode] | type[Deny] | type[ReportFraud]] = {
    "1": SendCode,
    "2": Deny,
    "3": ReportFraud,
}
_WORD_EVENTS: dict[str, type[SendCode] | type[Deny] | type[ReportFraud]] = {
    "send_code": SendCode,
    "deny": Deny,
    "fraud": ReportFraud,
}
_SINGLE = {fold(word): command for command, line in words.WORDS.items() for word in line}
_PHRASES = sorted(
    ((tokens(phrase), command) for command, line in words.PHRASES.items() for phrase in line),
    key=lambda pair: -len(pair[0]),
)


def recipient(raw: str) -> Understood:
    """The event of a recipient's text: a digit, a word or an article number."""
    found = list(tokens(raw))
    articles = [n for n in (number.parse(token) for token in found) if n is not None]
    rest = [token for token in found if number.parse(token) is None]
    which = articles[0] if len(articles) == 1 else None
    if len(articles) > 1:
        return Understood(NotUnderstood())
    if which is not None and not rest:
        return Understood(AskStatus(which))
    if rest == ["0"] and which is None:
        return Understood(AskMenu())
    if rest and rest[0] in _DIGIT_EVENTS:
        if len(rest) == 2 and which is None and len(rest[1]) == 4 and rest[1].isdigit():
            return Understood(_DIGIT_EVENTS[rest[0]](rest[1]))
        if len(rest) == 1:
            return Understood(_DIGIT_EVENTS[rest[0]](which))
    return Understood(_by_words(rest, which))


def _by_words(found: list[str], which: str | None) -> Event:
    commands = _commands(found)
    if "fraud" in commands:
        return ReportFraud(which)
    if any(token.isdigit() and 4 <= len(token) <= 8 for token in found):
        return ToldCode()
    if len(found) <= _MOST_WORDS and len(commands) == 1:
        command = commands.pop()
        return AskMenu() if command == "menu" else _WORD_EVENTS[command](which)
    return NotUnderstood()


def _commands(found: list[str]) -> set[str]:
    """The commands named in `found`; a phrase takes its words away from the single words."""
    left = list(found)
    commands: set[str] = set()
    for phrase, command in _PHRASES:
        for start in range(len(left) - len(phrase) + 1):
            if tuple(left[start : start + len(phrase)]) == phrase:
                commands.add(command)
                left[start : start + len(phrase)] = [""]
                break
    return commands | {_SINGLE[token] for token in left if token in _SINGLE}


def party(raw: str) -> Understood:
    """The event of a text from a sender, an office or a stranger: an article number, or nothing."""
    articles = [n for n in (number.parse(token) for token in tokens(raw)) if n is not None]
    if len(articles) == 1:
        return Understood(AskStatus(articles[0]))
    return Understood(NotUnderstood())
