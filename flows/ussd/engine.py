"""The engine of USSD: screens declare where they lead and what they ask; `step` enforces it.

A telephone shows a screen until the person types. The input leads to another screen, or puts one
event to the machine that answers texts as well (`Ask`), so no rule is decided twice. A screen that
deviates from its declaration raises `FlowError`, so what is drawn and checked from them is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal, TypedDict, Unpack

from flows.events import DocumentType, Event, Payment
from flows.facts import ArticleState, HouseholdFact, ItemState
from flows.machine import FlowError
from flows.number import last_digits
from flows.replay.record import built
from messages.screens import LINES, fitting, screens

BACK = "0"  # one screen back, finally to the menu: on every screen
MORE = "00"  # the next lines of a list, after the last the first; no serial begins with 0
Secret = Literal["pin", "code", "colleague", "document", "number", "quote"]
# nominee: will you accept it for somebody at home? · witness: is the postman's remark true?
Question = Literal["nominee", "witness"]
# The validity of a secret; its digits travel separately and end with the request.
# signature: 10, no code could be told · word: four digits, the numbers of a household's word.
# code_document: the code, and right after it the end of a document's number. named: whatever was
# typed for a colleague's staff id; it may be a code. exception: 28, the office agreed to do without
# the code. document: `text` is why, or the right telephone, and which document was shown; the last
# four of its number travel separately. quote: two digits of our text.
Worth = Literal[
    "right", "wrong", "locked", "code", "code_document", "signature", "word", "malformed", "named",
    "exception", "document", "quote",
]  # fmt: skip


@dataclass(frozen=True)
class Where:
    """A person's place in the menus: all that is remembered from one screen to the next."""

    screen: str
    proved: bool = False  # the postman's PIN was right
    article: str | None = None
    serial: int | None = None
    then: str | None = None  # what to do with the article that is being chosen
    payment: Payment | None = None
    offer: int | None = None  # of a colleague, that is shown
    tries: int | None = None  # of the PIN, remaining
    missing: tuple[int, ...] | None = None  # pieces that are not there; None: not asked yet
    told: str | None = None  # the answer that this screen shows
    start: int = 0  # the first line of a list that is shown
    more: int = 0  # the first line of its next page
    held: Where | None = None  # where an earlier session was interrupted


@dataclass(frozen=True)
class Typed:
    """The input, its digits ASCII. It does not contain a secret, only the secret's validity."""

    text: str = ""
    worth: Worth | None = None
    left: int | None = None  # tries remaining after a wrong PIN


@dataclass(frozen=True)
class Post:
    """One article of the telephone that is dialled from."""

    number: str
    state: ArticleState
    asks: Question | None = None  # a question to this telephone without an answer
    pieces: int = 1  # under the one number

    @property
    def digits(self) -> str:
        return last_digits(self.number)


@dataclass(frozen=True)
class MenuItem:
    """One line of a postman's list. `amount`: whole rupees to collect.

    `document`: one is wanted besides the code (docs/developing/trust.md rule 6).
    """

    serial: int
    number: str
    amount: int
    otp_required: bool
    state: ItemState
    document: bool = False
    pieces: int = 1  # under the one number and the one code
    approached: bool = False  # its code went out

    @property
    def digits(self) -> str:
        return last_digits(self.number)


@dataclass(frozen=True)
class MenuOffer:
    """What a colleague with the staff id `by` (its letters and digits) offers to this postman."""

    id: int
    by: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class AtDoor:
    """What the postman `by` (letters and digits of his staff id) asks his office at a door."""

    number: str
    by: str
    reason: int
    renumber: bool
    kind: str = "speed_post"  # of post: its service, registered or passport
    document: DocumentType = "aadhaar"  # that he was shown
    done: int = 0  # of his handovers of 30 days, without their code
    count: int = 0  # of these handovers
    page: bool = False  # only a page agrees to it

    @property
    def digits(self) -> str:
        return last_digits(self.number)


@dataclass(frozen=True)
class MenuFacts:
    """What the screens show: the articles of the telephone, and a postman's list of today."""

    language: str
    articles: tuple[Post, ...] = ()  # oldest first
    postman: bool = False
    items: tuple[MenuItem, ...] = ()  # in walking order; read only after a right PIN
    offer: MenuOffer | None = None  # the newest; read only after a right PIN
    household: HouseholdFact | None = None  # read where it is shown
    # The numbers of the word that is offered to its household.
    word: tuple[str, str] | None = field(default=None, repr=False)
    asked: tuple[AtDoor, ...] = ()  # of the office with this telephone, the newest first
    broke_off: Where | None = None  # where this telephone's last session was interrupted just now


