"""The doors of the small world: one line of a story comes in, and everything follows from it.

The lines are those of tests/transcripts (tests/rigs/transcript.py says which there are), so that a
counterexample can be played against the real application.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final

from flows import helped, machines
from flows.acts.paper import LeaveOnPaper
from flows.decision import Role, Say, Tell
from flows.events import (
    AnotherDay,
    AskMenu,
    AskStatus,
    CallMe,
    Deny,
    DocumentType,
    DrawWord,
    Event,
    ListMade,
    NotUnderstood,
    PhoneNamed,
    RepeatQuestion,
    ReportFraud,
    Said,
    SetWish,
    SpeakCode,
    TakeWord,
    WhetherHelped,
    Wished,
    WroteAlso,
    Yes,
)
from flows.facts import Proof, Service
from flows.grammar import late, person
from flows.grammar.person import QUOTE, Understood, is_clear
from flows.grammar.postman_numbers import CHECKED
from flows.happenings import (
    Booked,
    CodeStopped,
    CodeWanted,
    DestinationMoved,
    DocumentShown,
    ExceptionAnswered,
    Happening,
    NumberCorrected,
    QuestionOpened,
    RemarkJudged,
    Reopened,
    SenderProved,
    TakenIn,
    ToldCodeAtWindow,
    WentOut,
    WishKeeps,
    WrittenOnPaper,
)
from flows.machine import settle
from flows.proof.world import clock, lists
from flows.proof.world.books import (
    CLERK,
    EMPTY,
    POSTMASTER,
    PostmanRow,
    SmallWorld,
    check_of,
    code_of,
    quote_of,
    word_of,
)
from flows.proof.world.ledger import kill_codes
from flows.proof.world.lines import BOOKED, FILLED, MODES, PAPER, SECONDS
from flows.proof.world.parcel import Parcel
from flows.proof.world.reading import SAID
from flows.proof.world.turn import Decided, SmallTurn

CODE_LENGTH: Final = 6
# What a missed call means, as the text of the same meaning (gateways/missed.py).
CALLS: Final[Mapping[str, str]] = MappingProxyType(
    {"yes": "1", "not_received": "2", "send_code": "code", "speak_code": "6", "menu": "0"}
)
_TEXT = re.compile(r"^(\+\d+) > ?(.*?)(?: @ -(\d+) min)?$")
_CALL = re.compile(r"^(\+\d+) calls (\w+)$")
_KEYS = re.compile(r"^(\+\d+) keys ([1-9][0-9 ]*)$")
# What keys mean in a call that we made (flows/calling), screen after screen: never a yes.
KEYS: Final[Mapping[str, Event]] = MappingProxyType(
    {
        "1": RepeatQuestion("yes"),
        "2": Deny(),
        "3": ReportFraud(),
        "4": AnotherDay(),
        "5 1": SetWish("household"),
        "5 4 15": SetWish("days", (1, 5)),
        "5 44": SetWish("keep"),
        "5 5 1": SetWish("none"),
        "6": SpeakCode(),
    }
)


class NotPlayable(Exception):
    """A line that cannot be played here: a code that nobody got, a list that is refused."""


@dataclass(frozen=True, slots=True)
class Played:
    """What a line led to. `decided`: every decision, in order; `said`: texts, and to whom.

    `proof`: of whoever brought it, after digits were compared. `came`: the event of a text or call,
    `phone`: from where; `codes`: the six digits that were entered or said; `checks`: the three
    beside them.
    """

    line: str
    world: SmallWorld
    decided: tuple[Decided, ...] = ()
    said: tuple[tuple[str, Say], ...] = ()
    proof: Proof | None = None
    came: Event | None = None
    phone: str = ""
    codes: frozenset[str] = frozenset()
    checks: frozenset[str] = frozenset()
    written_at: datetime | None = None


def play(world: SmallWorld, line: str) -> Played:
    """Return what `line` leads to. Raise `NotPlayable`."""
    said, called = _TEXT.match(line), _CALL.match(line)
    if said:
        return _text(world, line, said[1], said[2], int(said[3]) if said[3] else None)
    if called:
        return _call(world, line, called[1], called[2])
    if keys := _KEYS.match(line):
        return _keys(world, line, keys[1], KEYS[keys[2]])
    return _direct(world, line)


def play_all(world: SmallWorld, lines: Sequence[str]) -> list[Played]:
    """Return what each of `lines` leads to, one after the other."""
    played = []
    for line in lines:
        played.append(play(world, line))
        world = played[-1].world
    return played


def _over(line: str, turn: SmallTurn, came: Event | None = None, phone: str = "") -> Played:
    codes = frozenset(each for each in turn.apart.values() if len(each) == CODE_LENGTH)
    decided, said = tuple(turn.decided), tuple(turn.said)
    checks = frozenset(each for key, each in turn.apart.items() if key.endswith(CHECKED))
    whole = (turn.proof, came, phone, codes, checks, turn.written_at)
    return Played(line, turn.world, decided, said, *whole)


# ---- texts and calls ---------------------------------------------------------------------------


@cache
def _understood(role: str, text: str) -> Understood:
    return machines.understand(role, text, CODE_LENGTH)


def _understand(
    world: SmallWorld, roles: Sequence[str], phone: str, text: str
) -> tuple[str, Understood]:
    """As conversation/meaning.py: the most particular role that understands the text."""
    tried = [(role, _understood(role, text)) for role in roles]
    for role, understood in tried:
        if isinstance(understood.event, AskStatus):
            related = _relation(world, phone, understood.event.article)
            if related is not None and related in roles:
                return related, understood
        elif role == "recipient" and isinstance(understood.event, Said | Wished):
            answer = _answer_in_digits(world, roles, phone, text)
            return role, understood if answer is None else answer
        elif not isinstance(understood.event, NotUnderstood):
            return role, understood
    return tried[0]


def _answer_in_digits(
    world: SmallWorld, roles: Sequence[str], phone: str, text: str
) -> Understood | None:
    quoted = person.quoted(text)
    if quoted is None or not {"recipient", "sender"}.issuperset(roles):
        return None
    asked = any(each.move and each.recipient == phone for each in world.parcels.values())
    row = world.households.get(phone)
    return quoted.answering(asked, None if row is None else row.asking(world.now))


def _relation(world: SmallWorld, phone: str, number: str) -> str | None:
    parcel = world.parcels.get(number)
    if parcel is None:
        return None
    nominee = parcel.nominee
    if parcel.recipient == phone or (nominee is not None and nominee.phone == phone):
        return "recipient"
    return "sender" if parcel.sender == phone else None


def filled(world: SmallWorld, text: str) -> str:
    """Return `text` with the digits that a telephone was sent. Raise `NotPlayable`: none were."""

    def digits(match: re.Match[str]) -> str:
        kind, phone, nth = match[1], match[2], int(match[3] or 1)
        if kind in ("quote", "misquote"):
            shown = world.quoted.get(phone, ())
            if len(shown) < nth:
                raise NotPlayable(f"{phone} was shown no such digits")
            number, question = shown[-nth]
            right = quote_of(world, number, phone, question)
        elif kind in ("check", "mischeck"):
            if phone not in world.checks:
                raise NotPlayable(f"{phone} was shown no such digits")
            right = check_of(world, *world.checks[phone])
        elif kind in ("word", "misword"):
            row = world.households.get(phone)
            if row is None or row.drawn < nth:
                raise NotPlayable(f"{phone} drew no such word")
            right = word_of(phone, row.drawn - nth + 1)
        else:
            got = world.got.get(phone, ())
            if len(got) < nth:
                raise NotPlayable(f"{phone} got no such code")
            right = code_of(world, *got[-nth])
        if kind in ("code", "quote", "check", "word"):
            return right
        return f"{(int(right) + 1) % 10 ** len(right):0{len(right)}d}"

    return FILLED.sub(digits, text)


def _text(world: SmallWorld, line: str, phone: str, said: str, minutes: int | None) -> Played:
    roles = world.roles(phone)
    text = filled(world, said)
    machine, understood = _understand(world, roles, phone, text)
    sent_at = None if minutes is None else world.now - timedelta(minutes=minutes)
    postman = world.postman_of(phone)
    turn = SmallTurn(world, "text", understood.codes, postman, late.written_at(sent_at, world.now))
    turn.begin((phone, machine), understood.event)
    answer = _understood("helped", text).event
    about_ticket = _is_about_ticket(world, phone, answer, understood.event)
    noted = about_ticket and isinstance(answer, NotUnderstood)
    if not about_ticket or (noted and is_clear(understood.event)):
        turn.take((phone, machine), understood.event)
    if about_ticket:
        turn.take((phone, "helped"), WroteAlso() if turn.said else answer)
    came = answer if about_ticket and not noted else understood.event
    return _over(line, turn, came, phone)


def _is_about_ticket(world: SmallWorld, phone: str, answer: Event, read: Event) -> bool:
    """As conversation/answers.py: the desk's question is what the telephone was sent last."""
    if phone not in world.questioned or world.is_staff(phone):
        return False
    standing = world.talks[phone, "helped"].standing
    return helped.hears(settle(helped.HELPED, standing, world.now).state, answer, read)


