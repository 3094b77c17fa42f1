"""The judge of labelled texts: what each would bring about, and whether that does harm.

`python -m tests.corpus.judge FILE…` reads JSON lines (fields as in the corpus: role, context, text,
lang, meaning, also_fine, harmful, and day or phone where one is meant) and prints a table per role,
context and language. What only asks a question does no harm; what acts, and silence where an answer
is owed, may.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from flows import events
from flows.events import Event, Said, Wished
from flows.grammar import person
from flows.wishes import DayNamed, PersonWish

Row = Mapping[str, Any]
How = Literal["acts", "asks", "silent", "not understood"]
_UNCLEAR = ("unclear", "chatter", "abuse")


@dataclass(frozen=True)
class Effect:
    """What a text brings about. `labels`: all meanings that this serves."""

    how: How
    labels: frozenset[str]
    phone: str | None = None
    day: str | None = None


@dataclass(frozen=True)
class Verdict:
    """The judgement of one row."""

    row: Row
    effect: Effect
    harmful: bool
    right: bool
    understood: bool


# ---- effects of exact events ---------------------------------------------------------------------

_YES = {"booked": ("yes", "send_code"), "out": ("send_code", "yes"), "code": ("send_code", "yes"),
        "delivered": ("yes",), "asked": ("yes",), "nominee_asked": ("yes",),
        "idle": ("yes", "unclear")}  # fmt: skip
_NO = {"delivered": ("not_received", "no"), "asked": ("no", "postman_never_came"),
       "nominee_asked": ("no",)}  # fmt: skip
_ASKED = ("asked", "nominee_asked")  # contexts in which a bare yes or no has its question

_EXACT: Mapping[type[Event], tuple[str, ...]] = {
    events.SendCode: ("send_code",),
    events.SpeakCode: ("speak_code",),
    events.ReportFraud: ("fraud",),
    events.AnotherDay: ("other_day",),
    events.HoldAtOffice: ("hold_at_office",),
    events.SomebodyElse: ("nominate",),
    events.OnlyMe: ("take_back_nominee",),
    events.AskPerson: ("human",),
    events.Stop: ("stop",),
    events.Start: ("start",),
    events.AskMenu: ("unclear", "question_how"),
    events.AskStatus: ("where_is_it",),
    events.ToldCode: ("told_code",),
    events.Recall: ("recall",),
    events.CorrectNumber: ("correct_number",),
    events.ProveSender: ("unclear",),
    events.StopRecall: ("unclear",),
}
_ONLY_ANSWER = (events.AskStatus, events.AskMenu, events.ToldCode, events.AskPerson)
_LANGUAGE = {"hi": "language_hi", "hi-Latn": "language_roman", "en": "language_en", None: "unclear"}

# ---- effects of wishes ---------------------------------------------------------------------------

_LABELS: Mapping[str, tuple[str, ...]] = {
    "not_home": ("not_home_today", "other_day"),
    "another_day": ("other_day",),
    "hold": ("hold_at_office",),
    "accept": ("yes",),
    "decline": ("no",),
    "true": ("yes",),
    "address_hint": ("address_info",),
    "where": ("where_is_it",),
    "received": ("received_ok",),
    "never_came": ("postman_never_came",),
    "new_number": ("wrong_phone_new_number",),
    "dead": ("dead_person",),
    "how": ("question_how",),
    "acknowledged": ("thanks",),
    "notice": ("carrier_notice",),
    "autoresponder": ("chatter", "carrier_notice", "unclear"),
    "quote": ("unclear",),
    "abuse": ("abuse",),
}
# What a wish is where something else was asked.
_THERE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("not_received", "delivered"): ("not_received",),
    ("never_came", "delivered"): ("not_received", "postman_never_came"),
    ("never_came", "asked"): ("postman_never_came", "no"),
    ("never_came", "out"): ("where_is_it", "postman_never_came"),
    ("never_came", "code"): ("where_is_it", "postman_never_came"),
    ("not_received", "asked"): ("postman_never_came", "where_is_it", "not_received"),
    ("refuse", "nominee_asked"): ("no",),
    ("not_home", "nominee_asked"): ("no", "not_home_today"),
    ("nominate", "nominee_asked"): ("no",),
    ("another_day", "nominee_asked"): ("yes", "other_day"),
    ("not_home", "asked"): ("yes", "not_home_today", "other_day"),
    ("acknowledged", "asked"): ("yes",),
    ("acknowledged", "nominee_asked"): ("yes",),
    ("no", "delivered"): ("not_received", "no"),
    ("no", "asked"): ("no", "postman_never_came"),
    ("no", "booked"): ("not_mine", "no", "unclear"),
    ("no", "out"): ("not_home_today", "no", "unclear"),
    ("no", "code"): ("no", "unclear"),
    ("yes", "delivered"): ("received_ok", "yes"),
    ("where", "asked"): ("where_is_it",),
    ("accept", "out"): ("yes", "unclear"),
    ("true", "out"): ("yes", "unclear"),
}
_SILENT = ("thanks", "acknowledged", "received", "notice", "autoresponder", "quote", "chatter",
           "greeting", "abuse")  # fmt: skip


def effect(role: str, context: str, text: str) -> Effect:
    """Return what `text` brings about in `context`, as the machines answer its event."""
    read: Callable[[str], person.Understood] = (
        person.sender if role == "sender" else person.recipient
    )
    event = read(text).event
    if isinstance(event, Wished):
        return _of_wishes(event.wishes, context)
    if isinstance(event, Said):
        return _of_said(event, context)
    if isinstance(event, events.NotUnderstood):
        return Effect("not understood", frozenset(("unclear",)))
    if isinstance(event, events.Yes | events.Consent):
        return Effect("acts", frozenset(_YES.get(context, ("yes",))))
    if isinstance(event, events.Deny):
        return Effect("acts", frozenset(_NO.get(context, ("not_mine",))))
    if isinstance(event, events.ChooseLanguage):
        return Effect("acts", frozenset((_LANGUAGE[event.language],)))
    how: How = "asks" if isinstance(event, _ONLY_ANSWER) else "acts"
    return Effect(how, frozenset(_EXACT[type(event)]), _phone(event), _day(event))


def _of_wishes(wishes: Sequence[PersonWish], context: str) -> Effect:
    labels = {label for wish in wishes for label in labels_of(wish.kind, context)}
    first = wishes[0]
    named = next((_named(wish.day) for wish in wishes if wish.day is not None), None)
    phone = next((wish.phone for wish in wishes if wish.phone is not None), None)
    if first.kind == "unclear":
        return Effect("not understood", frozenset(labels))
    silent = all(wish.kind in _SILENT for wish in wishes)
    if silent and first.kind == "acknowledged" and context in _ASKED:
        silent = False
    return Effect("silent" if silent else "asks", frozenset(labels), phone, named)


def labels_of(kind: str, context: str) -> tuple[str, ...]:
    """Return the meanings that the answer to a wish serves in `context`."""
    there = _THERE.get((kind, context))
    if there is not None:
        return there
    if kind == "not_received":
        return ("where_is_it", "not_received")
    return _LABELS.get(kind, (kind,))


def _of_said(event: Said, context: str) -> Effect:
    labels = frozenset(
        _YES.get(context, ("yes",)) if event.answer == "yes" else _NO.get(context, ("no",))
    )
    if context in _ASKED:
        return Effect("acts", labels)
    return Effect("asks", labels | {"unclear"})


def _phone(event: Event) -> str | None:
    if isinstance(event, events.SomebodyElse | events.CorrectNumber):
        return event.phone
    return event.named if isinstance(event, events.ReportFraud) else None


def _day(event: Event) -> str | None:
    if not isinstance(event, events.AnotherDay):
        return None
    return _named(event.named or (DayNamed(day=event.day) if event.day else DayNamed(offset=1)))


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _named(day: DayNamed | None) -> str | None:
    """Return a day as labels write it: "today+1", "monday", "2/12", "29"."""
    if day is None:
        return None
    if day.offset is not None:
        return f"today+{day.offset}"
    if day.weekday is not None:
        return _WEEKDAYS[day.weekday]
    return f"{day.day}/{day.month}" if day.month else str(day.day)


# ---- judgement -----------------------------------------------------------------------------------


def judge(row: Row) -> Verdict:
    """Return the verdict on a row of a recipient or a sender."""
    found = effect(row["role"], row["context"], row["text"])
    fine, bad = {row["meaning"], *row["also_fine"]}, set(row["harmful"])
    wrong_value = _wrong_value(row, found)
    acts_badly = (
        found.how in ("acts", "silent") and not found.labels & fine and bool(found.labels & bad)
    )
    harmful = acts_badly or (found.how == "acts" and wrong_value and bool(found.labels & fine))
    right = bool(found.labels & fine) and not wrong_value
    if row["meaning"] in _UNCLEAR and found.how in ("not understood", "silent") and not harmful:
        right = True
    understood = found.how != "not understood" or row["meaning"] in _UNCLEAR
    return Verdict(row, found, harmful, right, understood)


def _wrong_value(row: Row, found: Effect) -> bool:
    """Tell whether a telephone or a day was read that was not meant; none is a question."""
    phone = row.get("phone")
    if found.phone is not None and phone and not found.phone.endswith(str(phone)[-10:]):
        return True
    return (
        found.day is not None and bool(row.get("day")) and not _same_day(found.day, str(row["day"]))
    )


def _same_day(one: str, other: str) -> bool:
    def parts(day: str) -> tuple[str, ...]:
        bare = day.strip().lower()
        if bare == "tomorrow":
            bare = "today+1"
        return tuple(part.lstrip("0") for part in bare.replace("-", "/").split("/"))

    first, second = parts(one), parts(other)
    if "-" in other:  # MM-DD or YYYY-MM-DD
        second = second[::-1]
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]


# ---- report --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """The figures of a group of rows."""

    name: str
    rows: int
    harmful: int
    not_understood: int
    right: int


def rows(paths: Iterable[str | Path]) -> Iterator[Row]:
    """Yield the rows of recipients and senders in JSON lines."""
    for path in paths:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["role"] in ("recipient", "sender"):
                yield row


def figures(name: str, verdicts: Sequence[Verdict]) -> Line:
    """Return the figures of a group."""
    return Line(
        name,
        len(verdicts),
        sum(each.harmful for each in verdicts),
        sum(not each.understood for each in verdicts),
        sum(each.right for each in verdicts),
    )


def heard(verdicts: Iterable[Verdict], meaning: str) -> tuple[int, int, int]:
    """Return how many rows mean this, how many act so, and how many at least ask."""
    meant = [each for each in verdicts if each.row["meaning"] == meaning]
    acting = [each for each in meant if meaning in each.effect.labels and each.effect.how == "acts"]
    asking = [each for each in meant if meaning in each.effect.labels]
    return len(meant), len(acting), len(asking)


def report(verdicts: Sequence[Verdict]) -> str:
    """Return the table per role, context and language, and how often fraud and codes are heard."""
    groups: dict[str, list[Verdict]] = {"all": list(verdicts)}
    for each in verdicts:
        for name in (
            each.row["role"],
            f"{each.row['role']} {each.row['context']}",
            each.row["lang"],
        ):
            groups.setdefault(name, []).append(each)
    lines = [figures(name, group) for name, group in groups.items()]
    table = [f"{'':28}{'texts':>7}{'harmful':>9}{'not understood':>16}{'right':>9}"]
    table += [
        f"{line.name:28}{line.rows:7}{line.harmful:9}{_share(line.not_understood, line.rows):>16}"
        f"{_share(line.right, line.rows):>9}"
        for line in lines
    ]
    for meaning in ("fraud", "send_code"):
        meant, acting, asking = heard(verdicts, meaning)
        table.append(
            f"{meaning}: {meant} texts, {_share(acting, meant)} act, {_share(asking, meant)} heard"
        )
    return "\n".join(table)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def main(arguments: Sequence[str]) -> int:
    """Print the report; with `--wrong` also each text that was not read rightly."""
    verdicts = [judge(row) for row in rows(path for path in arguments if not path.startswith("--"))]
    if "--wrong" in arguments:
        for each in verdicts:
            if each.harmful or not each.right:
                sys.stdout.write(f"{_told(each)}\n")
    sys.stdout.write(f"{report(verdicts)}\n")
    return int(any(each.harmful for each in verdicts))


def _told(verdict: Verdict) -> str:
    row, found = verdict.row, verdict.effect
    mark = "HARM" if verdict.harmful else "    "
    fine = ",".join((row["meaning"], *row["also_fine"]))
    said = f"{found.how} {','.join(sorted(found.labels))} {found.day or ''}"
    return f"{mark} {row['context']}: {row['text'][:110]!r} is {fine}; {said}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
