"""Two offices with the same things in each, for the tests of the walls between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from imports import register
from postal.counter import counter_days, credits
from postal.counter.credits import NewCredit
from postal.office import paper_days
from runtime import Runtime
from store.database import Conn
from tests.rigs.api_calls import number_of
from tests.rigs.counter import Poster, group
from tests.rigs.desk import Colleague
from tests.rigs.doers import staff
from tests.rigs.requests import ask
from tests.rigs.transcript import Player

OWN, OTHER = "273303", "273305"
_SERIALS = {OWN: 41_000_000, OTHER: 42_000_000}
_BEATS = {OWN: "7001", OTHER: "7002"}


@dataclass(frozen=True)
class Things:
    """What belongs to one office: row ids by kind, and words that only its pages may show."""

    ids: Mapping[str, int]
    marks: tuple[str, ...]


def things(player: Player, pin: str, opener: Colleague, asker: Colleague) -> Things:
    """Make one of each kind at the office of `pin`, through the API and the hooks where it can.

    `opener`: a member of staff of that office, whose counter the bookings are made at. `asker`:
    who asks for a second person, of any office.
    """
    runtime = player.runtime
    serial, beat = _SERIALS[pin], _BEATS[pin]
    phone, postman = f"+9198{serial}", f"+9199{serial}"
    name = f"Recipient {pin}"
    number = number_of(serial)
    body = {
        "number": number,
        "service": "parcel",
        "recipient": {"phone": phone, "name": name, "address": "A", "pin": pin, "language": "en"},
        "sender": {"phone": f"+9197{serial}", "name": f"Sender {pin}"},
    }
    paid = {**body, "number": number_of(serial + 2), "cod_amount": 100}
    player.api("/articles", body)
    player.api("/articles", paid)
    added = {"staff_id": beat, "name": f"Postman {pin}", "phone": postman}
    player.api("/postmen", {**added, "office_pin": pin, "pin": "2468"})
    today = {
        "postman": beat,
        "date": player.clock.now().date().isoformat(),
        "articles": [number, paid["number"]],
    }
    player.api("/delivery-lists", today)
    for line in (f"{phone} > 9", f"{postman} > 1 11", f"{phone} > 2", f"{postman} > 2"):
        player.step(line)
    player.step(f"{postman} > 2 {{code {phone}}} 1")
    with runtime.database.transaction() as conn:
        office = _one(conn, "SELECT id FROM offices WHERE pin = %s ORDER BY id LIMIT 1", pin)
        by = staff(opener.staff_row, office, runtime.now())
        day = counter_days.open_day(conn, 3, 50_000, by)
    list_id = _read(runtime, "SELECT max(id) FROM delivery_lists")
    handed = {"once": str(uuid4()), "expected": 10_000, "counted": 10_000}
    handing = player.api(f"/delivery-lists/{list_id}/cash", handed)
    booked = group(runtime, Poster(day.id, by), serial + 1)
    with runtime.database.transaction() as conn:
        article = _one(conn, "SELECT id FROM articles WHERE number = %s", number)
        came = NewCredit(
            "static", f"X{pin}", None, None, office, 4_200, None, "clerk", None, runtime.now()
        )
        credit = credits.take(conn, came, "unknown", runtime.now())
        assert credit is not None
        file = register.receive(conn, f"number;{pin}".encode(), f"file-{pin}.csv", by)
        began = runtime.now() - timedelta(minutes=20)
        outage = paper_days.vouch(conn, office, began, runtime.now(), f"outage {pin}", by)
    moved = {"phone": f"+9196{serial}", "reason": "wrong_entry"}
    return Things(
        {
            "request": ask(asker, f"/desk/articles/{article}/correct-number", **moved),
            "office": office,
            "article": article,
            "conversation": _conversation(runtime, phone),
            "postman": _conversation(runtime, postman),
            "sprint": _read(
                runtime,
                "SELECT max(s.id) FROM sprints s JOIN conversations c ON c.id = s.conversation_id"
                " WHERE c.whose = %s",
                phone,
            ),
            "text": _read(
                runtime,
                "SELECT min(id) FROM messages WHERE direction = 'in' AND phone = %s",
                phone,
            ),
            "ticket": _read(runtime, "SELECT min(id) FROM tickets WHERE phone = %s", phone),
            "list": list_id,
            "item": _read(
                runtime, "SELECT min(id) FROM delivery_items WHERE list_id = %s", list_id
            ),
            "handing": int(handing["id"]),
            "group": booked.id,
            "booked": booked.items[0].id,
            "day": day.id,
            "entry": _read(runtime, "SELECT id FROM ledger WHERE counter_day_id = %s", day.id),
            "credit": credit,
            "import": file.id,
            "outage": outage.id,
        },
        (number, name, f"Sender {pin}", f"Postman {pin}", f"file-{pin}.csv"),
    )


def _conversation(runtime: Runtime, phone: str) -> int:
    return _read(runtime, "SELECT min(id) FROM conversations WHERE whose = %s", phone)


def _read(runtime: Runtime, sql: str, *values: object) -> int:
    with runtime.database.transaction() as conn:
        return _one(conn, sql, *values)


def _one(conn: Conn, sql: str, *values: object) -> int:
    row = conn.execute(sql.encode(), list(values)).fetchone()
    assert row is not None
    return int(row[0])