def _call(world: SmallWorld, line: str, phone: str, meaning: str) -> Played:
    event = _understood("recipient", CALLS[meaning]).event
    if isinstance(event, Yes | Deny):  # as conversation/meaning.py
        event = RepeatQuestion("yes" if isinstance(event, Yes) else "no")
    elif isinstance(event, AskMenu):
        event = CallMe()
    turn = SmallTurn(world, "call")
    turn.begin((phone, "recipient"), event)
    turn.take((phone, "recipient"), event)
    return _over(line, turn, event, phone)


def _keys(world: SmallWorld, line: str, phone: str, event: Event) -> Played:
    """As conversation/calling.py: the telephone, or whereto it is forwarded, answers by a key."""
    turn = SmallTurn(world, "keys")
    turn.begin((phone, "recipient"), event)
    turn.take((phone, "recipient"), event)
    return _over(line, turn, event, phone)


# ---- everything else ---------------------------------------------------------------------------


def _direct(world: SmallWorld, line: str) -> Played:
    words = line.split()
    if words[0] == "article":
        return _book(world, line)
    if words[0] == "postman":
        row = PostmanRow(words[1], words[2])
        return Played(line, replace(world, postmen={**world.postmen, row.staff: row}))
    if words[0] == "office":
        return Played(line, replace(world, office=words[1]))
    if words[0] == "mode":
        return Played(line, world.in_mode(MODES[words[1]]))
    if words[0] == "doubt":
        return Played(line, world.withdrawing(words[1]))
    if words[0] == "looked-up":  # what else a look-up says puts no telephone in doubt
        return Played(line, world.withdrawing(words[1]) if words[2] == "landline" else world)
    if words[0] in ("off", "on"):
        off = world.off | {words[1]} if words[0] == "off" else world.off - {words[1]}
        return Played(line, world.without_texts(off))
    if words[0] in ("postmaster", "supervisor", "speaks"):
        return Played(line, world)
    if words[0] == "list":
        staff, numbers = line.removeprefix("list ").split(":")
        return _list(world, line, staff.strip(), numbers.split())
    if words[0] == "wait":
        return _wait(world, line, timedelta(seconds=int(words[1]) * SECONDS[words[2]]))
    if words[1:] in (["draws", "words"], ["takes", "words"]):
        asks = DrawWord() if words[1] == "draws" else TakeWord()
        return _in_turn(world, line, (words[0], "recipient"), asks, "text")
    if words[1] == "collect":
        return _collect(world, line, words[0], words[2:])
    if words[1] == "exception":
        question = len(world.parcels[words[0]].excepted_on)
        event: Event = ExceptionAnswered(words[0], words[2] == "yes", words[3], question)
        if words[2] == "open":
            event = QuestionOpened(words[0], words[3])
        played = _in_turn(world, line, (words[0], "exception"), event, "fresh")
        # Who answers in vain is told so, and nothing of the turn is kept.
        return played if played.decided[0].decision.acts else Played(line, world)
    if words[1] == "paper":
        return _paper(world, line, words[0])
    if words[1:] == ["asked", "whether", "it", "helped"]:
        return _in_turn(world, line, (words[0], "helped"), WhetherHelped(1), None)
    if words[1] == "desk":
        return _desk(world, line, words[0], words[2:])
    if words[1:4] == ["has", "new", "phone"]:
        return _new_phone(world, line, words[0], words[4])
    if words[1:] == ["is", "blocked"]:
        return _block(world, line, words[0])
    raise NotPlayable(line)


