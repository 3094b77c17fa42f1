"""The findings of `flask doctor` about what carriers bring: dropped sentences, and probes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from india.phone import masked
from outbox import probe_verdicts, scrubs
from outbox.probe_verdicts import HandsetState, RouteState
from postal.desk import text_clocks
from settings import Settings
from web.operations.findings import Finding

_ROUTES: Final[dict[RouteState, str]] = {
    "late": "probes come back late",
    "broken": "it breaks Hindi: give hi another carrier by SMS_ROUTE_RULES, and tell it",
    "sender": "telephones show another sender than ours",
    "partly": "nothing by it arrives there, though others get it, and that telephone others' texts:"
    " tell it which operator that is, and rest it where many have that one",
    "dead": "it is dead: telephones that answer other routes get nothing by it; rest it",
    "not_sent": "probes are not sent by it: does it rest, or is its circuit open?",
    "silent": "no probe telephone answers at all: look at the telephones, then at our number",
}
_HANDSETS: Final[dict[HandsetState, str]] = {
    "off": "is off: charge it, others answer the same routes",
    "silent": "answers nothing, nor does another",
}


def examine(conn: psycopg.Connection[Any], settings: Settings, now: datetime) -> Iterator[Finding]:
    """Yield what operators drop now, whose clock is wrong, and what the probes say."""
    for each in scrubs.of_now(conn, now):
        how = f"it says {each.said}" if each.cause == "told" else "no receipt comes for it"
        says = (
            f"{each.carrier} drops {each.template} in {each.language} (header"
            f" {each.header or 'unknown'}; {how}; {each.count} texts, {each.resent} went again):"
            " compare it with what is registered, docs/messages.md"
        )
        yield Finding("wrong", "DLT", says)
    for clock in text_clocks.read(conn, now - timedelta(days=1), now):
        if clock.off is None:
            says = (
                f"{clock.carrier}: texts come {-clock.ahead / 60:.0f} minutes after the times that"
                " it tells: it is slow, or its clock is wrong: ask it; SMS_STAMPS is for clocks"
                " alone, docs/gateways.md"
            )
            yield Finding("wrong", "SMS_STAMPS", says)
        elif clock.off:
            minutes = settings.stamps.get(clock.carrier, timedelta()) // timedelta(minutes=1)
            where = "ahead" if clock.off > 0 else "behind"
            says = (
                f"{clock.carrier} tells of texts times that are {abs(clock.off) / 60:.0f} minutes"
                f" {where}: set {clock.right(minutes)}, docs/gateways.md"
            )
            yield Finding("wrong", "SMS_STAMPS", says)
    yield from _probes(conn, settings, now)


def _probes(conn: psycopg.Connection[Any], settings: Settings, now: datetime) -> Iterator[Finding]:
    if not settings.probes or not settings.probe_seconds:
        if settings.production:
            says = "PROBE_PHONES names no telephone: people find the route that dies in silence"
            yield Finding("note", "probes", says)
        return
    yield from _used_by_others(conn, settings)
    verdicts = probe_verdicts.of_settings(conn, settings, now)
    for route in verdicts.routes:
        if (wrong := _ROUTES.get(route.state)) is not None:
            at = f" at {_named(route.at)}" if route.at else ""
            yield Finding("wrong", "probes", f"{route.carrier}{at}: {wrong}")
        elif route.state == "well":
            took = f"{route.seconds:.0f} s there and back" if route.seconds is not None else "well"
            yield Finding("ok", "probes", f"{route.carrier}: {took}")
    for handset in verdicts.handsets:
        if (why := _HANDSETS.get(handset.state)) is not None:
            by = f" ({', '.join(handset.by)})" if handset.by else ""
            yield Finding("wrong", "probes", f"{masked(handset.phone)} {why}{by}")


def _named(phones: tuple[str, ...]) -> str:
    return ", ".join(map(masked, phones))


def _used_by_others(conn: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    """Yield the probe telephones that are a person's too: what he texts would be lost to him."""
    rows = conn.execute(
        "SELECT phone FROM staff WHERE phone = ANY (%(phones)s)"
        " UNION SELECT recipient_phone FROM articles WHERE recipient_phone = ANY (%(phones)s)"
        " UNION SELECT sender_phone FROM articles WHERE sender_phone = ANY (%(phones)s)",
        {"phones": list(settings.probes)},
    ).fetchall()
    for (phone,) in rows:
        says = f"{masked(phone)} belongs to a person as well: his texts are taken for probes'"
        yield Finding("wrong", "PROBE_PHONES", says)
