"""What the desk may do: decided by the machines, told to the people, written down with a reason."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player

RECIPIENT, SENDER, POSTMAN = "+919876500001", "+919811100001", "+919839000001"
OTHER, OFFICE = "+919876500002", "+915512340000"
ARTICLE = "EU123456785IN"


@pytest.fixture
def books(player: Player) -> Player:
    player.step(f"office {OFFICE}")
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} en from {SENDER}")
    return player


@pytest.fixture
def master(books: Player, app: Flask, runtime: Runtime) -> Colleague:
    return sign_in(app, runtime, "postmaster", "pm")


def link(colleague: Colleague, query: str, kind: str) -> str:
    found = colleague.post("/desk/find", query=query).text
    match = re.search(rf'href="(/desk/{kind}/\d+)"', found)
    assert match, query
    return match[1]


def act(colleague: Colleague, query: str, action: str, **form: str) -> str:
    """Does it, and gives what the page says of it."""
    kind = "articles" if query == ARTICLE else "conversations"
    page = link(colleague, query, kind)
    answer = colleague.post(f"{page}/{action}", **{"reason": "person_asked", **form})
    assert answer.status_code == 302, answer.text
    said = re.search(r'<p class="told [^"]*"[^>]*>(.*?)</p>', colleague.get(page).text)
    assert said
    return said[1]


def texts(player: Player, phone: str) -> list[str]:
    return [line[len(phone) + 3 :] for line in player.drain() if line.startswith(phone)]


def test_a_code_is_sent_again_and_nobody_at_the_desk_sees_it(
    master: Colleague, books: Player
) -> None:
    books.step(f"list 1001: {ARTICLE}")
    books.step(f"{POSTMAN} > 1")
    first = books.codes[RECIPIENT][-1]
    said = act(master, ARTICLE, "send-code")
    assert said.startswith("Done. Texts that went out: code")
    books.drain()
    assert books.codes[RECIPIENT][-1] == first
    assert len(books.codes[RECIPIENT]) == 2
    pages = [
        master.get(link(master, query, kind)).text
        for query, kind in ((ARTICLE, "articles"), (RECIPIENT, "conversations"))
    ]
    assert not any(first in page for page in pages)
    books.step(f"{POSTMAN} > 1 {first}")
    books.step(f"{ARTICLE} is delivered")


def test_no_code_goes_out_before_its_day(master: Colleague, books: Player) -> None:
    assert "code_not_yet" in act(master, ARTICLE, "send-code")


def test_a_killed_code_is_worth_nothing(master: Colleague, books: Player) -> None:
    books.step(f"list 1001: {ARTICLE}")
    books.step(f"{POSTMAN} > 1")
    code = books.codes[RECIPIENT][-1]
    said = act(master, ARTICLE, "stop-code", reason="suspected_fraud")
    assert "code_stopped, code_stopped_postman" in said
    lines = books.drain()
    assert any("The old code of post 6785 is cancelled" in line for line in lines)
    assert any(line.startswith(POSTMAN) for line in lines)
    books.step(f"{POSTMAN} > 1 {code}")
    books.step(f"{ARTICLE} is out_for_delivery")
    assert act(master, ARTICLE, "stop-code").startswith("That cannot be done")


def test_the_code_goes_where_it_is_moved_once_that_telephone_agrees(
    master: Colleague, books: Player
) -> None:
    books.step(f"list 1001: {ARTICLE}")
    assert "nominee" in act(master, ARTICLE, "move-destination", phone="98765 00002")
    books.step(f"{OTHER} > 1")
    books.step("wait 11 min")
    books.step(f"{POSTMAN} > 1")
    assert books.codes[OTHER]
    assert RECIPIENT not in books.codes
    for wrong, why in (("12", "no telephone number"), (POSTMAN, "belongs to the staff")):
        assert why in act(master, ARTICLE, "move-destination", phone=wrong)


def test_a_number_is_corrected_only_while_it_is_not_out(master: Colleague, books: Player) -> None:
    said = act(master, ARTICLE, "correct-number", phone=OTHER)
    assert "move_done, moved_here, sender_relinked" in said  # all three are told
    assert any(ARTICLE in text for text in texts(books, OTHER))
    books.step(f"list 1001: {ARTICLE}")
    assert act(master, ARTICLE, "correct-number", phone=RECIPIENT).startswith("That cannot")


def test_a_remark_is_struck_out_and_counts_no_more(master: Colleague, books: Player) -> None:
    books.step(f"list 1001: {ARTICLE}")
    assert act(master, ARTICLE, "contest-remark").startswith("That cannot")
    books.step(f"{POSTMAN} > 1 11")
    assert "remark_contested" in act(master, ARTICLE, "contest-remark", reason="checked_at_office")
    page = master.get(link(master, ARTICLE, "articles")).text
    assert "door attempts that count: 0" in page
    assert act(master, ARTICLE, "contest-remark").startswith("That cannot")
    assert "remark_confirmed" in act(master, ARTICLE, "confirm-remark")


def test_what_lies_at_the_office_is_brought_once_more(
    master: Colleague, books: Player, clock: Clock
) -> None:
    assert act(master, ARTICLE, "reopen").startswith("That cannot")
    books.step(f"list 1001: {ARTICLE}")
    books.step(f"{POSTMAN} > 1 17")
    code = books.codes[RECIPIENT][-1]
    books.step(f"{POSTMAN} > 1 {code}")
    said = act(master, ARTICLE, "reopen")
    assert "reopened, sender_reopened" in said
    books.step("wait 1 d")
    books.step(f"{ARTICLE} is out_for_delivery")


def test_a_delivered_one_that_never_came_is_reopened(master: Colleague, books: Player) -> None:
    books.step(f"list 1001: {ARTICLE}")
    books.step(f"{POSTMAN} > 1")
    books.step(f"{POSTMAN} > 1 {books.codes[RECIPIENT][-1]}")
    assert act(master, ARTICLE, "reopen").startswith("That cannot")
    books.step(f"{RECIPIENT} > 2")
    assert act(master, ARTICLE, "reopen").startswith("Done")
    books.step(f"{ARTICLE} is attempted")


def test_everybody_around_is_warned_once_a_day(master: Colleague, books: Player) -> None:
    books.step(f"list 1001: {ARTICLE}")
    assert act(master, ARTICLE, "warn-herd").startswith("Done")
    assert any("Beware" in text for text in texts(books, RECIPIENT))
    assert act(master, ARTICLE, "warn-herd").startswith("That cannot")


def test_the_language_of_recipients_and_postmen(master: Colleague, books: Player) -> None:
    assert "language_set" in act(master, RECIPIENT, "language", language="hi")
    assert "हिंदी" in texts(books, RECIPIENT)[0]
    books.step(f"list 1001: {ARTICLE}")
    assert "staff_language_set" in act(master, POSTMAN, "language", language="en")
    assert "Choose a language" in act(master, RECIPIENT, "language", language="fr")


def test_a_lost_telephone_is_blocked_and_the_office_is_told(
    master: Colleague, books: Player
) -> None:
    books.step(f"list 1001: {ARTICLE}")
    assert "no postman" in act(master, RECIPIENT, "block-phone", reason="lost_phone")
    assert act(master, POSTMAN, "block-phone", reason="lost_phone").startswith("Done")
    assert any("1001" in text for text in texts(books, OFFICE))
    assert not any(line.startswith(RECIPIENT) for line in books.step(f"{POSTMAN} > 1"))


def test_a_pin_is_typed_by_its_owner_and_he_is_told(master: Colleague, books: Player) -> None:
    books.step(f"list 1001: {ARTICLE}")
    differ = act(master, POSTMAN, "reset-pin", pin="9753", again="9754")
    assert "differ" in differ
    assert "4 to 6" in act(master, POSTMAN, "reset-pin", pin="x", again="x")
    assert "pin_changed" in act(master, POSTMAN, "reset-pin", pin="97531", again="97531")
    assert len(texts(books, POSTMAN)) == 1


def test_without_a_reason_nothing_happens(master: Colleague, books: Player) -> None:
    books.step(f"list 1001: {ARTICLE}")
    books.step(f"{POSTMAN} > 1")
    assert "Choose a reason" in act(master, ARTICLE, "stop-code", reason="")
    books.step(f"{POSTMAN} > 1 {books.codes[RECIPIENT][-1]}")
    books.step(f"{ARTICLE} is delivered")


def test_every_action_stands_in_feed_and_access_log(
    master: Colleague, books: Player, app: Flask, runtime: Runtime
) -> None:
    books.step(f"list 1001: {ARTICLE}")
    act(master, ARTICLE, "warn-herd", reason="suspected_fraud", note="three calls from one number")
    with runtime.database.transaction() as conn:
        events = conn.execute("SELECT data FROM events WHERE kind = 'desk_acted'").fetchall()
    assert events == [({"action": "warn_herd", "reason": "suspected_fraud", "by": "pm"},)]
    log = sign_in(app, runtime, "administrator").get("/desk/access-log").text
    assert "warn_herd, suspected_fraud: three calls from one number" in log


# ---- the window --------------------------------------------------------------------------------


@pytest.fixture
def waiting(books: Player) -> Player:
    books.step(f"list 1001: {ARTICLE}")
    books.step(f"{POSTMAN} > 1 11")
    books.step(f"{RECIPIENT} > 44")
    return books


ASK = {"article": ARTICLE, "document": "voter", "last4": "ab12", "reason": "phone is broken"}


def told(colleague: Colleague) -> str:
    found = re.search(r'class="told [^"]*"[^>]*>(.*?)</p>', colleague.get("/desk/window").text)
    return found[1] if found else ""


def test_handing_out_without_a_code_takes_two(
    master: Colleague, waiting: Player, app: Flask, runtime: Runtime
) -> None:
    clerk = sign_in(app, runtime, "clerk", "c1")
    clerk.post("/desk/window", **ASK)
    assert told(clerk).startswith("Asked.")
    clerk.post("/desk/window", **ASK)
    assert "already" in told(clerk)
    assert clerk.post("/desk/window/1/agree").status_code == 403
    waiting.step(f"{ARTICLE} is at_office")
    page = master.get("/desk/window").text
    assert "••••AB12" in page
    master.post("/desk/window/1/agree")
    assert told(master).startswith("Handed out")
    waiting.step(f"{ARTICLE} is delivered")
    assert master.post("/desk/window/1/agree").status_code == 404


def test_cod_at_the_window_is_chosen_by_whoever_agrees(
    master: Colleague, waiting: Player, app: Flask, runtime: Runtime
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET cod_amount = 450 WHERE number = %s", [ARTICLE])
    sign_in(app, runtime, "clerk", "c1").post("/desk/window", **ASK)
    assert "COD ₹450 was paid" in master.get("/desk/window").text
    master.post("/desk/window/1/agree")
    assert told(master).startswith("Not handed out: choose how")
    waiting.step(f"{ARTICLE} is at_office")
    master.post("/desk/window/1/agree", payment="upi")
    waiting.step(f"{ARTICLE} is delivered")
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT l.kind, l.method, l.paise, s.staff_id FROM ledger l"
            " JOIN staff s ON s.id = l.staff_id"
        ).fetchone()
    assert row == ("cod", "upi", 45_000, "c1")


def test_whoever_asked_cannot_agree_and_the_other_may_decline(
    master: Colleague, waiting: Player, app: Flask, runtime: Runtime
) -> None:
    master.post("/desk/window", **ASK)
    told(master)
    master.post("/desk/window/1/agree")
    assert "cannot agree" in told(master)
    other = sign_in(app, runtime, "supervisor", "s1")
    other.post("/desk/window/1/decline")
    assert told(other).startswith("Not handed out")
    waiting.step(f"{ARTICLE} is at_office")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"article": "EU1"}, "No such article"),
        ({"document": "library"}, "Choose the document"),
        ({"last4": "1"}, "Choose the document"),
        ({"reason": "x"}, "Choose a reason"),
    ],
)
def test_what_is_missing_is_said(
    master: Colleague, waiting: Player, wrong: dict[str, str], why: str
) -> None:
    master.post("/desk/window", **{**ASK, **wrong})
    assert why in told(master)


def test_only_what_waits_at_the_office(master: Colleague, books: Player) -> None:
    master.post("/desk/window", **ASK)
    assert "does not wait at the office" in told(master)