def _book(world: SmallWorld, line: str) -> Played:
    match = BOOKED.match(line)
    if match is None:
        raise NotPlayable(line)
    service: Service = match["service"] or "speed_post"  # type: ignore[assignment]  # a Service
    to = match["to"]
    parcel = Parcel(
        match["number"],
        world.now,
        None if to == "-" else to,
        match["sender"] or "+919811100001",
        not match["plain"],
        int(match["cod"] or 0),
        int(match["pieces"] or 1),
        service,
        bool(match["passport"]),
        bool(match["authorised"]),
        updated_at=world.now,
        home=world.mode,
        doubted=world.doubted,
        withdrawn=world.withdrawn,
        off=world.off,
        households=tuple(sorted(world.households.items())),
    )
    phones = {to: (match["language"], False), **world.phones}
    world = replace(world, parcels={**world.parcels, parcel.number: parcel}, phones=phones)  # type: ignore[arg-type]  # a Language
    return _announce(world, line, [Booked(parcel.number)], ("recipient", "sender", "article"))


def _announce(
    world: SmallWorld,
    line: str,
    happenings: Sequence[Happening],
    roles: tuple[Role, ...],
    staff: str | None = None,
) -> Played:
    turn = SmallTurn(world)
    turn.hold(event.article for event in happenings)
    for event in happenings:
        for role in roles:
            turn.tell(Tell(role, event))
    if staff is not None:
        first = turn.world.parcels[happenings[0].article].item
        assert first is not None
        turn.postman = world.postmen[staff]
        if not turn.postman.blocked:
            whose = (turn.postman.phone, "postman")
            turn.take(whose, ListMade(len(happenings), first.serial))
    return _over(line, turn)


