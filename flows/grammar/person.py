"""From a person's text to a typed event. Pure. What is not certain is not guessed.

Only an exact command acts: digits, or a text that is one keyword (docs/developing/trust.md rule 1).
Everything else is read as a wish (`flows/reading`), which brings its question; a report of fraud
and "send my code" protect, and act however they are said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from flows import number
from flows.events import (
    LAST_OF_MONTH,
    AnotherDay,
    AnswerException,
    AskMenu,
    AskPerson,
    AskStatus,
    AskVisit,
    AskWishes,
    AskWord,
    ChooseLanguage,
    Consent,
    CorrectNumber,
    Deny,
    Event,
    HoldAtOffice,
    HouseholdWish,
    Language,
    NotUnderstood,
    OnlyMe,
    ProveSender,
    Recall,
    ReportFraud,
    Said,
    SendCode,
    SetWish,
    SomebodyElse,
    SpeakCode,
    Start,
    Stop,
    StopRecall,
    ToldCode,
    Wished,
    Yes,
)
from flows.facts import OtherTakers
from flows.grammar import words
from flows.grammar.days import day_named, is_day
from flows.grammar.text import fold, tokens
from flows.reading.noise import without_advertisement
from flows.reading.rules import Role
from flows.reading.scripts import MOST_READ
from flows.reading.understand import TextReading, read
from flows.wishes import DayNamed
from india.phone import mobile


@dataclass(frozen=True)
class Understood:
    """An event, and separate from it the codes that the text contained, by item."""

    event: Event
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)


# ---- recipients --------------------------------------------------------------------------------

_POLITE = frozenset(fold(word) for word in words.POLITE)
_KEYWORDS: Mapping[tuple[str, ...], words.Keyword] = MappingProxyType(
    {tokens(word): keyword for keyword, line in words.KEYWORDS.items() for word in line}
)
_LANGUAGES: Mapping[str, Language] = MappingProxyType({"1": "hi", "2": "hi-Latn", "3": "en"})
_ABOUT_ONE: Mapping[str, Callable[[str | None], Event]] = MappingProxyType(
    {"1": Yes, "2": Deny, "3": ReportFraud, "44": HoldAtOffice, "6": SpeakCode}
)
_ALONE_RECIPIENT: Mapping[str, Event] = MappingProxyType({"0": AskMenu(), "9": AskPerson()})
_COMMANDS: Mapping[words.Keyword, Callable[[str | None], Event]] = MappingProxyType(
    {
        "yes": lambda _: Said("yes"),
        "no": lambda _: Said("no"),
        "send_code": SendCode,
        "speak_code": SpeakCode,
        "fraud": ReportFraud,
        "tomorrow": lambda which: AnotherDay(which, None, DayNamed(offset=1)),
        "day_after": lambda which: AnotherDay(which, None, DayNamed(offset=2)),
        "hold": HoldAtOffice,
        "only_me": OnlyMe,
        "person": lambda _: AskPerson(),
        "menu": lambda _: AskMenu(),
        "stop": lambda _: Stop(),
        "start": lambda _: Start(),
        "wishes": lambda _: AskWishes(),
        "hi": lambda _: ChooseLanguage("hi"),
        "hi-Latn": lambda _: ChooseLanguage("hi-Latn"),
        "en": lambda _: ChooseLanguage("en"),
    }
)


def recipient(raw: str) -> Understood:
    """Return the event of a recipient's text: a digit, a keyword, an article number, or a wish."""
    exact = _exact(raw)
    if exact is not None:
        return exact
    which, _ = _article_and_rest(fold(raw))
    return Understood(_wished(raw, which))


def answer(raw: str) -> Understood:
    """Return the event of an answer to "did that help?": a bare 1 or 2, yes or no; or words."""
    exact = _exact(raw)
    if exact is None:
        return Understood(NotUnderstood())
    if isinstance(exact.event, Said):
        return Understood(Yes() if exact.event.answer == "yes" else Deny())
    return exact if exact.event in (Yes(), Deny()) else Understood(NotUnderstood())


