"""The check that the grammars' words are distinct: no word has two meanings, each has its own.

A word is checked as people may write it: in capitals, with marks around it, with Hindi digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from flows import events, machines
from flows.events import Event
from flows.grammar import words
from flows.grammar.person import Understood
from flows.grammar.text import tokens
from flows.reading.understand import VERSION
from flows.wishes import PersonWish

Read = Callable[[str], Understood]

_NUMBER = "EU123456785IN"
_PHONE = "98765 43210"
_DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")


class Lines(Protocol):
    """A table of the grammar: commands and the words of each."""

    def items(self) -> Iterable[tuple[str, Iterable[str]]]: ...


@dataclass(frozen=True)
class Vocabulary:
    """What one kind of people may type. `means`: texts, and the event that each must be."""

    role: str
    read: Read
    tables: tuple[Lines, ...]
    means: Mapping[str, Event]


def check_words(vocabulary: Vocabulary) -> Iterator[str]:
    """Yield words with two meanings, and texts that are read otherwise than meant."""
    yield from _collisions(vocabulary)
    for text, event in vocabulary.means.items():
        for written in _written(text):
            got = vocabulary.read(written).event
            if got != event:
                yield f'{vocabulary.role}: "{written}" is read as {got}, not as {event}'


def _collisions(vocabulary: Vocabulary) -> Iterator[str]:
    meanings: dict[tuple[str, ...], str] = {}
    for table in vocabulary.tables:
        for command, line in table.items():
            for word in line:
                key = tokens(word)
                other = meanings.setdefault(key, command)
                if other != command:
                    yield f'{vocabulary.role}: "{word}" means {other} and {command}'
                if not key:
                    yield f'{vocabulary.role}: "{word}" of {command} is no word'


def _written(text: str) -> tuple[str, ...]:
    """Return `text` as people write it; composed Hindi letters too, which NFKC divides."""
    marked = f"  {text.replace(' ', ', ')}!"
    ways = (text, text.upper(), text.title(), marked, f"{text}।", text.translate(_DEVANAGARI))
    return tuple(dict.fromkeys(ways))


# ---- ours --------------------------------------------------------------------------------------

_RECIPIENTS: Mapping[str, Event] = {
    "yes": events.Said("yes"),
    "send_code": events.SendCode(),
    "speak_code": events.SpeakCode(),
    "no": events.Said("no"),
    "fraud": events.ReportFraud(),
    "hold": events.HoldAtOffice(),
    "wishes": events.AskWishes(),
    "only_me": events.OnlyMe(),
    "person": events.AskPerson(),
    "menu": events.AskMenu(),
    "stop": events.Stop(),
    "start": events.Start(),
    "hi": events.ChooseLanguage("hi"),
    "hi-Latn": events.ChooseLanguage("hi-Latn"),
    "en": events.ChooseLanguage("en"),
}
_ANYTIME: Mapping[str, Event] = {
    "0": events.AskMenu(),
    "8": events.ChooseLanguage(),
    "8 1": events.ChooseLanguage("hi"),
    "8 2": events.ChooseLanguage("hi-Latn"),
    "8 3": events.ChooseLanguage("en"),
    "9": events.AskPerson(),
    "7": events.NotUnderstood(),
}
_DIGITS: Mapping[str, Event] = {
    **_ANYTIME,
    "7": events.Wished((PersonWish("unclear"),), VERSION),
    "1": events.Yes(),
    "2": events.Deny(),
    "3": events.ReportFraud(),
    "4": events.AnotherDay(),
    "4 29": events.AnotherDay(day=29),
    "44": events.HoldAtOffice(),
    "5": events.SomebodyElse(),
    "5 0": events.OnlyMe(),
    "55": events.AskWishes(),
    "55 0": events.SetWish("none"),
    "55 1": events.SetWish("household"),
    "55 1 47": events.SetWish("household"),
    "55 2": events.SetWish("neighbour"),
    "55 4 1 3 5": events.SetWish("days", (1, 3, 5)),
    "55 44": events.SetWish("keep"),
    "55 6": events.AskWord(),
    f"5 {_PHONE}": events.SomebodyElse(phone="+919876543210"),
    "6": events.SpeakCode(),
    "6 6785": events.SpeakCode("6785"),
    "1 6785": events.Yes("6785"),
    "1 47": events.Consent(),
    "1 6785 47": events.Consent("6785"),
    f"3 {_NUMBER}": events.ReportFraud(_NUMBER),
    "482913": events.ToldCode(),
    _NUMBER: events.AskStatus(_NUMBER),
}
_FOR_SENDERS = ("person", "menu", "stop", "start", "hi", "hi-Latn", "en")
_POSTMANS: Mapping[str, Event] = {
    "undo": events.Undo(),
    "left": events.AskLeft(),
    "help": events.AskHelp(),
    "approach": events.Visit((events.Approach("7"),)),
    "handover": events.Visit((events.Handover("7", "code"),)),
    "remark": events.Visit((events.Remark("7", 11),)),
}
_AFTER = {"approach": " 7", "handover": " 7 482913", "remark": " 7 11"}


def _meanings(
    lines: Lines, commands: Mapping[str, Event], after: Mapping[str, str]
) -> dict[str, Event]:
    return {
        f"{word}{after.get(command, '')}": commands[command]
        for command, line in lines.items()
        if command in commands
        for word in line
    }


def vocabularies(code_length: int = 6) -> tuple[Vocabulary, ...]:
    """Return the vocabularies of all roles, from the tables in `flows/grammar/words.py`."""

    def read(role: str) -> Read:
        return lambda text: machines.understand(role, text, code_length)

    said = {word: line for word, line in words.KEYWORDS.items() if word in _FOR_SENDERS}
    money = {"rupees": words.RUPEES}
    paid = events.Visit((events.Handover("7", "code", "cash", 500),))
    return (
        Vocabulary(
            "recipient",
            read("recipient"),
            (words.KEYWORDS,),
            {
                **_DIGITS,
                **_meanings(words.KEYWORDS, _RECIPIENTS, {}),
            },
        ),
        Vocabulary(
            "sender",
            read("sender"),
            (words.KEYWORDS, {"recall": words.RECALL, "again": words.AGAIN}),
            {
                **_ANYTIME,
                "6": events.NotUnderstood(),
                **_meanings(said, _RECIPIENTS, {}),
                **{f"{_NUMBER} {word}": events.Recall(_NUMBER) for word in words.RECALL},
                **{f"{_NUMBER} {word}": events.AskVisit(_NUMBER) for word in words.AGAIN},
                f"{_NUMBER} 4": events.AskVisit(_NUMBER),
                f"{_NUMBER} 4 29": events.AskVisit(_NUMBER, 29),
                f"{_NUMBER} 4 29 47": events.AskVisit(_NUMBER, 29),
                _NUMBER: events.AskStatus(_NUMBER),
                f"{_NUMBER} {_PHONE}": events.CorrectNumber(_NUMBER, "+919876543210"),
                f"{_NUMBER} {_PHONE} 47": events.CorrectNumber(_NUMBER, "+919876543210"),
                f"{_NUMBER} {words.RECALL[0]} 47": events.Recall(_NUMBER),
                f"{_NUMBER} 47": events.ProveSender(_NUMBER),
                "3": events.StopRecall(),
                f"3 {_NUMBER}": events.StopRecall(_NUMBER),
            },
        ),
        Vocabulary(
            "postman",
            read("postman"),
            (words.POSTMAN_WORDS, money),
            {
                "0": events.Undo(),
                "00": events.AskLeft(),
                "01": events.TakeOver(),
                "02": events.TurnDown(),
                "99": events.AskHelp(),
                "7": _POSTMANS["approach"],
                "7 11": _POSTMANS["remark"],
                "7 482913": _POSTMANS["handover"],
                "7 8 > 45": events.Pass(("7", "8")),
                "7 > 0": events.Pass(("7",), back=True),
                "7 482913 1": events.Visit((events.Handover("7", "code", "cash"),)),
                "7 4 8 2 9 1 3": events.AskedBack("spelled"),
                "11 12": events.AskedBack("doors", 11, 12),
                "7 28": events.Visit((events.Handover("7", "exception"),)),
                "7 28 2": events.Visit((events.Handover("7", "exception", "upi"),)),
                "7 28 3 1 1234": events.AskException("7", 3, "aadhaar"),
                "7 482913 2": events.Visit((events.Handover("7", "code", "upi"),)),
                **_meanings(words.POSTMAN_WORDS, _POSTMANS, _AFTER),
                **{f"7 482913 {word} 500 1": paid for word in words.RUPEES},
            },
        ),
        Vocabulary(
            "office",
            read("office"),
            (),
            {
                "1 47": events.AnswerException(granted=True),
                "1 6785 47": events.AnswerException(granted=True, which="6785"),
                "2": events.AnswerException(granted=False),
                "2 47": events.AnswerException(granted=False),
                "2 6785": events.AnswerException(granted=False, which="6785"),
                "1 6785": events.AnswerException(granted=True, which="6785"),
                **dict.fromkeys(("1", "haan", "ok"), events.AnswerException(granted=True)),
                "nahi": events.AnswerException(granted=False),
                "3": events.NotUnderstood(),
                _NUMBER: events.AskStatus(_NUMBER),
            },
        ),
        Vocabulary(
            "new_phone",
            read("new_phone"),
            ({"pin": words.PIN},),
            {
                "2468": events.GivePin(),
                "246810": events.GivePin(),
                **{f"{word} 2468": events.GivePin() for word in words.PIN},
                "246": events.NotUnderstood(),
                "2468 2468": events.NotUnderstood(),
            },
        ),
        Vocabulary(
            "helped",
            read("helped"),
            ({word: words.KEYWORDS[word] for word in ("yes", "no")},),
            {
                "1": events.Yes(),
                "2": events.Deny(),
                **{word: events.Yes() for word in words.KEYWORDS["yes"]},
                **{word: events.Deny() for word in words.KEYWORDS["no"]},
                **dict.fromkeys(("1 6785", "1 47", "3", "9", "ok"), events.NotUnderstood()),
            },
        ),
    )
