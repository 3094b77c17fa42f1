"""What is done with texts beyond a telephone's share of an hour: exact ones are read, no others.

docs/developing/trust.md rule 10. The count itself is in `postal/floods.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from flows.events import (
    AnotherDay,
    AskedBack,
    AskHelp,
    AskMenu,
    AskPerson,
    AskStatus,
    AskWishes,
    AskWord,
    ChooseLanguage,
    Consent,
    Deny,
    Event,
    HoldAtOffice,
    NotUnderstood,
    OnlyMe,
    Said,
    SomebodyElse,
    SpeakCode,
    Start,
    Stop,
    ToldCode,
    Wished,
    Yes,
)
from flows.grammar.text import fold
from gateways.base import Inbound
from logs import request_id
from messages.catalogue import catalogue
from outbox.enqueue import OutboxDraft, enqueue
from postal import floods
from postal.people import roles
from postal.people.roles import PhoneRoles
from runtime import Runtime
from store import inbound as texts
from store.database import Conn

# What is no exact command about a delivery, and what is one only in digits or by a call.
_TALK = (
    AskedBack, AskHelp, AskMenu, AskPerson, AskStatus, AskWishes, AskWord, ChooseLanguage,
    NotUnderstood, Said, Start, Stop, ToldCode, Wished,
)  # fmt: skip
_IN_DIGITS = (AnotherDay, Consent, Deny, HoldAtOffice, OnlyMe, SomebodyElse, SpeakCode, Yes)


_FOUND_AFTER: Final = timedelta(seconds=30)


def is_exact(inbound: Inbound, event: Event) -> bool:
    """Tell whether a text is read however many came: whoever can forge a telephone's texts could
    otherwise silence it (docs/developing/trust.md rule 10).
    """
    if isinstance(event, _TALK):
        return False
    in_digits = inbound.channel == "voice" or fold(inbound.text)[:1].isdigit()
    return in_digits or not isinstance(event, _IN_DIGITS)


def put_aside(
    runtime: Runtime, conn: Conn, sender: PhoneRoles, inbound: Inbound, now: datetime
) -> bool:
    """Count a text beyond the limit without reading it; tell a known telephone once an hour."""
    if texts.is_kept(conn, inbound.gateway, inbound.carrier_id):
        return False
    written = inbound.carrier_at
    # It is no row, so whoever lists what came finds it again with every question.
    if (
        written is not None
        and now - written > _FOUND_AFTER
        and floods.counted_since(conn, inbound.phone, written)
    ):
        return False
    first = floods.count(conn, inbound.phone, now)
    if not first or sender.roles == ("stranger",):
        return False
    staff = sender.roles[0] in ("postman", "office")
    template = catalogue().template("staff_flood" if staff else "flood")
    manner = roles.manners(conn, [inbound.phone]).get(inbound.phone)
    enqueue(
        conn,
        OutboxDraft(
            phone=inbound.phone,
            template=template.name,
            language=manner.language if manner else runtime.settings.default_language,
            values={},
            lane=template.lane,
            not_after=now + timedelta(seconds=template.lifetime),
            at=now,
            request_id=request_id(),
        ),
    )
    return True


def is_flood(runtime: Runtime, conn: Conn, inbound: Inbound, now: datetime) -> bool:
    """Tell whether the telephone has had its share of the hour read."""
    return floods.over(conn, inbound.phone, runtime.settings.inbound_hourly_limit, now)