def is_command(raw: str) -> bool:
    """Tell whether `raw` is exact to a recipient: digits or one keyword, and no own words."""
    return _exact(raw) is not None


_NO_WISH = frozenset(("unclear", "chatter"))


def is_clear(event: Event) -> bool:
    """Tell whether own words, as they were read, wish something."""
    if isinstance(event, Wished):
        return any(wish.what not in _NO_WISH for wish in event.wishes)
    return isinstance(event, Said)


# "kal?" asks, "₹2" is a sum, and what stands below a thumb is a comment. Folded hands are polite.
_NO_SIGN = re.compile(r"[\w\s\u0900-\u097f.,;:!'’‘\"“”()/+\-–—…*🙏\U0001f3fb-\U0001f3ff\ufe0f]+")


def _plain(raw: str) -> str | None:
    """Return a text as exact commands are found in it, or None if it has signs beside words.

    Of a text longer than is read, the end is not known: nothing of it is exact.
    """
    text = without_advertisement(fold(raw))
    whole = len(raw) <= MOST_READ
    return text if whole and _NO_SIGN.fullmatch(text) else None


def _exact(raw: str) -> Understood | None:
    """Return the event of a text that is digits or one keyword, and nothing besides."""
    text = _plain(raw)
    if text is None:
        return None
    which, rest = _article_and_rest(text)
    if which is not None and not rest:
        return Understood(AskStatus(which))
    consent = _consent(rest, which) or _let_in(rest, which)
    if consent is not None:
        return consent
    event = _by_digits(rest, which) or _by_keyword(rest, which)
    return None if event is None else Understood(event)


def _article_and_rest(text: str) -> tuple[str | None, list[str]]:
    """Return the one article number of a text, and its other words; of several numbers none."""
    found = tokens(text)
    articles = [n for n in (number.parse(token) for token in found) if n is not None]
    if len(articles) != 1:
        return None, list(found)
    return articles[0], [token for token in found if number.parse(token) is None]


HOUSEHOLD = "55"  # what is wished for all post, as 44 is the office and 4 another day
QUOTE = "quote"  # the key in `Understood.codes` of the two digits that a text quotes
_QUOTE = re.compile(r"[0-9]{2}", re.ASCII)


def _consent(found: list[str], which: str | None) -> Understood | None:
    """Return the event of `1 47`, `1 6785 47` or `haan 47`: yes, with our question's digits."""
    if len(found) < 2 or not _QUOTE.fullmatch(found[-1]):
        return None
    if found[0] == "1":
        between = found[1:-1]
    elif _KEYWORDS.get(tuple(found[:-1])) == "yes":
        between = []
    else:
        return None
    if which is None and len(between) == 1 and re.fullmatch(r"[0-9]{4}", between[0], re.ASCII):
        which, between = between[0], []
    return None if between else Understood(Consent(which), {QUOTE: found[-1]})


@dataclass(frozen=True)
class QuotedDigits:
    """Two digits as people write them, who are asked something that is answered by two.

    `which`: the last four digits of its article. `of_wish`: `55` stands before them.
    """

    which: str | None
    of_wish: bool
    digits: str = field(repr=False)

    def answering(self, move: bool, takers: OtherTakers | None) -> Understood | None:
        """Return what they answer where a move is asked, or whom a wish lets in; else None."""
        event: Event | None = None
        if self.of_wish:
            event = SetWish(takers) if takers is not None else None
        elif move or (takers is not None and self.which is None):
            event = Consent(self.which)
        return None if event is None else Understood(event, {QUOTE: self.digits})


_QUOTED = re.compile(r"(?:(55)(?: |$))?(?:(1)(?: |$))?(?:([0-9]{4})(?: |$))?([0-9]{2})", re.ASCII)
TWO_DIGITS = ("44", HOUSEHOLD)  # commands that look like the digits of a question