def _list(world: SmallWorld, line: str, staff: str, numbers: Sequence[str]) -> Played:
    if staff not in world.postmen or not all(
        number in world.parcels and lists.may_go_out(world, staff, number) for number in numbers
    ):
        raise NotPlayable(line)
    out = lists.send_out(world, staff, numbers)
    return _announce(
        out, line, [WentOut(number) for number in numbers], ("holder", "article"), staff
    )


def _wait(world: SmallWorld, line: str, duration: timedelta) -> Played:
    """Let time pass: what is due fires, and a new morning's lists are made."""
    world = replace(world, now=world.now + duration)
    decided: list[Decided] = []
    said: list[tuple[str, Say]] = []
    while due := clock.due(world):
        for whose, talk in due:
            turn = clock.fire(world, whose, talk)
            world = turn.world
            decided += turn.decided
            said += turn.said
    if clock.is_new_morning(world):
        due_again = {staff: lists.due_again(world, staff) for staff in sorted(world.postmen)}
        world = replace(world, morning=world.today)
        for staff, numbers in due_again.items():
            if numbers:
                went = _list(world, line, staff, numbers)
                world = went.world
                decided += went.decided
                said += went.said
    return Played(line, world, tuple(decided), tuple(said))


def _collect(world: SmallWorld, line: str, number: str, words: Sequence[str]) -> Played:
    """At the window: a code, or a code and a document, or a document by two, or by one alone.

    `without 2 3`: of its pieces these are not there.
    """
    shown, _, without = filled(world, " ".join(words)).partition(" without ")
    said, missing = shown.split(), tuple(int(each) for each in without.split())
    event: Happening
    if said[0].isdigit():
        kind: DocumentType | None = "aadhaar" if len(said) > 1 else None
        event = ToldCodeAtWindow(number, CLERK, None, kind, missing=missing)
        return _on_article(world, line, event, None, {SAID: said[0]})
    second = None if said[0] == "alone" else POSTMASTER
    event = DocumentShown(number, CLERK, None, "aadhaar", second, missing=missing)
    return _on_article(world, line, event, None)


