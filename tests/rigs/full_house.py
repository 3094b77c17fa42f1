"""A service with something in every room, for the walks over all its pages."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import uuid4

from flask import Flask
from werkzeug.routing import Rule

from postal.people import rights
from postal.people.accounts import Role
from runtime import Runtime
from store.database import Database
from tests.rigs import counter
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.imports import row, text, uploaded
from tests.rigs.office import Office
from tests.rigs.office import office as office_of
from tests.rigs.transcript import Player
from tests.rigs.upi import unpaid
from tests.rigs.webhook import happen, subscribe, token
from web.callers import Caller, stated
from web.staff.rooms import ACTS, OPEN

# The columns that hold what people wrote. Names of the staff's own accounts are no one's telephone.
FREE_TEXT = {
    "articles": ("recipient_name", "recipient_address", "sender_name"),
    "booking_groups": ("sender_name",),
    "booking_items": ("recipient_name", "recipient_address"),
    "access_log": ("reason",),
    "messages": ("body",),
    "ticket_notes": ("said",),
    "requests": ("note", "answer"),
    "carriers": ("order_reason",),
    "ledger": ("note",),
    "counter_days": ("explanation",),
    "list_closings": ("note",),
    "office_closings": ("explanation",),
    "cod_handings": ("explanation",),
    "prefix_stops": ("lift_reason",),
    "ussd_hops": ("typed", "body"),
    "webhook_deliveries": ("error",),
}


@dataclass
class FullHouse:
    """The application, with rows behind every page."""

    app: Flask
    runtime: Runtime
    office: Office
    clerk: Colleague

    def rules(self, method: str) -> Iterator[Rule]:
        """Every route of the staff's rooms that takes `method`, the way in and out apart."""
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda each: each.rule):
            endpoint = rule.endpoint
            if rule.endpoint == "static" or stated(endpoint.split(".")[0]) is not Caller.STAFF:
                continue
            if (
                method in (rule.methods or ())
                and endpoint not in OPEN
                and "sign_out" not in endpoint
            ):
                yield rule

    def plant(self, owner: Database, written: str) -> None:
        """Write `written` into every column of free text, and past what guards them."""
        with owner.transaction() as conn:
            conn.execute("SET LOCAL session_replication_role = replica")
            for table, columns in FREE_TEXT.items():
                for column in columns:
                    conn.execute(
                        f"UPDATE {table} SET {column} = %s",  # noqa: S608
                        [written],
                    )

    def empty(self) -> list[str]:
        """The tables of free text without a row: a walk would not see them."""
        with self.runtime.database.transaction() as conn:
            return [
                table
                for table in FREE_TEXT
                if conn.execute(f"SELECT FROM {table} LIMIT 1").fetchone() is None
            ]


def may(rule: Rule, role: Role) -> bool:
    return role in rights.roles(ACTS[rule.endpoint])


@cache
def fields_of(app: Flask, endpoint: str, method: str) -> tuple[str, ...]:
    """The names of the fields that the module of a view reads, from its own source."""
    module = sys.modules[app.view_functions[endpoint].__module__]
    room = module.__name__.rpartition(".")[0]
    kind = "(?:args|values)" if method == "GET" else "(?:form|values|typed)"
    names: set[str] = set()
    for name in [module.__name__, f"{room}.typed"]:
        if found := sys.modules.get(name):
            source = inspect.getsource(found)
            names |= set(re.findall(rf'''{kind}\.get(?:list)?\(\s*"(\w+)"''', source))
            names |= set(re.findall(rf'''{kind}, "(\w+)"''', source))
            names |= set(re.findall(r'''\b(?:field|_uuid|_chosen)\("(\w+)"''', source))
    return tuple(sorted({*names, "day", "lang"} - {"csrf_token"}))


def full_house(player: Player, app: Flask, runtime: Runtime) -> FullHouse:
    office = office_of(player, app, runtime)
    counter.directory(runtime)
    first, second, third = office.book(1, 2, 3, more=" from +919839000081 cod 500")
    player.step(f"list 1001: {first} {second}")
    office.deliver(1, 1, "500 1")
    player.step("+919839000001 > 2 11")
    player.step("+919876500002 > 2")
    player.step("+919876500003 > 9")
    player.step("+919876500003 dials")
    clerk = counter.clerk(app, runtime, 2)
    counter.group(runtime, clerk.poster, 5)
    unpaid(runtime, "BOOKEDBYSOFTWARE")
    uploaded(clerk.colleague, text([row(7), row(8, pin="")]).encode())
    supervisor = sign_in(app, runtime, "supervisor", "supervisor-0")
    supervisor.post("/desk/tickets/1/note", said="called back")
    supervisor.post("/desk/carriers/simulator/order", did="rest", reason="quiet night")
    supervisor.post("/desk/carriers/simulator/order", did="lift", reason="it is day")
    supervisor.post(
        "/desk/window", article=third, document="passport", last4="1234", reason="shown"
    )
    subscribe(runtime, token(runtime), "https://post.example/dakiya")
    happen(runtime, "delivered")
    _evening(office)
    return FullHouse(app, runtime, office, clerk.colleague)


def _evening(office: Office) -> None:
    """What takes another day to come about: closings, a second person's request, a stop."""
    office.clerk.post(
        f"/office/lists/{office.list_id()}/cash",
        once=str(uuid4()),
        expected="50000",
        counted="499",
        explanation="a rupee is missing",
    )
    now, by = office.runtime.now(), office.clerk.staff_row
    with office.runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO requests (what, article_id, office_id, document, document_last4, reason,"
            " asked_at, until, signed_by, signed_at)"
            " SELECT 'document', 3, office_id, 'passport', '1234', 'other', %s, %s, id, %s"
            " FROM staff WHERE id = %s",
            [now, now + timedelta(hours=8), now, by],
        )
        conn.execute(
            "INSERT INTO list_closings SELECT id, %s, %s, NULL, 1, 1, 0, 0, 50000, 0, 'late'"
            " FROM delivery_lists",
            [now, by],
        )
        conn.execute(
            "INSERT INTO office_closings SELECT id, %s, %s, %s, NULL, 1, 0, 0, 'late' FROM offices",
            [now.date() - timedelta(days=1), now, by],
        )
        conn.execute(
            "INSERT INTO prefix_stops (prefix, at, until, lifted_at, lifted_by, lift_reason)"
            " VALUES ('+9198390000', %s, %s, %s, %s, 'they are ours')",
            [now, now, now, by],
        )
        conn.execute(
            "INSERT INTO webhook_deliveries (subscription_id, created_at, next_attempt_at, state,"
            " settled_at, error) VALUES (1, %s, %s, 'dead', %s, 'answered 500')",
            [now, now, now],
        )
