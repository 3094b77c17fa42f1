"""What a text brings about in its context, as machines answer its event, in the labels' words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from flows import events
from flows.events import Event, Said, Wished
from flows.grammar import person
from flows.wishes import DayNamed, PersonWish

How = Literal["acts", "asks", "silent", "not understood"]


@dataclass(frozen=True)
class Effect:
    """What a text brings about. `labels`: all meanings that this serves."""

    how: How
    labels: frozenset[str]
    phone: str | None = None
    day: str | None = None


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
    ("where", "out"): ("where_is_it", "send_code"),  # the answer has the digit of the code
    ("where", "code"): ("where_is_it", "send_code"),
    ("not_received", "out"): ("where_is_it", "not_received", "send_code"),
    ("not_received", "code"): ("where_is_it", "not_received", "send_code"),
    ("not_received", "delivered"): ("not_received",),
    ("never_came", "delivered"): ("not_received", "postman_never_came"),
    ("never_came", "asked"): ("postman_never_came", "no"),
    ("never_came", "out"): ("where_is_it", "postman_never_came", "send_code"),
    ("never_came", "code"): ("where_is_it", "postman_never_came", "send_code"),
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
    labels = {label for wish in wishes for label in labels_of(wish.what, context)}
    first = wishes[0]
    named = next((_named(wish.day) for wish in wishes if wish.day is not None), None)
    phone = next((wish.phone for wish in wishes if wish.phone is not None), None)
    if first.what == "unclear":
        return Effect("not understood", frozenset(labels))
    silent = all(wish.what in _SILENT for wish in wishes)
    if silent and first.what == "acknowledged" and context in _ASKED:
        silent = False
    if first.what == "received" and context == "delivered":  # glad of it; 2 and 9 are offered
        silent, labels = False, {*labels, "not_received", "human"}
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