def _paper(world: SmallWorld, line: str, number: str) -> Played:
    """A line of a slip, with a code or a signature; `alone`: typed by whoever vouches."""
    match, parcel = PAPER.match(line), world.parcels[number]
    if match is None or parcel.item is None:
        raise NotPlayable(line)
    said_at = (world.now - timedelta(minutes=int(match["minutes"]))).replace(second=0)
    shown = filled(world, match["shown"])
    event = WrittenOnPaper(
        number,
        POSTMASTER if match["alone"] else CLERK,
        said_at,
        "code" if shown.isdigit() else "signature",
        None,
        1,
        1,
    )
    said = {SAID: shown} if shown.isdigit() else EMPTY
    played = _on_article(world, line, event, "paper", said)
    acts = played.decided[0].decision.acts
    if any(isinstance(act, LeaveOnPaper) and act.why != "done" for act in acts):
        return Played(line, world)  # who types is told why, and nothing of the turn is kept
    return played


def _on_article(
    world: SmallWorld,
    line: str,
    event: Happening,
    proof: Proof | None,
    apart: Mapping[str, str] = EMPTY,
) -> Played:
    return _in_turn(world, line, (event.article, "article"), event, proof, apart)


def _in_turn(
    world: SmallWorld,
    line: str,
    whose: tuple[str, str],
    event: Event,
    proof: Proof | None,
    apart: Mapping[str, str] = EMPTY,
) -> Played:
    turn = SmallTurn(world, proof, apart, world.postman_of(whose[0]))
    turn.begin(whose, event)
    turn.take(whose, event)
    return _over(line, turn)


def _desk(world: SmallWorld, line: str, number: str, words: Sequence[str]) -> Played:
    """What help desk, office and counter do: by two where it takes two, unless `alone`."""
    parcel = world.parcels[number]
    proof: Proof = "fresh" if words[-1] == "alone" else "two"
    match words[0]:
        case "stop":
            return _on_article(world, line, CodeStopped(number), "fresh")
        case "reopen":
            return _on_article(world, line, Reopened(number), "two")
        case "judge":
            verdict = "confirmed" if words[1] == "confirmed" else "contested"
            return _on_article(world, line, RemarkJudged(number, verdict), "fresh")  # type: ignore[arg-type]  # a Verdict
        case "arrives":
            wished = parcel.household()
            if wished is None or not wished.keeps:
                raise NotPlayable(line)
            return _on_article(world, line, WishKeeps(number), None)
        case "back":
            return _on_article(world, line, TakenIn(number, POSTMASTER), None)
        case "number":
            return _on_article(world, line, NumberCorrected(number, words[1]), proof)
        case "typing":
            if world.now - parcel.booked_at > timedelta(minutes=30):
                raise NotPlayable(line)
            return _on_article(world, line, NumberCorrected(number, words[1], "booker"), "pin")
        case "send" | "nominee":
            event = CodeWanted(number) if words[0] == "send" else DestinationMoved(number, words[1])
            phone = parcel.holder(world.now) if words[0] == "send" else parcel.recipient
            if phone is None:
                raise NotPlayable(line)
            return _in_turn(world, line, (phone, "recipient"), event, proof)
        case "proof":
            digits = filled(world, " ".join(words[1:]))
            whose = (parcel.sender, "sender")
            event_ = SenderProved(number, "counter")
            return _in_turn(world, line, whose, event_, "pin", {QUOTE: digits})
    raise NotPlayable(line)


def _new_phone(world: SmallWorld, line: str, staff: str, phone: str) -> Played:
    if any(p.staff != staff and phone in (p.phone, p.next_phone) for p in world.postmen.values()):
        raise NotPlayable(line)
    named = replace(world.postmen[staff], next_phone=phone)
    world = replace(world, postmen={**world.postmen, staff: named})
    return _in_turn(world, line, (phone, "new_phone"), PhoneNamed(), None)


def _block(world: SmallWorld, line: str, staff: str) -> Played:
    """Block a lost telephone; the codes that only it could submit die."""
    row = replace(world.postmen[staff], blocked=True, next_phone=None)
    world = world.without_offers(staff)
    parcels = {
        number: kill_codes(parcel, world.now)
        if parcel.code is not None and parcel.code.bearer == staff
        else parcel
        for number, parcel in world.parcels.items()
    }
    return Played(line, replace(world, postmen={**world.postmen, staff: row}, parcels=parcels))