def quoted(raw: str) -> QuotedDigits | None:
    """Return the digits of `47`, `ok 47`, `6785 47`, `55 haan 47`; None of what may be more.

    It is read only where something is asked of its telephone that two digits answer: these are the
    proof, and a word for yes beside them is as good as `1`. `ok 44` may mean the office.
    """
    found = [token for token in tokens(_plain(raw) or "") if token not in _POLITE]
    numbers = [(token, number.parse(token)) for token in found]
    found = [token if whole is None else whole[-6:-2] for token, whole in numbers]
    said = {token for token in found if not token.isdigit()}
    read_ = _QUOTED.fullmatch(" ".join(token for token in found if token.isdigit()))
    if read_ is None or not said <= _SAYS_YES | _AGREES:
        return None
    wish, yes, which, digits = read_.groups()
    if (digits in TWO_DIGITS and yes is None) or (wish and which):
        return None
    return QuotedDigits(which, wish is not None, digits)


def _by_digits(found: list[str], which: str | None) -> Event | None:
    """Return the event of a text that begins with a digit of the phone manners, or None."""
    found = [token for token in found if token not in _POLITE]
    if not found or not found[0].isdigit():
        return None
    digit, rest = found[0], found[1:]
    if digit in _ALONE_RECIPIENT and not rest and which is None:
        return _ALONE_RECIPIENT[digit]
    if digit == "8" and which is None:
        return _language(rest)
    if digit == HOUSEHOLD and which is None:
        return _household(rest)
    if which is None and rest and _is_last_four(digit, rest):
        which, rest = rest[0], rest[1:]
    if digit in _ABOUT_ONE and not rest:
        return _ABOUT_ONE[digit](which)
    if digit == "3":
        return _fraud(rest, which)
    if digit == "4":
        return _another_day(rest, which)
    if digit == "5":
        return _somebody_else(rest, which)
    if not rest and which is None and 5 <= len(digit) <= _LONGEST_CODE:
        return ToldCode()
    return None


_LONGEST_CODE = 8


def _is_last_four(digit: str, rest: list[str]) -> bool:
    toll_free = digit == "3" and rest[0] == "1800" and len(rest) > 1
    return len(rest[0]) == 4 and rest[0].isdigit() and not toll_free


def _language(rest: list[str]) -> Event | None:
    if not rest:
        return ChooseLanguage()
    return ChooseLanguage(_LANGUAGES[rest[0]]) if len(rest) == 1 and rest[0] in _LANGUAGES else None


_WISHES: Mapping[str, HouseholdWish] = MappingProxyType(
    {"1": "household", "2": "neighbour", "44": "keep", "0": "none"}
)
_WEEKDAYS = re.compile(r"[1-6]{1,6}", re.ASCII)


def _let_in(found: list[str], which: str | None) -> Understood | None:
    """Return the event of `55 1 47`: yes, whoever is at home, with the digits of our question."""
    if which is not None or len(found) != 3 or found[:1] != [HOUSEHOLD]:
        return None
    wish, quoted = _WISHES.get(found[1]), found[2]
    if wish not in ("household", "neighbour") or not _QUOTE.fullmatch(quoted):
        return None
    return Understood(SetWish(wish), {QUOTE: quoted})


def _household(rest: list[str]) -> Event | None:
    """Return the event of `55`, `55 1`, `55 4 1 3 5`, `55 4 135`, `55 44`, `55 6` or `55 0`."""
    if not rest:
        return AskWishes()
    if rest == ["6"]:
        return AskWord()
    if rest[0] == "4":
        typed = "".join(rest[1:])
        days = sorted(set(typed)) if _WEEKDAYS.fullmatch(typed) else []
        return SetWish("days", tuple(map(int, days)))
    return SetWish(_WISHES[rest[0]]) if len(rest) == 1 and rest[0] in _WISHES else None


NO_DAY = 0  # of a month: a day was typed, and there is none such


def _another_day(rest: list[str], which: str | None) -> Event | None:
    """Return the event of `4`, `4 29`, `4 29 11`, `4 02/12/2026`, `4 02 Dec` or `4 kal`."""
    if not rest:
        return AnotherDay(which)
    named = day_named(rest)
    if named is None:
        return AnotherDay(which, NO_DAY) if is_day(rest) else None
    alone = named.month is None and named.day is not None
    return AnotherDay(which, named.day, None if alone else named)


_FEWEST_DIGITS = 7  # of a caller's number: shorter ones are a time, a sum or days


