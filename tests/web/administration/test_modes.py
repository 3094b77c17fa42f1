"""An office's mode of OTP delivery is changed by two, and counts for what goes out afterwards."""

from __future__ import annotations

import threading
from html import unescape

from flask import Flask

from india.calendar import day_of
from postal import articles, lists, modes
from postal.people.doer import Doer, Operator
from runtime import Runtime
from store.database import Conn
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.requests import sign
from tests.rigs.transcript import Player

FIRST, SECOND = "EU123456785IN", "EU473124829IN"
WHY = {"note": "training until Monday"}


def one(runtime: Runtime, query: str) -> object:
    with runtime.database.transaction() as conn:
        row = conn.execute(query.encode()).fetchone()
    return row[0] if row else None


def page(runtime: Runtime) -> str:
    office = one(runtime, "SELECT id FROM offices WHERE pin = '273303' ORDER BY id LIMIT 1")
    return f"/administration/offices/{office}"


def state(runtime: Runtime, number: str) -> str:
    with runtime.database.transaction() as conn:
        return articles.get(conn, number).state


def waiting(runtime: Runtime) -> int:
    return int(str(one(runtime, "SELECT max(id) FROM requests WHERE state = 'waiting'")))


def test_two_change_it_and_what_is_out_keeps_its_own(
    admin: Colleague, postmaster: Colleague, app: Flask, runtime: Runtime, player: Player
) -> None:
    player.step("postman 1001 +919839000001")
    for number in (FIRST, SECOND):
        player.step(f"article {number} to +919876500001 en from +919811100001")
    player.step(f"list 1001: {FIRST}")
    office = page(runtime)
    assert admin.post(f"{office}/mode", mode="off", note="x").status_code == 302
    assert admin.post(f"{office}/mode", mode="never", **WHY).status_code == 302
    assert one(runtime, "SELECT count(*) FROM requests") == 0
    admin.post(f"{office}/mode", mode="off", **WHY)
    admin.post(f"{office}/mode", mode="off", **WHY)  # one waits already: nothing is asked twice
    assert one(runtime, "SELECT count(*) FROM requests") == 1
    assert one(runtime, "SELECT mode FROM offices WHERE pin = '273303'") == "on"
    assert admin.post(f"/desk/requests/{waiting(runtime)}/sign", place="second").status_code == 403
    supervisor = sign_in(app, runtime, "supervisor", "s1")
    assert postmaster.post(f"{office}/mode", mode="off", **WHY).status_code == 403
    assert "signatures, no codes" in unescape(
        supervisor.get(f"/desk/requests/{waiting(runtime)}").text
    )
    assert "Agreed, and done." in sign(postmaster, waiting(runtime))
    assert one(runtime, "SELECT mode FROM offices WHERE pin = '273303'") == "off"

    player.step(f"list 1001: {SECOND}")
    shown = unescape(admin.get(office).text)
    for says in ("on: 1 article", "off: 1 article", "asked by admin, agreed by master"):
        assert says in shown
    assert "off" in unescape(admin.get("/administration/offices").text)
    told = one(runtime, "SELECT data->>'to' FROM events WHERE kind = 'mode_changed'")
    assert told == "off"
    logged = one(
        runtime, "SELECT string_agg(reason, '; ' ORDER BY id) FROM access_log WHERE what = 'acted'"
    )
    assert "change_mode asked, other: training until Monday" in str(logged)
    assert "change_mode agreed, asked by admin" in str(logged)
    # The first needs its code still, the second a signature.
    player.step("+919839000001 > 1 10")
    assert state(runtime, FIRST) == "out_for_delivery"
    player.step("+919839000001 > 2 10")
    assert state(runtime, SECOND) == "delivered"


def test_a_change_meets_a_list_that_goes_out_before_or_after_it(
    runtime: Runtime, player: Player
) -> None:
    """The change waits for the list that is going out, which keeps the mode that it had read."""
    player.step("postman 1001 +919839000001")
    player.step(f"article {FIRST} to +919876500001 en from +919811100001")
    now = runtime.now()
    today = day_of(now)
    office = int(str(one(runtime, "SELECT id FROM offices WHERE pin = '273303' LIMIT 1")))
    changed = threading.Event()

    def change() -> None:
        def work(conn: Conn) -> None:
            modes.change(
                conn, office, "off", Doer(Operator("test"), None, None, "two", now), "master"
            )

        runtime.database.run(work)
        changed.set()

    thread = threading.Thread(target=change)
    with runtime.database.transaction() as conn:
        lists.make_list(conn, "1001", today, [FIRST], now)
        thread.start()
        # It is held up by the list's lock, not by chance: the database says so.
        while not one(
            runtime,
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND query LIKE 'SELECT pin, name, mode FROM offices%'",
        ):
            assert not changed.is_set(), "the change overtook the list"
    thread.join(timeout=30)
    assert changed.is_set()
    assert one(runtime, "SELECT mode FROM delivery_items") == "on"
    assert one(runtime, "SELECT mode FROM offices WHERE pin = '273303'") == "off"
