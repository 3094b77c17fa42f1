"""Signatures at the same moment: whatever comes together, one thing is done, and once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest

from conversation import requests
from flows.facts import Proof
from postal.people import accounts
from postal.people.doer import Doer, Staff
from postal.requests.register import Why
from postal.requests.wish import Wish
from runtime import Runtime
from store.database import Conn
from store.refusals import Refusal
from tests.rigs.desk import add
from tests.rigs.requests import state
from tests.rigs.transcript import Player

ARTICLE, RECIPIENT, POSTMAN = "EU123456785IN", "+919876500001", "+919839000001"
TURNS = 8


def doer(runtime: Runtime, staff_row: int) -> Doer:
    with runtime.database.transaction() as conn:
        account = accounts.get(conn, staff_row)
    assert account is not None
    who = Staff(account.id, account.staff_id)
    return Doer(who, account.office_id, account.role, "fresh", runtime.now())


@pytest.fixture
def at_office(player: Player) -> Player:
    for line in (
        f"postman 1001 {POSTMAN}",
        f"article {ARTICLE} to {RECIPIENT} en cod 450",
        f"list 1001: {ARTICLE}",
        f"{POSTMAN} > 1 11",
        f"{RECIPIENT} > 44",
    ):
        player.step(line)
    return player


@pytest.fixture
def asked(at_office: Player, runtime: Runtime) -> Callable[[], int]:
    """Ask that the article is handed out on a document; with COD, which is in the books once."""
    clerk = doer(runtime, add(runtime, "clerk", "clerk"))
    wish = Wish("document", 1, document="voter", last4="AB12", payment="cash")

    def ask() -> int:
        return runtime.database.run(
            lambda conn: requests.ask(runtime, conn, wish, Why("other", "phone is lost"), clerk)
        ).id

    return ask


def at_once(runtime: Runtime, *works: Callable[[Conn], str]) -> list[str]:
    """Do all of `works` at the same moment, each in a transaction; what each says or refuses."""
    barrier = Barrier(len(works))

    def run(work: Callable[[Conn], str]) -> str:
        barrier.wait()
        try:
            return runtime.database.run(work)
        except Refusal as refusal:
            return refusal.word

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def agree(runtime: Runtime, id_: int, by: Doer, conn: Conn) -> str:
    return requests.sign(runtime, conn, id_, by, "second").outcome


def withdraw(id_: int, by: Doer, conn: Conn) -> str:
    return requests.withdraw(conn, id_, by).what


def ledger(runtime: Runtime) -> list[tuple[object, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute("SELECT kind, paise FROM ledger").fetchall()


def test_of_two_who_agree_at_once_one_hands_it_out(
    asked: Callable[[], int], runtime: Runtime
) -> None:
    id_ = asked()
    seconds = [doer(runtime, add(runtime, f"pm-{n}", "postmaster")) for n in range(4)]
    said = at_once(
        runtime,
        *(partial(agree, runtime, id_, by) for by in seconds),
    )
    assert sorted(said) == ["agreed", *["request_is_agreed"] * 3]
    assert ledger(runtime) == [("cod", 45_000)]


def test_withdrawn_or_agreed_and_never_both(asked: Callable[[], int], runtime: Runtime) -> None:
    second = doer(runtime, add(runtime, "pm", "postmaster"))
    outcomes = set()
    for _ in range(TURNS):
        id_ = asked()
        clerk = replace(second, who=Staff(signed_by(runtime, id_), "clerk"), role="clerk")
        said = at_once(
            runtime,
            partial(agree, runtime, id_, second),
            partial(withdraw, id_, clerk),
        )
        now = state(runtime, id_)
        outcomes.add(now)
        assert (
            said
            == {
                "agreed": ["agreed", "request_is_agreed"],
                "withdrawn": ["request_is_withdrawn", "document"],
            }[now]
        )
        assert ledger(runtime) == ([("cod", 45_000)] if now == "agreed" else [])
        if now == "agreed":
            break
    assert outcomes


def test_of_two_who_ask_the_same_at_once_one_has_asked(
    asked: Callable[[], int], runtime: Runtime
) -> None:
    said = at_once(runtime, *(lambda conn: ask_in(runtime, conn) for _ in range(3)))
    assert sorted(said) == ["asked", *["request_asked_already"] * 2]


def ask_in(runtime: Runtime, conn: Conn) -> str:
    row = conn.execute("SELECT id FROM staff WHERE staff_id = 'clerk'").fetchone()
    assert row is not None
    by = doer(runtime, row[0])
    wish = Wish("document", 1, document="voter", last4="AB12", payment="cash")
    requests.ask(runtime, conn, wish, Why("other", "phone is lost"), by)
    return "asked"


def signed_by(runtime: Runtime, id_: int) -> int:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT signed_by FROM requests WHERE id = %s", [id_]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("proof", ["call", "text", "quoted", "pin", None])
def test_nothing_weaker_than_a_fresh_factor_signs(
    asked: Callable[[], int], runtime: Runtime, proof: Proof | None
) -> None:
    id_ = asked()
    by = replace(doer(runtime, add(runtime, "pm", "postmaster")), proof=proof)
    said = at_once(runtime, partial(agree, runtime, id_, by))
    assert said == ["request_not_fresh"]
    assert state(runtime, id_) == "waiting"