@dataclass(frozen=True)
class Ask:
    """An event for the conversation of this telephone with `machine`."""

    machine: str
    event: Event


@dataclass(frozen=True)
class Step:
    """The place that an input leads to. With `ask`, the machine's answer is shown there."""

    where: Where
    ask: Ask | None = None


@dataclass(frozen=True)
class Shown:
    """What the telephone shows: a screen of the catalogue. `ends`: it takes no input."""

    where: Where
    name: str
    values: Mapping[str, int | str] = field(default_factory=dict)
    ends: bool = False


Show = Callable[[Where, MenuFacts], Shown]
Take = Callable[[Where, Typed, MenuFacts], Step]


@dataclass(frozen=True)
class Screen:
    """One declared screen: its texts, the screens that it leads to, the events that it asks."""

    name: str
    meaning: str
    show: Show
    take: Take
    texts: tuple[str, ...]
    to: tuple[str, ...] = ()
    asks: tuple[type[Event], ...] = ()
    hides: Secret | None = None  # the input is a secret
    ends: bool = False
    resumable: bool = True


@dataclass(frozen=True)
class Graph:
    """All screens by name."""

    screens: Mapping[str, Screen]

    @classmethod
    def of(cls, *parts: Sequence[Screen]) -> Graph:
        """Return the graph of `parts`. Raise `FlowError` for a doubled name or missing target."""
        every = [screen for part in parts for screen in part]
        graph = cls({screen.name: screen for screen in every})
        if len(graph.screens) < len(every):
            raise FlowError("two screens have one name")
        for screen in every:
            for target in screen.to:
                graph.screen(target)
        return graph

    def screen(self, name: str) -> Screen:
        """Return the screen of that name. Raise `FlowError` if there is none."""
        try:
            return self.screens[name]
        except KeyError:
            raise FlowError(f"no screen is called {name}") from None

    def show(self, where: Where, facts: MenuFacts) -> Shown:
        """Return what the telephone shows at `where`, or elsewhere if its item is gone."""
        shown = self.screen(where.screen).show(where, facts)
        screen = self.screen(shown.where.screen)
        if shown.name not in screen.texts:
            raise FlowError(f"screen {screen.name} shows {shown.name}: undeclared")
        return replace(shown, ends=screen.ends)

    def step(self, where: Where, typed: Typed, facts: MenuFacts) -> Step:
        """Return where `typed` leads from `where`."""
        screen = self.screen(where.screen)
        step = screen.take(where, typed, facts)
        if step.where.screen not in (screen.name, *screen.to):
            raise FlowError(f"screen {screen.name} goes to {step.where.screen}: undeclared")
        if step.ask is not None and type(step.ask.event) not in screen.asks:
            raise FlowError(f"screen {screen.name} asks {step.ask.event}: undeclared")
        return step


# ---- what screens share --------------------------------------------------------------------------


class Chosen(TypedDict, total=False):
    """What can be carried from one screen to the next. See `Where`."""

    article: str | None
    serial: int | None
    then: str | None
    payment: Payment | None
    offer: int | None
    tries: int | None
    missing: tuple[int, ...] | None
    told: str | None
    more: int


def go(where: Where, screen: str, **chosen: Unpack[Chosen]) -> Where:
    """Return the place at `screen`; of earlier choices only `chosen` is kept."""
    return Where(screen, proved=where.proved, **chosen)


def page(
    where: Where, name: str, values: Mapping[str, int | str], lines: Sequence[str], language: str
) -> Shown:
    """Return a screen with as many of `lines` from `where.start` on as fit."""
    start = where.start if where.start < len(lines) else 0
    rest = lines[start:]
    taken = fitting(name, language, values, rest)
    following = start + taken
    where = replace(where, start=start, more=following if following < len(lines) else 0)
    return Shown(where, name, {**values, LINES: "\n".join(rest[:taken])})


def next_page(where: Where) -> Step:
    """Answer `00` with the next lines, after the last with the first."""
    return Step(replace(where, start=where.more))


def word(name: str, facts: MenuFacts, **values: int | str) -> str:
    """Return a word of the screens' catalogue in the language of this telephone."""
    return screens().word(name, facts.language, **values)


def to_json(where: Where) -> dict[str, object]:
    """Return `where` as it is stored."""
    return asdict(where)


def from_json(stored: Mapping[str, object]) -> Where:
    """Return the `Where` that `to_json` encoded."""
    return built(Where, stored)
