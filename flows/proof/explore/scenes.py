"""Where stories begin, and what can come in them.

From the beginning alone, depth is used up before anything interesting happens; so further scenes
begin in the middle, by lines that could be played from the beginning as well. In each, every line
that it offers may come at any time, from whoever could send it: a line from the holder's telephone
stands for the holder and for whoever forges his texts or caller id, who knows none of the digits
that were sent to it. A code is known to whom it was sent, and to every postman: the holder may tell
it to the wrong one, or on the telephone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flows.proof.world.books import (
    COLLEAGUE,
    HOLDER,
    NEIGHBOUR,
    NEW_PHONE,
    NOMINEE,
    OFFICE,
    POSTMAN,
    SENDER,
    STRANGER,
    SmallWorld,
)

PLAIN: Final = "EU123456785IN"
PASSPORT: Final = "RR287043775IN"
OTHERS: Final = ("EU473124829IN", "CP000000005IN")
MORNING: Final = datetime.fromisoformat("2026-08-14T04:30:00+00:00")  # ten o'clock, a Friday


@dataclass(frozen=True)
class Scene:
    """A beginning, by its `lines`, and the lines that may follow in any order."""

    name: str
    meaning: str
    lines: tuple[str, ...]
    offers: tuple[str, ...]

    @property
    def start(self) -> SmallWorld:
        """The world before the first line."""
        return SmallWorld(MORNING)


def _short(phone: str) -> str:
    return phone.removeprefix("+91")


def _from(phone: str, *texts: str) -> tuple[str, ...]:
    return tuple(f"{phone} > {text}" for text in texts)


_HOUSE = (
    f"postman 1001 {POSTMAN}",
    f"postman 1002 {COLLEAGUE}",
    "postmaster 2001",
    f"office {OFFICE}",
)
_BOOKED = (*_HOUSE, f"article {PLAIN} to {HOLDER} en from {SENDER}")
_OUT = (*_BOOKED, f"list 1001: {PLAIN}")
_REMARKED = (*_OUT, f"{POSTMAN} > 1 11")
_PROVEN = f"{SENDER} > {PLAIN} {{quote {SENDER}}}"

_ANSWERS = _from(HOLDER, "1", "2", "3")
_OWN_WORDS = ("koi aaya hi nahi", "mandir ke paas ghar hai")  # they bring questions with digits
_WISHED_BY_KEYS = tuple(f"{HOLDER} keys {each}" for each in ("5 1", "5 4 15", "5 44", "5 5 1"))
_CALLS = tuple(f"{HOLDER} calls {each}" for each in ("yes", "not_received", "speak_code"))
_KEYS = tuple(f"{HOLDER} keys {each}" for each in ("1", "2", "3"))
_CONSENT = _from(HOLDER, f"1 {{quote {HOLDER}}}", f"1 {{misquote {HOLDER}}}")
_NAMES = _from(HOLDER, f"5 {_short(NOMINEE)}", f"5 {_short(POSTMAN)}", "5 0")
_NOMINEE = _from(NOMINEE, "1", "2", "3")
_NEW_HOLDER = _from(STRANGER, "1", "2", "3")
_CORRECTS = _from(
    SENDER,
    f"{PLAIN} {_short(STRANGER)} {{quote {SENDER}}}",
    f"{PLAIN} {_short(STRANGER)} {{misquote {SENDER}}}",
    f"{PLAIN} {_short(STRANGER)}",
    f"{PLAIN} {_short(COLLEAGUE)} {{quote {SENDER}}}",
    f"{PLAIN} {_short(HOLDER)} {{quote {SENDER}}}",
)
_RECALLS = _from(SENDER, f"{PLAIN} wapas {{quote {SENDER}}}", f"{PLAIN} wapas", "3")
_VISITS = _from(SENDER, f"{PLAIN} 4 18")
_DOOR = _from(
    POSTMAN,
    "1",
    f"1 {{code {HOLDER}}}",
    f"1 {{code {HOLDER} 2}}",
    f"1 {{wrong {HOLDER}}}",
    "1 11",
    "1 17",
    "0",
)
_OTHER_DOOR = _from(COLLEAGUE, "1", f"1 {{code {HOLDER}}}", "0", "01", "02")
_BEATS = _from(POSTMAN, "1 > 1002", "1 > 0")
_LISTS = (f"list 1001: {PLAIN}", f"list 1002: {PLAIN}")
_WINDOW = (
    f"{PLAIN} collect {{code {HOLDER}}}",
    f"{PLAIN} collect {{code {HOLDER} 2}}",
    f"{PLAIN} collect {{wrong {HOLDER}}}",
    f"{PLAIN} collect aadhaar 1234",
    f"{PLAIN} collect alone aadhaar 1234",
)
_DESK = (
    f"{PLAIN} desk stop",
    f"{PLAIN} desk send",
    f"{PLAIN} desk reopen",
    f"{PLAIN} desk judge contested",
    f"{PLAIN} desk judge confirmed",
    f"{PLAIN} desk back",
)
_OFFICE_MOVES = (
    f"{PLAIN} desk number {STRANGER}",
    f"{PLAIN} desk number {STRANGER} alone",
    f"{PLAIN} desk number {COLLEAGUE}",
    f"{PLAIN} desk number {HOLDER}",
    f"{PLAIN} desk nominee {NOMINEE}",
    f"{PLAIN} desk nominee {NOMINEE} alone",
)
_TIME = ("wait 11 min", "wait 31 min", "wait 5 h", "wait 1 d")
_CODES_OF = tuple(
    f"{POSTMAN} > 1 {{code {phone}}}{document}"
    for phone in (NOMINEE, STRANGER)
    for document in ("", " * 1234")
)


BOOKED: Final = Scene(
    "booked",
    "one article is booked; the sender corrects, the holder answers, time passes",
    _BOOKED,
    (
        *_ANSWERS, *_CONSENT, *_NAMES, *_NOMINEE, *_NEW_HOLDER, *_CALLS[:2], *_CORRECTS, *_RECALLS,
        *_VISITS,
        *_OFFICE_MOVES, f"{PLAIN} desk typing {STRANGER}", f"{PLAIN} desk proof {{quote {SENDER}}}",
        _PROVEN, *_LISTS[:1], f"{HOLDER} > 4", f"{HOLDER} > 44", *_KEYS[1:2], *_TIME,
    ),
)  # fmt: skip
DOOR: Final = Scene(
    "door",
    "the article is out with a postman",
    _OUT,
    (
        *_ANSWERS, *_from(HOLDER, "4", "44", "6"), *_CALLS, *_DOOR, f"{POSTMAN} > 1 10",
        f"{POSTMAN} > 1 {{code {HOLDER}}} @ -12 min", *_OTHER_DOOR, *_BEATS, *_LISTS, *_DESK,
        "1001 is blocked", *_TIME,
    ),
)  # fmt: skip
REMARKED: Final = Scene(
    "remark",
    "a postman says that nobody was at home",
    _REMARKED,
    (
        *_ANSWERS, *_from(HOLDER, "4", "44", *_OWN_WORDS), *_CALLS[:2], *_DESK, *_CORRECTS[:1],
        *_CONSENT, *_KEYS,
        *_RECALLS[:1], *_LISTS, *_from(POSTMAN, "0", "1", "1 12", "1 23"), *_TIME, "wait 2 d",
    ),
)  # fmt: skip
NOMINATED: Final = Scene(
    "nominee",
    "a nominee whom the holder named agreed; a postman has the article",
    (*_BOOKED, f"{HOLDER} > 5 {_short(NOMINEE)}", f"{NOMINEE} > 1", f"list 1001: {PLAIN}"),
    (
        *_ANSWERS, *_NAMES, f"{HOLDER} > 5 {_short(STRANGER)}", *_NOMINEE, *_NEW_HOLDER,
        *_DOOR[:2], *_from(POSTMAN, "1 11", "0"), *_CODES_OF, _PROVEN, *_CORRECTS[:1], *_CONSENT,
        *_OFFICE_MOVES[:1], *_LISTS[:1], f"{PLAIN} desk reopen", f"{PLAIN} desk back",
        f"{HOLDER} > 44", *_WINDOW[3:4], f"{SENDER} > {PLAIN} wapas {{quote {SENDER}}}", *_TIME,
    ),
)  # fmt: skip
MOVED: Final = Scene(
    "moved",
    "it was moved by the holder's silence and is out",
    (*_BOOKED, _CORRECTS[0], "wait 5 h", f"list 1001: {PLAIN}"),
    (
        *_ANSWERS, *_NEW_HOLDER, *_CODES_OF[2:], f"{POSTMAN} > 1", f"{POSTMAN} > 1 12",
        f"{POSTMAN} > 0", f"{STRANGER} > 44", f"{PLAIN} collect {{code {STRANGER}}}",
        f"{PLAIN} collect {{code {STRANGER}}} aadhaar 1234", *_WINDOW[3:],
        *_OFFICE_MOVES[:1], f"{PLAIN} desk reopen", *_LISTS[:1],
        f"{SENDER} > {PLAIN} {_short(NOMINEE)}", f"{STRANGER} > 1 {{quote {STRANGER}}}", *_NOMINEE,
        *_TIME, "wait 2 d",
    ),
)  # fmt: skip
ASKED: Final = Scene(
    "asked",
    "a code was sent, nobody was at home, and the holder is asked whether it moves",
    (*_OUT, f"{POSTMAN} > 1", f"{POSTMAN} > 1 12", _CORRECTS[0]),
    (
        *_ANSWERS, *_CONSENT, *_CALLS[:2], *_NAMES[:1], *_NOMINEE[:2], *_NEW_HOLDER, *_CORRECTS[:2],
        *_RECALLS, *_OFFICE_MOVES[:2], f"{PLAIN} desk typing {STRANGER}", *_LISTS[:1],
        *_from(POSTMAN, "1", "0"), *_CODES_OF[2:], *_TIME,
    ),
)  # fmt: skip
OFFICE_HOLDS: Final = Scene(
    "window",
    "it waits at the office to be collected",
    (*_REMARKED, f"{HOLDER} > 44"),
    (
        *_ANSWERS, *_from(HOLDER, "44", "4"), *_CALLS, *_WINDOW, *_DESK, *_RECALLS[:1],
        *_OFFICE_MOVES[:1], *_TIME, "wait 8 d", "wait 15 d",
    ),
)  # fmt: skip
REGISTERED: Final = Scene(
    "passport",
    "a passport, and a registered letter that somebody is authorised to take",
    (
        *_HOUSE,
        f"article {PASSPORT} to {HOLDER} en from {SENDER} as registered authorised passport",
        f"article {PLAIN} to {STRANGER} en from {SENDER} as registered authorised",
        f"{SENDER} > {PASSPORT} {{quote {SENDER} 2}}",
        f"{SENDER} > {PLAIN} {{quote {SENDER}}}",
    ),
    (
        *_ANSWERS, *_NAMES[:1], f"{STRANGER} > 5 {_short(NOMINEE)}", *_NOMINEE[:2], *_NEW_HOLDER,
        f"{SENDER} > {PASSPORT} {_short(NOMINEE)}", f"{SENDER} > {PLAIN} {_short(NOMINEE)}",
        f"{PASSPORT} desk number {NOMINEE}", f"{PASSPORT} desk number {NOMINEE} alone",
        f"list 1001: {PASSPORT} {PLAIN}", f"{POSTMAN} > 1", f"{POSTMAN} > 2",
        f"{POSTMAN} > 1 {{code {HOLDER}}}", f"{POSTMAN} > 2 {{code {NOMINEE}}}", *_TIME,
    ),
)  # fmt: skip
TWO: Final = Scene(
    "two",
    "two articles of two kinds for one telephone, out with one postman",
    (
        *_HOUSE,
        f"article {PLAIN} to {HOLDER} en from {SENDER}",
        f"article {PASSPORT} to {HOLDER} en from {SENDER} as registered passport",
        f"list 1001: {PLAIN} {PASSPORT}",
    ),
    (
        *_ANSWERS,
        *_from(HOLDER, "1 6785", "1 4377", "2 6785", "2 4377", "3 6785", "4", "44 6785", "6"),
        *_from(
            POSTMAN, "1", "2", "1 2", f"1 {{code {HOLDER}}}", f"1 {{code {HOLDER} 2}}",
            f"2 {{code {HOLDER}}}", "1 11", "1 11 2 12", "2 17", "0", "1 2 3 4 5 6", "00",
        ),
        *_CALLS, *_TIME,
    ),
)  # fmt: skip
BEAT: Final = Scene(
    "beat",
    "a colleague is asked to take two articles over, of which one has a code",
    (
        *_HOUSE,
        f"article {PLAIN} to {HOLDER} en from {SENDER}",
        f"article {OTHERS[0]} to {STRANGER} en from {SENDER}",
        f"list 1001: {PLAIN} {OTHERS[0]}",
        f"{POSTMAN} > 1",
        f"{POSTMAN} > 1 2 > 1002",
    ),
    (
        *_from(COLLEAGUE, "01", "02", "1", f"1 {{code {HOLDER}}}", "1 11", "1 > 1001", "0"),
        f"{COLLEAGUE} > 01 @ -12 min",
        *_from(
            POSTMAN, "1", "2", f"1 {{code {HOLDER}}}", "2 12", "2 > 1002", "1 > 0", "0", "01",
        ),
        *_from(HOLDER, "1", "3", "4"), f"{STRANGER} > 2", f"list 1002: {OTHERS[0]}",
        f"{PLAIN} desk back", f"{PLAIN} desk stop", "1001 is blocked", "1002 is blocked",
        f"1001 has new phone {NEW_PHONE}", f"{NEW_PHONE} > 2468", *_TIME,
    ),
)  # fmt: skip
TRIES: Final = Scene(
    "tries",
    "four wrong codes were tried at the door",
    (*_OUT, f"{POSTMAN} > 1", *(f"{POSTMAN} > 1 {{wrong {HOLDER}}}",) * 4),
    (*_DOOR, *_ANSWERS, f"{HOLDER} > 44", *_WINDOW, *_DESK[:2], *_LISTS, *_TIME),
)
PAPER: Final = Scene(
    "paper",
    "a code was sent, then nothing could be texted; the slip is typed afterwards",
    (*_OUT, f"{POSTMAN} > 1", "wait 31 min"),
    (
        *(
            f"{PLAIN} paper {shown} @ -{minutes} min{alone}"
            for shown in (f"{{code {HOLDER}}}", f"{{code {HOLDER} 2}}", f"{{wrong {HOLDER}}}")
            for minutes in (1, 25, 60)
            for alone in ("", " alone")
        ),
        f"{PLAIN} paper signed @ -25 min", *_ANSWERS, f"{HOLDER} > 4", *_DOOR[:2], *_DOOR[5:],
        *_BEATS, *_LISTS, *_DESK[:2], *_DESK[5:], *_OFFICE_MOVES[:1], *_TIME,
    ),
)  # fmt: skip
OFF: Final = Scene(
    "off",
    "an office without codes: one article is out, another waits; then it gets a mode with codes",
    (
        *_HOUSE, "mode off", f"article {PLAIN} to {HOLDER} en from {SENDER}",
        f"article {OTHERS[0]} to {HOLDER} en from {SENDER}", f"list 1001: {PLAIN}",
    ),
    (
        *_from(HOLDER, "1", "2", "3", "6 6785", "44 6785"), *_DOOR[:1], *_DOOR[5:],
        *_from(POSTMAN, "1 10", "1 482913", "2", "2 10"), "mode on", "mode off",
        f"list 1001: {OTHERS[0]}", f"list 1001: {PLAIN}", *_BEATS, f"{COLLEAGUE} > 01",
        *_WINDOW[3:], *_DESK[1:3], *_TIME,
    ),
)  # fmt: skip
PILOT: Final = Scene(
    "pilot",
    "an office in pilot: a plain article and a registered one are out, the postman has come",
    (
        *_HOUSE, "mode pilot", f"article {PLAIN} to {HOLDER} en from {SENDER}",
        f"article {OTHERS[0]} to {HOLDER} en from {SENDER} as registered",
        f"list 1001: {PLAIN} {OTHERS[0]}", f"{POSTMAN} > 1",
    ),
    (
        *_from(HOLDER, "1", "2", "3", "6 6785", "44 6785"), *_DOOR,
        *_from(POSTMAN, "1 10", "2", "2 10", "2 17"), "mode on", "mode off",
        f"list 1001: {PLAIN}", *_BEATS, f"{COLLEAGUE} > 01", f"{COLLEAGUE} > 1 10",
        f"{PLAIN} paper signed @ -25 min", *_DESK[:2], *_TIME,
    ),
)  # fmt: skip
DOUBT: Final = Scene(
    "doubt",
    "an article is out, and its telephone may be another person's by now",
    (*_OUT, f"doubt {HOLDER}"),
    (
        *_ANSWERS, *_from(HOLDER, "6", "0"), *_CALLS, *_DOOR, *_NAMES[:1], *_NOMINEE[:2],
        *_DESK[:3], *_OFFICE_MOVES[:1], *_LISTS, f"doubt {HOLDER}", f"doubt {NOMINEE}", *_TIME,
        f"{HOLDER} > 55 44", *_WISHED_BY_KEYS[1:],
    ),
)  # fmt: skip
HERD: Final = Scene(
    "herd",
    "two neighbours reported fraud today; postmen lose and find telephones",
    (
        *_HOUSE,
        f"article {PLAIN} to {HOLDER} en from {SENDER}",
        f"article {OTHERS[0]} to {STRANGER} en from {SENDER}",
        f"article {OTHERS[1]} to {NEIGHBOUR} en from {SENDER}",
        f"list 1001: {PLAIN} {' '.join(OTHERS)}",
        f"{POSTMAN} > 1 2 3",  # reports count of those who had a code
        f"{STRANGER} > 3",
        f"{NEIGHBOUR} > 3",
    ),
    (
        *_ANSWERS, f"{HOLDER} > 3 9876543210", *_from(HOLDER, "STOP", "START", "8 1", "9", "kya"),
        f"1001 has new phone {NEW_PHONE}", f"{NEW_PHONE} > 2468", f"{NEW_PHONE} > 1357",
        f"{NEW_PHONE} > 1", "1001 is blocked", f"{POSTMAN} > 1", f"{POSTMAN} > 99", "wait 11 min",
    ),
)  # fmt: skip
HELPED: Final = Scene(
    "helped",
    "the desk closed a ticket of the holder, and asks whether that helped",
    (*_BOOKED, f"{HOLDER} asked whether it helped"),
    (
        *_ANSWERS, *_from(HOLDER, "1 6785", "2 6785", "6", "4", "44", "0", *_OWN_WORDS),
        *_CALLS[:2], f"{HOLDER} asked whether it helped", f"{SENDER} asked whether it helped",
        *_from(SENDER, "1", "2"), f"{STRANGER} asked whether it helped", f"{STRANGER} > 2",
        f"{STRANGER} > kuch nahi hua", *_CORRECTS[:1], *_CONSENT[:1], *_LISTS[:1],
        *_from(POSTMAN, "1", "1 11"), f"{PLAIN} desk send", *_TIME, "wait 2 d",
    ),
)  # fmt: skip
WHOLE: Final = Scene(
    "whole",
    "two articles of two kinds from their booking, and everybody",
    (
        *_HOUSE,
        f"article {PASSPORT} to {HOLDER} en from {SENDER} as registered passport",
        f"article {PLAIN} to {HOLDER} en from {SENDER}",  # whose digits the sender saw last
    ),
    tuple(
        dict.fromkeys(
            (
                *BOOKED.offers, *DOOR.offers, *REMARKED.offers, *NOMINATED.offers, *MOVED.offers,
                *OFFICE_HOLDS.offers, *TWO.offers,
                f"list 1001: {PLAIN} {PASSPORT}",
                f"{SENDER} > {PASSPORT} {_short(STRANGER)} {{quote {SENDER} 2}}",
                f"{PASSPORT} collect aadhaar 1234",
            )
        )
    ),
)  # fmt: skip

_ASKS = f"{POSTMAN} > 1 28 3 1 1234"
_ANSWERS_OF_OFFICE = _from(OFFICE, f"1 {{quote {OFFICE}}}", f"1 {{misquote {OFFICE}}}", "1", "2")
EXCEPTION: Final = Scene(
    "exception",
    "no code can be told at the door of a plain article, of a registered one and of a passport",
    (
        *_HOUSE,
        f"article {PLAIN} to {HOLDER} en from {SENDER}",
        f"article {OTHERS[0]} to {HOLDER} en from {SENDER} as registered",
        f"article {PASSPORT} to {HOLDER} en from {SENDER} as registered passport",
        "supervisor 4001",
        f"off {HOLDER}",
        f"list 1001: {PLAIN} {OTHERS[0]} {PASSPORT}",
        f"{POSTMAN} > 1 2 3",
    ),
    (
        f"on {HOLDER}", f"{PLAIN} exception yes 4001", _ASKS, f"{OFFICE} > 2 @ -20 min",
        *_from(POSTMAN, "2 28 3 1 1234", "3 28 3 1 1234", "1 28", "2 28", "3 28", "0"),
        f"{POSTMAN} > 1 28 3 1 1234 @ -40 min",
        *_from(POSTMAN, "1 11", f"1 {{wrong {HOLDER}}}", "1"), *_ANSWERS_OF_OFFICE,
        *(f"{PLAIN} exception {each}" for each in ("yes 2001", "no 2001", "yes 1001", "yes 3001")),
        *(f"{PLAIN} exception open {each}" for each in (2001, 3001)),
        f"{OTHERS[0]} exception yes 2001", *_from(HOLDER, "2", "3", "3 6785"), f"{PLAIN} desk stop",
        *_BEATS[:1], f"{COLLEAGUE} > 01", f"{COLLEAGUE} > 1 28", *_TIME, "wait 8 d",
    ),
)  # fmt: skip

# The slip shows whoever finds it the three digits, as it does its postman.
TOLD_OFFLINE: Final = f"{{code {HOLDER}}} {{check {HOLDER}}}"
OFFLINE: Final = Scene(
    "offline",
    "codes were sent, their time is over, and the postman comes from doors without network",
    (
        *_HOUSE,
        f"article {PLAIN} to {HOLDER} en from {SENDER}",
        f"article {OTHERS[0]} to {HOLDER} en from {SENDER} as registered",
        f"list 1001: {PLAIN} {OTHERS[0]}",
        *_from(POSTMAN, "2", "1"),
        "wait 11 min",
    ),
    (
        *_from(
            POSTMAN, f"1 {TOLD_OFFLINE}", f"1 {{wrong {HOLDER}}} {{check {HOLDER}}}",
            f"1 {{code {HOLDER}}} {{mischeck {HOLDER}}}",
            f"1 {{code {HOLDER} 2}} {{check {HOLDER}}}",
            f"2 {{code {HOLDER} 2}} {{check {HOLDER}}}", f"2 {TOLD_OFFLINE}",
            f"1 {{code {NOMINEE}}} {{check {HOLDER}}}",
            "0", "1", f"1 {{code {HOLDER}}}", "1 11", "1 17",
        ),
        *_from(HOLDER, "1 6785", "2 6785", "3 6785", f"5 {_short(NOMINEE)}", "5 0"),
        *_NOMINEE[:1], *_BEATS[:1], f"{COLLEAGUE} > 01", f"{COLLEAGUE} > 1 {TOLD_OFFLINE}",
        f"{COLLEAGUE} > 1", *_DESK[:2], *_OFFICE_MOVES[:1], f"{PLAIN} desk back",
        f"list 1001: {PLAIN}", f"{POSTMAN} > 3 {TOLD_OFFLINE}", "1001 is blocked", *_TIME,
    ),
)  # fmt: skip
_WISHES = _from(
    HOLDER, "55 1", f"55 1 {{quote {HOLDER}}}", f"55 1 {{misquote {HOLDER}}}",
    f"55 2 {{quote {HOLDER}}}", "55 0",
)  # fmt: skip
_WORDS = (
    f"{HOLDER} draws words", f"{HOLDER} takes words",
    *(
        f"{POSTMAN} > {item} ** {{{word}}}"
        for item in (1, 2)
        for word in (f"word {HOLDER}", f"word {HOLDER} 2", f"misword {HOLDER}")
    ),
)  # fmt: skip
HOUSEHOLD: Final = Scene(
    "household",
    "who is at home may take the plain one of two articles, and knows a word",
    (
        *_HOUSE,
        f"article {PLAIN} to {HOLDER} en from {SENDER}",
        f"article {OTHERS[0]} to {HOLDER} en from {SENDER} as registered",
        f"list 1001: {PLAIN} {OTHERS[0]}",
        f"{HOLDER} > 55 1",
        f"{HOLDER} > 55 1 {{quote {HOLDER}}}",
        f"{HOLDER} draws words",
        f"{HOLDER} takes words",
        "wait 11 min",
        f"{POSTMAN} > 1 2",
    ),
    (
        *_WISHES, *_WORDS, *_from(HOLDER, "2", "3", "3 6785"), *_NAMES[:1], *_NOMINEE[:1],
        *_from(POSTMAN, "1", "1 11", "0", f"1 {{wrong {HOLDER}}}", f"1 {{code {HOLDER}}}"),
        *_BEATS[:1], f"{COLLEAGUE} > 01", f"{COLLEAGUE} > 1",
        f"{COLLEAGUE} > 1 ** {{word {HOLDER}}}", f"doubt {HOLDER}", f"{HOLDER} > 1", *_LISTS[:1],
        *_TIME, "wait 8 d",
    ),
)  # fmt: skip
WISH: Final = Scene(
    "wish",
    "an article is out, another comes; somebody writes in the name of their telephone",
    (*_OUT, f"article {OTHERS[0]} to {HOLDER} en from {SENDER}"),
    (
        *_WISHES, *_from(HOLDER, "55", "55 2", "55 4 15", "55 44"), *_WISHED_BY_KEYS,
        f"{OTHERS[0]} desk arrives",
        f"{HOLDER} draws words", f"{HOLDER} takes words", f"{HOLDER} > 3", f"{POSTMAN} > 1",
        f"{POSTMAN} > 1 ** {{word {HOLDER}}}",
        *_CORRECTS[:1], *_CONSENT[:1], *_TIME,
    ),
)  # fmt: skip
KEPT: Final = Scene(
    "kept",
    "an article waits at the office, because its telephone has all its post kept there",
    (
        *_HOUSE,
        f"article {PLAIN} to {HOLDER} en from {SENDER}",
        f"{HOLDER} > 55 44",
        f"{PLAIN} desk arrives",
    ),
    (
        *_from(HOLDER, "55 0", "55 44", "1", "2", "3", "4", "44", "5 0"), *_WISHED_BY_KEYS[3:],
        *_WINDOW[:2], f"{PLAIN} desk arrives", f"doubt {HOLDER}", *_OFFICE_MOVES[:1], *_LISTS[:1],
        *_TIME,
    ),
)  # fmt: skip
_NUMBERS: Final = tuple(
    f"{POSTMAN} > 1 29 {_short(phone)} 1 1234" for phone in (STRANGER, COLLEAGUE, HOLDER)
)
NUMBER: Final = Scene(
    "number",
    "at the door of a plain article and of a registered one another telephone is named",
    (
        *_HOUSE,
        f"article {PLAIN} to {HOLDER} en from {SENDER}",
        f"article {OTHERS[0]} to {HOLDER} en from {SENDER} as registered",
        f"list 1001: {PLAIN} {OTHERS[0]}",
        f"{POSTMAN} > 1",
    ),
    (
        *_NUMBERS, f"{POSTMAN} > 2 29 {_short(STRANGER)} 1 1234",
        *_from(POSTMAN, "1", "1 28", "1 12", f"1 {{wrong {HOLDER}}}", f"1 {{code {HOLDER}}}"),
        *_CODES_OF[2:], *_ANSWERS_OF_OFFICE,
        *(f"{PLAIN} exception {each}" for each in ("yes 2001", "no 2001", "yes 1001", "yes 3001")),
        f"{OTHERS[0]} exception yes 2001", f"doubt {HOLDER}", f"doubt {STRANGER}",
        f"{PLAIN} exception open 2001",
        *_from(HOLDER, "2 6785", f"2 {OTHERS[0][-6:-2]}", "3 6785"), *_CONSENT, *_NEW_HOLDER,
        *_OFFICE_MOVES[:1],
        *_TIME,
    ),
)  # fmt: skip

ALL: Final = (
    WHOLE, BOOKED, DOOR, REMARKED, NOMINATED, ASKED, MOVED, OFFICE_HOLDS, REGISTERED, TWO, BEAT,
    TRIES, HERD, PAPER, OFF, PILOT, DOUBT, HELPED, EXCEPTION, OFFLINE, HOUSEHOLD, WISH,
    KEPT, NUMBER,
)  # fmt: skip
