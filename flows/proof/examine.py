"""All that `flask --app app flows check` examines: machines, news, words and texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from flows import events, machines
from flows.decision import Role
from flows.events import AskStatus, Event, News, NotUnderstood, TimedOut
from flows.happenings import Happening
from flows.machine import Machine
from flows.proof.check import Checked, check, rings
from flows.proof.vocabulary import Vocabulary, check_words, vocabularies
from messages.catalogue import LANGUAGES, Catalogue, catalogue
from messages.check import check as check_catalogue


@dataclass(frozen=True)
class Examined:
    """What was examined, and a sentence for each problem."""

    machines: tuple[Checked, ...]
    words: Mapping[str, int]  # texts that were read, by role
    texts: int  # templates in every language
    problems: tuple[str, ...]


def examine(among: Mapping[str, Machine] = machines.ALL) -> Examined:
    """Examine everything. It takes seconds: tens of thousands of decisions are made."""
    spoken = vocabularies()
    typed = typed_events(spoken)
    listeners: dict[Role, Machine] = {role: machines.of_role(role) for role in get_args(Role)}
    found = [
        check(machine, listeners, typed.get(name, frozenset((AskStatus, NotUnderstood))))
        if name not in ("article", "move", "recall", "exception", "offer", "helped")
        else check(machine, listeners)
        for name, machine in among.items()
    ]
    news = {each for _, told in found for each in told}
    said = {t for m in among.values() for each in m.transitions for t in each.says}
    problems = [
        *(f"{checked.machine}: {problem}" for checked, _ in found for problem in checked.problems),
        *rings(news),
        *(problem for vocabulary in spoken for problem in check_words(vocabulary)),
        *_never_typed(typed),
        *texts(said, catalogue()),
    ]
    return Examined(
        tuple(checked for checked, _ in found),
        {vocabulary.role: len(vocabulary.means) for vocabulary in spoken},
        len(said) * len(LANGUAGES),
        tuple(problems),
    )


def typed_events(spoken: Iterable[Vocabulary]) -> dict[str, frozenset[type[Event]]]:
    """Return by role the kinds of events that its texts can be."""
    return {
        each.role: frozenset(type(event) for event in (*each.means.values(), NotUnderstood()))
        for each in spoken
    }


# News, what a call or a dial brings, and what no machine answers yet (`machines.understand`).
_NO_TEXT = (
    *(Happening, News, TimedOut),
    *(events.CallMe, events.RepeatQuestion, events.Wished, events.Said),
    *(events.DrawWord, events.TakeWord),  # dialled
)


def _never_typed(typed: Mapping[str, frozenset[type[Event]]]) -> Iterator[str]:
    known = frozenset().union(*typed.values())
    for kind in vars(events).values():
        text = isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
        if text and not issubclass(kind, _NO_TEXT) and kind not in known:
            yield f"{kind.__name__} is a text that nobody can type"


def texts(said: Iterable[str], spoken: Catalogue) -> Iterator[str]:
    """Yield the problems of the texts of the templates `said`, in any language."""
    wrong = check_catalogue(spoken).problems
    for name in sorted(said):
        if name not in spoken.templates:
            yield f"{name}: no template is called so"
        yield from (each for each in wrong if each.startswith((f"{name},", f"{name}:")))