def _fraud(rest: list[str], which: str | None) -> Event | None:
    """Return the event of `3` and whatever number called; one that is no mobile is not kept."""
    run = "".join(rest)
    if not run.isdigit() or len(run) < _FEWEST_DIGITS:
        return None
    return ReportFraud(which, mobile(run) or None)


def _somebody_else(rest: list[str], which: str | None) -> Event | None:
    """Return the event of `5 98123 45678`, `5 +91 …` or `5 0`; "" is no telephone."""
    if not rest:
        return SomebodyElse(which)
    if rest == ["0"]:
        return OnlyMe(which)
    if not all(token.isdigit() for token in rest):
        return None
    return SomebodyElse(which, mobile("".join(rest)))


def _by_keyword(found: list[str], which: str | None) -> Event | None:
    """Return the event of a text that is one keyword, polite words aside."""
    said = tuple(found)
    keyword = _KEYWORDS.get(said)
    if keyword is None:
        said = tuple(token for token in found if token not in _POLITE)
        keyword = _KEYWORDS.get(said)
    return _COMMANDS[keyword](which) if keyword is not None else None


# ---- wishes ------------------------------------------------------------------------------------


def _wished(raw: str, which: str | None) -> Event:
    """Return the event of a text in a recipient's own words."""
    reading = read(raw, "recipient")
    first = reading.wishes[0]
    if first.what == "fraud" and reading.certain:
        return ReportFraud(which or first.which, first.phone)
    if len(reading.wishes) == 1:
        if first.what == "send_code" and reading.certain:
            return SendCode(which or first.which)
        if first.what == "told_code":
            return ToldCode()
        if first.what in ("yes", "no") and not any(map(str.isdigit, reading.normal)):
            return Said("yes" if first.what == "yes" else "no")
    return _with(reading)


def _with(reading: TextReading) -> Wished:
    return Wished(reading.wishes, reading.version)


def _wish(article: str, rest: list[str]) -> Event | None:
    """Return what a sender wants of `article`, without a quote; None for anything else."""
    if len(rest) == 1 and rest[0] in _RECALL:
        return Recall(article)
    if rest[:1] == ["4"] or (len(rest) == 1 and rest[0] in _AGAIN):
        return _visit(article, rest[1:])
    phone = mobile("".join(rest)) if all(token.isdigit() for token in rest) else ""
    return CorrectNumber(article, phone) if phone else None


def _visit(article: str, rest: list[str]) -> Event | None:
    """Return the event of `4`, `4 29` or `4 29 Dec` about an article; its year is not typed."""
    if not rest:
        return AskVisit(article)
    named = day_named(rest)
    if named is None:
        return AskVisit(article, NO_DAY) if is_day(rest) else None
    alone = named.month is None and named.day is not None
    return AskVisit(article, named.day, None if alone else named)


# ---- senders, offices, strangers ---------------------------------------------------------------

_ANYTIME = (AskMenu, AskPerson, ChooseLanguage, Said, Stop, Start)
_AGAIN = frozenset(fold(word) for word in words.AGAIN)
_RECALL = frozenset(fold(word) for word in words.RECALL)


def party(raw: str) -> Understood:
    """Return the event of a text from an office or a stranger: an article number, or nothing."""
    articles = [n for n in (number.parse(token) for token in tokens(raw)) if n is not None]
    if len(articles) == 1:
        return Understood(AskStatus(articles[0]))
    return Understood(NotUnderstood())


_SAYS_NO = frozenset(fold(word) for word in (*words.OFFICE_NO, *words.KEYWORDS["no"]))
_SAYS_YES = frozenset(fold(word) for word in words.KEYWORDS["yes"]) - {"ji", "जी"}
_AGREES = frozenset(fold(word) for word in (*words.AGREES, "ji", "जी"))
_BESIDE = _AGREES | frozenset(fold(word) for word in words.OFFICE_BESIDE)
_TWO = frozenset(fold(word) for word in words.OFFICE_TWO)
# "1 6785 47", "1 47", "2 6785", "47"; and "147", which is "1 47".
_ANSWER = re.compile(r"(?:([12])(?: |$))?(?:([0-9]{4})(?: |$))?([0-9]{2})?", re.ASCII)
_GLUED = re.compile(r"([12])([0-9]{2})", re.ASCII)


