"""A fresh day of the demo: what is under way ends, and every household gets a new article.

Nothing is deleted: articles come back from the postman and are recalled, as an office and a sender
do it, and new ones are booked and sent out. The page shows what came since (`began`); the desk and
the office show all of it. Where the office has closed a list, a relief postman takes the round.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from conversation.announce import announce
from conversation.turn import take_turn
from flows.happenings import Recalled, TakenIn, WentOut
from india.calendar import day_of
from outbox.wake import wake
from postal import articles
from postal.closed_days import HOLDS
from postal.lists import DayClosed, DeliveryList, make_list
from postal.people import people
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn
from store.refusals import Conflict
from web.phones import demo

_BEGAN: Final = "demo:began"  # only a filter of the page: lost with Redis, all is shown again
_SETTLES: Final = timedelta(seconds=30)
_MOST_RELIEFS: Final = 99


class JustBegun(Conflict):
    """A double click, or two visitors: one fresh day is enough."""

    sentence = "a fresh day has just begun: wait half a minute"


def begin(runtime: Runtime) -> None:
    """Begin the demo's day afresh. Raise `JustBegun` within 30 s of the last beginning.

    Raises RuntimeError in production.
    """
    if runtime.settings.production:
        raise RuntimeError("there is no demo in production")
    if not runtime.redis.set("demo:beginning", "", nx=True, ex=int(_SETTLES.total_seconds())):
        raise JustBegun
    demo.load(runtime)
    for key in demo.households():
        runtime.database.run(partial(end, runtime, key))
    runtime.redis.set(_BEGAN, runtime.now().isoformat())
    for postman in demo.postmen():
        runtime.database.run(partial(_go_out, runtime, postman.staff_id))
    wake(runtime.redis)


def began(runtime: Runtime) -> datetime | None:
    """Return when the demo's day began afresh; None: it never did."""
    found = runtime.redis.get(_BEGAN)
    return datetime.fromisoformat(found.decode()) if isinstance(found, bytes) else None


def end(runtime: Runtime, key: str, conn: Conn) -> None:
    """End the household's unfinished articles: back from the postman, and recalled."""
    while (number := demo.unfinished(conn, key)) is not None:
        if articles.get(conn, number).state == "out_for_delivery":
            place = ConversationPlace(number, "article")
            take_turn(runtime, conn, place, TakenIn(number, "demo"))
        articles.recall(conn, number, runtime.now())
        announce(runtime, conn, [Recalled(number)])


def send_out(runtime: Runtime, conn: Conn, staff_id: str, numbers: list[str]) -> DeliveryList:
    """Put articles on today's list of a postman, of his relief where that is closed; tell all."""
    now = runtime.now()
    for carrier in _carriers(conn, staff_id, now):
        try:
            with conn.transaction():
                made = make_list(conn, carrier, day_of(now), numbers, now)
        except DayClosed:
            continue
        announce(runtime, conn, [WentOut(number) for number in numbers])
        return made
    raise AssertionError("unreachable")


def _go_out(runtime: Runtime, staff_id: str, conn: Conn) -> None:
    homes = [key for key, home in demo.households().items() if home.postman == staff_id]
    numbers = [demo.book(runtime, conn, key) for key in homes if key != demo.STORY]
    send_out(runtime, conn, staff_id, numbers)


def _carriers(conn: Conn, staff_id: str, now: datetime) -> Iterator[str]:
    """Yield the postman, then his reliefs, who are added as they are needed."""
    yield staff_id
    him = next(each for each in demo.postmen() if each.staff_id == staff_id)
    for turn in itertools.islice(itertools.count(1), _MOST_RELIEFS):
        relief = f"{staff_id}-{turn}"
        if not conn.execute("SELECT FROM staff WHERE staff_id = %s", (relief,)).fetchone():
            phone = f"+919839{int(staff_id) % 1000:03}{turn:03}"
            pin = _open_office(conn, him.office_pin, now)
            people.add_postman(conn, relief, f"{him.name}, relief {turn}", phone, pin, him.pin)
        yield relief


def _open_office(conn: Conn, own: str, now: datetime) -> str:
    """Return the PIN of offices whose day is not closed: his own, or another of the demo."""
    found = conn.execute(
        "SELECT o.pin FROM offices o WHERE o.branch_type <> 'branch' AND NOT EXISTS"  # noqa: S608
        " (SELECT FROM office_closings z JOIN offices same ON same.id = z.office_id"
        f" WHERE same.pin = o.pin AND z.day = %s AND {HOLDS})"
        " ORDER BY o.pin <> %s, o.pin LIMIT 1",
        (day_of(now), own),
    ).fetchone()
    assert found is not None
    return str(found[0])
