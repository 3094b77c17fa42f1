"""Every screen that a person can come to, in every language, with the longest values: it fits."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from flask import Flask

import messages.screens
from flows import machines
from flows.decision import Say
from flows.drawing.screens import page
from flows.events import Event, NotUnderstood
from flows.facts import ArticleState, HouseholdFact, ItemState
from flows.machine import FlowError
from flows.recipient.household import WISHES_NOW
from flows.recipient.states import CODES
from flows.ussd import menu
from flows.ussd.engine import (
    Ask,
    AtDoor,
    Graph,
    MenuFacts,
    MenuItem,
    MenuOffer,
    Post,
    Question,
    Screen,
    Shown,
    Step,
    Typed,
    Where,
    Worth,
    from_json,
    to_json,
)
from india.spoken_words import spoken_words
from messages.catalogue import LANGUAGES, CatalogueError, Language, catalogue
from messages.screens import ROOM, check, fits, read, render, screens
from messages.segments import count
from messages.speech import speech
from messages.values import Number
from tests.rigs.remembered import Remembered
from tests.rigs.told import drawn_is_current, nothing_in
from web.commands.messages import messages as command

REAL = Path(messages.screens.__file__).parent / "screens"

# ---- the walk ----------------------------------------------------------------------------------

# As long as they come: nines everywhere, but endings that differ.
_ASKED: tuple[Question | None, ...] = (None, None, "witness", None, "nominee")
POSTS = tuple(
    Post(f"WW99999{ending}9WW", state, asks, 99 if ending % 2 else 1)
    for ending, state, asks in zip(
        range(987, 999),
        itertools.cycle(get_args(ArticleState)),
        itertools.cycle(_ASKED),
        strict=False,
    )
)
_LISTED: tuple[tuple[int, int, bool, ItemState], ...] = (
    (988, 50000, True, "open"),
    (989, 50000, True, "open"),
    (990, 50000, True, "open"),
    (991, 50000, True, "open"),
    (992, 50000, True, "open"),
    (993, 50000, True, "open"),
    (994, 50000, True, "open"),
    (995, 50000, True, "open"),
    (996, 50000, False, "open"),
    (997, 0, True, "open"),
    (998, 0, False, "open"),
    (999, 0, True, "delivered"),
    (987, 0, True, "attempted"),
    (986, 0, True, "withdrawn"),
)
ITEMS = tuple(
    MenuItem(serial, f"WW99999{serial}9WW", amount, otp, state, document=otp)
    for serial, amount, otp, state in _LISTED
)
# Of several pieces: with money and a code, with a code, with a signature alone.
SEVERAL = tuple(
    MenuItem(serial, f"WW99999{serial}9WW", amount, otp, "open", pieces=3)
    for serial, amount, otp in ((995, 50000, True), (996, 0, True), (998, 0, False))
)
KEYS = (
    *(
        "",
        "0",
        "00",
        *"123456789",
        "11",
        "27",
        "10",
        "28",
        "29",
        "44",
        "55",
        "135",
        "*",
        "abc",
        "0203",
    ),
    "9" * 10,
)
PROOFS: tuple[Worth, ...] = (
    *("right", "wrong", "locked", "code", "word", "malformed", "named", "exception", "quote"),
)
TYPED = (
    *(Typed(key) for key in KEYS),
    *(Typed(str(item.serial)) for item in ITEMS[-7:]),
    Typed(ITEMS[0].digits),
    *(Typed(post.digits) for post in POSTS),
    *(Typed(worth=worth, left=2) for worth in PROOFS),
    *(Typed(text, "document") for text in ("31", "98765432101")),
)


HOUSE = HouseholdFact("neighbour", (1, 2, 3, 4, 5))
# The longest spoken words.
WORDS = max(spoken_words(), key=lambda n: len(spoken_words()[n]["en"])), "86"
ASKED = tuple(
    AtDoor(POSTS[0].number, "W" * 20, 5, renumber, "money_order", "licence", 999, 999, page)
    for renumber, page in ((False, False), (True, False), (False, True))
)
OFFER = MenuOffer(3, "W" * 20, tuple(post.number for post in POSTS))


def worlds(language: Language) -> Iterator[MenuFacts]:
    """What can be known when somebody dials: nothing, one thing, much of everything."""
    for asked in ASKED:
        yield MenuFacts(language, POSTS[:1], asked=(asked,))
    yield MenuFacts(language, postman=True, items=SEVERAL)
    for postman, posts, items in itertools.product(
        (False, True),
        ((), *((post,) for post in POSTS), POSTS[:2], POSTS),
        ((), ITEMS[-3:], ITEMS),
    ):
        if not postman and not items:
            yield MenuFacts(language, posts, household=HOUSE, word=WORDS)
        if postman or not items:
            yield MenuFacts(language, posts, postman, items)
            if postman and len(posts) < 2:
                yield MenuFacts(language, posts, postman, items, OFFER)


def answers(machine: str, event: type[Event]) -> Iterator[tuple[Say, ...]]:
    """Whatever the machine may say to what it is asked, with the longest values."""
    yield ()
    for template in said(machine, event):
        yield (Say(template, longest(template)),)
        if speech().has(template):
            code_of = "EU123456785IN" if template in CODES else None
            yield (Say(template, longest(template), code_of=code_of, channel="voice"),)


def said(name: str, event: type[Event]) -> frozenset[str]:
    """Return what a machine may say to `event` in any state. It answers in all of them."""
    return _said(name, event)  # type: ignore[arg-type]  # a class can be hashed as its records can


@cache
def _said(name: str, event: type[Event]) -> frozenset[str]:
    machine = machines.ALL[name]
    transitions = [machine.transition(state.name, event) for state in machine.states]
    assert all(transitions), (name, event)
    return frozenset(template for each in transitions if each for template in each.says)


@cache
def longest(template: str) -> dict[str, int | str]:
    kinds = {variable.name: variable.kind for variable in catalogue().template(template).variables}
    kinds.pop("code", None)
    return {
        name: kind.most if isinstance(kind, Number) else kind.longest
        for name, kind in kinds.items()
    }


@dataclass(frozen=True)
class Led:
    """All that is typed at a place leads to: screens, places, and questions to a machine there."""

    screens: frozenset[str]
    places: tuple[Where, ...]
    questions: tuple[tuple[Where, str, type[Event]], ...]


def _lead(where: Where, facts: MenuFacts) -> Led:
    assert from_json(to_json(where)) == where
    steps = [menu.GRAPH.step(where, typed, facts) for typed in TYPED]
    asks = [(step.where, step.ask) for step in steps if step.ask is not None]
    return Led(
        frozenset(step.where.screen for step in steps),
        tuple(dict.fromkeys(step.where for step in steps if step.ask is None)),
        tuple(dict.fromkeys((where, ask.machine, type(ask.event)) for where, ask in asks)),
    )


lead = Remembered(_lead)
show = Remembered(menu.GRAPH.show)


@cache
def _answered(where: Where, machine: str, event: type[Event]) -> tuple[Shown | None, ...]:
    """What is shown of each answer; None: the screen itself."""
    return tuple(
        None if menu.shows_itself(where, says) else menu.answered(where, says)[0]
        for says in answers(machine, event)
    )


@cache
def fitting(name: str, language: Language, values: tuple[tuple[str, int | str], ...]) -> bool:
    body = render(name, language, dict(values))
    assert fits(body), (language, name, values, body)
    return True


def walk(facts: MenuFacts) -> tuple[dict[str, set[str]], set[tuple[str, str]]]:
    """The texts shown per screen, and the ways gone, from the dial on. Raises where one strays."""
    held = Where("list", proved=True) if facts.postman else Where("which", then="code")
    began = [menu.begin(facts), menu.begin(replace(facts, broke_off=held))]
    todo = [show(where, facts) for where in began]
    asked: set[tuple[Where, str, type[Event]]] = set()
    led: set[Where] = set()
    seen: set[Where] = set()
    texts: dict[str, set[str]] = {}
    ways: set[tuple[str, str]] = set()
    while todo:
        shown = todo.pop()
        assert fitting(shown.name, facts.language, tuple(shown.values.items()))
        texts.setdefault(shown.where.screen, set()).add(shown.name)
        if shown.where in seen:
            continue
        seen.add(shown.where)
        leads = lead(shown.where, facts)
        ways |= {(shown.where.screen, screen) for screen in leads.screens}
        for where in leads.places:
            if where not in led:
                led.add(where)
                todo.append(show(where, facts))
        for question in leads.questions:
            if question not in asked:
                asked.add(question)
                todo += [
                    show(question[0], facts) if answer is None else answer
                    for answer in _answered(*question)  # type: ignore[arg-type]  # as in `said`
                ]
    return texts, ways


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_that_can_be_reached_fits(language: Language) -> None:
    texts: dict[str, set[str]] = {}
    ways: set[tuple[str, str]] = set()
    for facts in worlds(language):
        shown, gone = walk(facts)
        ways |= gone
        for screen, names in shown.items():
            texts.setdefault(screen, set()).update(names)
    assert set(texts) == set(menu.GRAPH.screens), "a screen that nobody comes to"
    declared = {(s.name, to) for s in menu.GRAPH.screens.values() for to in s.to}
    kept = {(a, b) for a, b in ways if a != b}
    resumed = {("resume", to) for to in menu.GRAPH.screen("resume").to}
    assert kept | resumed == declared, "a way that is declared and never gone"
    stood = set().union(*texts.values())
    never = set(screens().variables) - stood - {"retry", "unsure"}  # only the runner says that
    assert never == set(), "a text that nobody sees"


def test_whatever_is_answered_to_ussd_has_a_screen_of_its_own() -> None:
    """Else it goes by SMS, which costs; the code itself is the one text that must."""
    for screen in menu.GRAPH.screens.values():
        for event in screen.asks:
            machine = "postman" if screen.name in menu.POSTMANS else "recipient"
            machine = "office" if screen.name == "office" else machine
            without = said(machine, event) - set(screens().variables)
            assert without <= BY_SMS, (
                f"{screen.name} asks {event.__name__} and may be told {without - BY_SMS}: add it to"
                f" messages/screens and the answers in flows/ussd, or to BY_SMS here"
            )


# Answers to what no screen asks: several items at once, a full article number.
BY_SMS = {
    *(
        "approach_many",
        "approach_many_unsure",
        "doors_asked",
        "batch_done",
        "batch_partly",
        "not_yours",
    ),
    "asked_what",  # `28 1`, where both are items, is texted alone
    "not_understood",  # one article twice in a text; a screen names one item
    "amount_wrong",  # the sum is never typed on a screen
    "approach_late",  # a screen is never late
    *(
        "offline_wrong",
        "offline_ticket",
        "offline_unneeded",
        "offline_unsure",
    ),  # the three digits of a slip are texted alone
    "exception_contested",  # what follows from it takes days: it is to stay on the telephone
    # Who else takes post is asked by SMS: its digits prove who reads this telephone.
    *("wish_ask_household", "wish_ask_neighbour", "wish_household", "wish_neighbour"),
    *("wish_wrong", "wish_locked", "wish_often", "wish_days_how", "household_closed"),
    *WISHES_NOW,
    *("exception_which", "number_which"),  # an item was chosen on a screen before
    "call_no",  # a key in a call is answered so, a dial never
    "number_asked",  # who dials has said that it is for them
    *("pass_asked_many", "pass_partly", "given_back", "given_back_many"),
    *("offer_asked", "offer_asked_many"),  # a screen says which offer is answered
    *("nominee_how", "language_menu"),  # without an article or a language nothing is asked
}


def test_no_screen_says_a_code() -> None:
    assert "code" not in {name for names in screens().variables.values() for name in names}
    shown, by_sms = menu.answered(
        Where("over"), [Say("code", {"digits": "6785", "amount": 0}, code_of="EU123456785IN")]
    )
    assert (shown.name, shown.ends, by_sms) == ("code", True, True)


def test_an_answer_without_a_screen_goes_by_sms() -> None:
    shown, by_sms = menu.answered(Where("told", proved=True), [Say("approach_many", {"count": 2})])
    assert (shown.name, by_sms) == ("by_sms", True)


def test_the_drawn_page_is_current() -> None:
    drawn_is_current("ussd.md", page(menu.GRAPH))


# ---- the engine --------------------------------------------------------------------------------


def _screen(
    name: str, leads: str, to: tuple[str, ...] = (), asks: tuple[type[Event], ...] = ()
) -> Screen:
    def show(where: Where, facts: MenuFacts) -> Shown:
        return Shown(where, "menu")

    def take(where: Where, typed: Typed, facts: MenuFacts) -> Step:
        return Step(
            Where(leads), Ask("recipient", NotUnderstood()) if typed.text == "ask" else None
        )

    return Screen(name, "a test", show, take, ("menu",), to=to, asks=asks)


def test_a_screen_is_held_to_what_it_declares() -> None:
    graph = Graph.of((_screen("a", "b", to=("b",)), _screen("b", "a")))
    facts = MenuFacts("en")
    assert graph.step(Where("a"), Typed("1"), facts) == Step(Where("b"))
    with pytest.raises(FlowError, match="goes to a: undeclared"):
        graph.step(Where("b"), Typed("1"), facts)
    with pytest.raises(FlowError, match="asks"):
        graph.step(Where("a"), Typed("ask"), facts)
    with pytest.raises(FlowError, match="no screen is called c"):
        Graph.of((_screen("a", "c", to=("c",)),))
    with pytest.raises(FlowError, match="one name"):
        Graph.of((_screen("a", "a"), _screen("a", "a")))


def test_lists_turn_their_pages_round_and_lose_no_line() -> None:
    facts = MenuFacts("hi", postman=True, items=ITEMS)
    shown = menu.GRAPH.show(Where("list", proved=True), facts)
    seen: list[str] = []
    while not seen or shown.where.start:
        seen += [line.split()[0] for line in str(shown.values["lines"]).splitlines()]
        step = menu.GRAPH.step(shown.where, Typed("00"), facts)
        shown = menu.GRAPH.show(step.where, facts)
    assert seen == [str(item.serial) for item in ITEMS if item.state == "open"]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "7 0027 Rs 500 document"),
        ("hi-Latn", "7 0027 Rs 500 kagaz"),
        ("hi", "7 0027 500 रु कागज़"),
    ],
)
def test_a_line_says_that_a_document_is_wanted_besides_the_code(
    language: Language, line: str
) -> None:
    item = MenuItem(7, "EU123400027IN", 500, True, "open", document=True)
    facts = MenuFacts(language, postman=True, items=(item,))
    shown = menu.GRAPH.show(Where("list", proved=True), facts)
    assert shown.values["lines"] == line


def test_items_that_another_has_closed_lead_back_to_the_list() -> None:
    states = get_args(ItemState)
    for screen in ("item", "pay", "enter", "sign", "remarks"):
        where = Where(screen, proved=True, serial=7)
        for state in states:
            facts = MenuFacts(
                "en", postman=True, items=(MenuItem(7, POSTS[0].number, 0, True, state),)
            )
            step = menu.GRAPH.step(where, Typed("0"), facts)
            assert step == Step(Where("list", proved=True))
            left = "open" if state == "open" else "closed"
            shown = menu.GRAPH.show(where, facts).where.screen
            assert shown == (screen if left == "open" else "list")


# ---- the catalogue of screens ------------------------------------------------------------------


def test_the_screens_of_this_service_have_no_problem() -> None:
    rows, problems = check(screens())
    nothing_in(f"messages/screens: {problem}" for problem in problems)
    assert len(rows) == len(screens().variables) * len(LANGUAGES)
    assert max(row.units for row in rows if row.encoding == "UCS-2") <= ROOM["UCS-2"]


def test_the_command_prints_every_screen_and_its_room(app: Flask) -> None:
    done = app.test_cli_runner().invoke(command, ["check"])
    nothing_in(line for line in done.output.splitlines() if line.startswith("problem: "))
    assert done.exit_code == 0, done.output
    for name in screens().variables:
        assert done.output.count(f"\nscreen {name} ") == len(LANGUAGES)


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("hi.toml", 'noted = "लिख लिया।"', f'noted = "{"क" * 81}"', "81 units"),
        ("en.toml", 'noted = "Noted."', f'noted = "{"a" * 161}"', "161 units"),
        ("en.toml", 'noted = "Noted."', 'noted = "₹ 5"', "outside of GSM-7"),
        ("en.toml", 'noted = "Noted."', 'noted = "{code}"', "a code never stands on a screen"),
        ("en.toml", 'noted = "Noted."', 'noted = "{digits}"', "its variables are not none"),
        ("en.toml", 'noted = "Noted."', 'note = "Noted."', "the text is missing"),
        ("hi.toml", 'noted = "लिख लिया।"', 'noted = "५"', "digits are 0-9"),
        ("hi.toml", 'remark_11 = "ताला बंद"', 'remark_99 = "ताला बंद"', "not in every language"),
        ("hi.toml", 'remark_11 = "ताला बंद"', f'remark_11 = "{"क" * 60}"', "screen remarks, hi"),
    ],
    ids=lambda value: value[:24] if value.isascii() else "",
)
def test_each_way_of_breaking_a_screen_is_named(
    tmp_path: Path, file: str, old: str, new: str, problem: str
) -> None:
    folder = tmp_path / "screens"
    shutil.copytree(REAL, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    assert any(problem in said for said in check(read(folder))[1])


def test_what_is_no_catalogue_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "screens"
    shutil.copytree(REAL, folder)
    (folder / "screens.toml").write_text('menu = ["nothing"]')
    with pytest.raises(CatalogueError, match=r"screens\.toml, menu: no variable"):
        read(folder)
    (folder / "screens.toml").write_text("menu = [")
    with pytest.raises(CatalogueError, match=r"screens/screens\.toml"):
        read(folder)


def test_a_screen_is_not_rendered_with_a_value_of_another_kind() -> None:
    with pytest.raises(CatalogueError, match="digits is missing or of the wrong kind"):
        render("sure", "en", {"digits": "482913"})
    with pytest.raises(CatalogueError, match="no screen is called"):
        render("nonsense", "en", {})
    assert count(render("sure", "en", {"digits": "6785"})).encoding == "GSM-7"