def office(raw: str) -> Understood:
    """Return the event of an office's text: its answer to an exception, an article number, or
    nothing. The two digits of the question are its yes, with a word for yes or without one; a yes
    without them is told how. A no needs none.
    """
    found = [token for token in tokens(_plain(raw) or "") if token not in _POLITE]
    return _answered(found) or party(raw)


def _answered(found: list[str]) -> Understood | None:
    """Return an office's answer; None where it says both, or has anything beside it."""
    if len(found) > 1:  # a full number names its article as its last four digits do
        numbers = [(token, number.parse(token)) for token in found]
        found = [token if whole is None else whole[-6:-2] for token, whole in numbers]
    said = {token for token in found if not token.isdigit()}
    typed = " ".join(token for token in found if token.isdigit())
    glued = _GLUED.fullmatch(typed)
    read_ = _ANSWER.fullmatch(" ".join(glued.groups()) if glued else typed)
    if read_ is None or not said <= _SAYS_NO | _SAYS_YES | _BESIDE:
        return None
    digit, which, quoted = read_.groups()
    no, yes = digit == "2" or said & _SAYS_NO, digit == "1" or said & _SAYS_YES
    if (no and yes) or not (no or yes or said or quoted) or (said and said <= _TWO):
        return None
    return Understood(AnswerException(not no, which), {} if quoted is None else {QUOTE: quoted})


def sender(raw: str) -> Understood:
    """Return the event of a sender's text: an article number alone, with a telephone, a recall, a
    visit or the two digits of our first text, or with the latter at the end; `3`, not I wanted
    it back; what everybody may say (language, a person, STOP); and wishes in his own words.
    """
    plain = _plain(raw)
    if plain is None:
        return _sent_words(raw)
    found = tokens(plain)
    articles = [n for n in (number.parse(token) for token in found) if n is not None]
    rest = [token for token in found if number.parse(token) is None]
    if rest == ["3"] and len(articles) <= 1:
        return Understood(StopRecall(articles[0] if articles else None))
    if len(articles) == 1:
        return _about(articles[0], rest) or Understood(_with(_sent(raw)))
    event = _by_digits(rest, None) or _by_keyword(rest, None)
    if isinstance(event, _ANYTIME) and not articles:
        return Understood(event)
    if rest and all(token.isdigit() for token in rest) and len("".join(rest)) <= _LONGEST_CODE:
        return Understood(NotUnderstood())
    return _sent_words(raw)


def _sent_words(raw: str) -> Understood:
    reading = _sent(raw)
    only = reading.wishes[0].what if len(reading.wishes) == 1 else None
    if only in ("yes", "no"):
        return Understood(Said("yes" if only == "yes" else "no"))
    return Understood(_with(reading))


def _about(article: str, rest: list[str]) -> Understood | None:
    """Return the event of a sender's text that names one of his articles, or None for words."""
    if not rest:
        return Understood(AskStatus(article))
    day = rest[1] if rest[0] == "4" and len(rest) == 2 else ""
    if _QUOTE.fullmatch(day) and int(day) > LAST_OF_MONTH:  # of our text, or a day: see events.py
        return Understood(AskVisit(article, int(day)), {QUOTE: day})
    quotes_day = rest[0] == "4" and len(rest) > 2 and _QUOTE.fullmatch(rest[-1])
    wish = None if quotes_day else _wish(article, rest)
    if wish is not None:
        return Understood(wish)
    # A telephone that lacks two digits is no telephone with a quote.
    if _QUOTE.fullmatch(rest[-1]):
        quoted = _wish(article, rest[:-1]) if rest[:-1] else ProveSender(article)
        if quoted is not None:
            return Understood(quoted, {QUOTE: rest[-1]})
    if all(token.isdigit() for token in rest):
        return Understood(CorrectNumber(article, ""))
    return None


_SENDER: Role = "sender"


def _sent(raw: str) -> TextReading:
    return read(raw, _SENDER)
