"""What the desk may do: decided by the machines, told to the people, written down with a reason."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from postal import herd
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, number, sign_in
from tests.rigs.requests import ask, at, both, sign, told
from tests.rigs.transcript import Player
from web.desk import conversations

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
def second(books: Player, app: Flask, runtime: Runtime) -> Colleague:
    """The second person: district-wide."""
    return sign_in(app, runtime, "supervisor", "second")


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
    assert answer.headers["Location"].endswith("#result"), answer.headers["Location"]
    return told(colleague, page)


def agreed(colleague: Colleague, second: Colleague, query: str, action: str, **form: str) -> str:
    """Ask for what takes two, and let the second one agree; what that one is told."""
    return both(colleague, second, where(colleague, query, action), **{"reason": "other", **form})


def where(colleague: Colleague, query: str, action: str) -> str:
    kind = "articles" if query == ARTICLE else "conversations"
    return f"{link(colleague, query, kind)}/{action}"


def texts(player: Player, phone: str) -> list[str]:
    return [line[len(phone) + 3 :] for line in player.drain() if line.startswith(phone)]


def test_a_code_is_sent_again_and_nobody_at_the_desk_sees_it(
    master: Colleague, books: Player
) -> None:
    books.step(f"list 1001: {ARTICLE}")
    books.step(f"{POSTMAN} > 1")
    first = books.codes[RECIPIENT][-1]
    said = act(master, ARTICLE, "send-code")
    assert said.startswith("A code goes out. addressee +91••••••0001 Code ••••••")
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
    said = act(master, ARTICLE, "send-code")
    assert said.startswith("No code was sent: the article is booked and has not gone out")
    assert "addressee +91••••••0001 Post ending 6785 is not out yet." in said


def test_a_killed_code_is_worth_nothing(master: Colleague, books: Player) -> None:
    books.step(f"list 1001: {ARTICLE}")
    books.step(f"{POSTMAN} > 1")
    code = books.codes[RECIPIENT][-1]
    said = act(master, ARTICLE, "stop-code", reason="suspected_fraud")
    assert "addressee +91••••••0001 The old code of post 6785 is cancelled." in said
    assert "postman +91••••••0001 1, आखिरी अंक 6785: कोड बंद।" in said
    lines = books.drain()
    assert any("The old code of post 6785 is cancelled" in line for line in lines)
    assert any(line.startswith(POSTMAN) for line in lines)
    books.step(f"{POSTMAN} > 1 {code}")
    books.step(f"{ARTICLE} is out_for_delivery")
    assert "nothing was changed: its last code is cancelled already" in act(
        master, ARTICLE, "stop-code"
    )


def test_the_code_goes_where_it_is_moved_once_that_telephone_agrees(
    master: Colleague, second: Colleague, books: Player, runtime: Runtime
) -> None:
    books.step(f"list 1001: {ARTICLE}")
    said = agreed(master, second, ARTICLE, "move-destination", phone="98765 00002")
    assert "The other phone is asked about 6785." in said
    books.drain()
    books.step(f"{OTHER} > 1")
    books.step("wait 11 min")
    books.step(f"{POSTMAN} > 1")
    assert books.codes[OTHER]
    assert RECIPIENT not in books.codes
    fresh = {"second_factor": number(runtime, master.staff_row)}  # the last one is 11 minutes old
    assert "no telephone number" in act(master, ARTICLE, "move-destination", phone="12", **fresh)
    assert "belongs to the staff" in act(master, ARTICLE, "move-destination", phone=POSTMAN)
    assert "that telephone already" in act(master, ARTICLE, "move-destination", phone=RECIPIENT)


def test_a_number_is_corrected_only_while_it_is_not_out_and_both_telephones_are_told(
    master: Colleague, second: Colleague, books: Player
) -> None:
    assert "that telephone already" in act(master, ARTICLE, "correct-number", phone=RECIPIENT)
    assert books.drain() == []
    said = agreed(master, second, ARTICLE, "correct-number", phone=OTHER)
    assert "The code of post 6785 goes to another phone now." in said
    assert f"डाक {ARTICLE} आपको आएगी।" in said
    assert f"sender +91••••••0001 {ARTICLE} का फोन नंबर ठीक कर दिया।" in said
    lines = books.drain()
    assert any(line.startswith(OTHER) and ARTICLE in line for line in lines)
    assert any(
        line.startswith(f"{RECIPIENT} < The code of post 6785 goes to another") for line in lines
    )
    books.step(f"list 1001: {ARTICLE}")
    said = act(master, ARTICLE, "correct-number", phone=RECIPIENT)
    assert "the article is out with the postman" in said


def test_a_remark_is_struck_out_and_counts_no_more(master: Colleague, books: Player) -> None:
    books.step(f"list 1001: {ARTICLE}")
    assert "the article is out with the postman" in act(master, ARTICLE, "contest-remark")
    books.step(f"{POSTMAN} > 1 11")
    said = act(master, ARTICLE, "contest-remark", reason="checked_at_office")
    assert "Noted: the postman did not come with 6785." in said
    page = master.get(link(master, ARTICLE, "articles")).text
    assert "door attempts that count: 0" in page
    assert "struck out already" in act(master, ARTICLE, "contest-remark")
    assert "The remark is confirmed." in act(master, ARTICLE, "confirm-remark")


def test_what_lies_at_the_office_is_brought_once_more(
    master: Colleague, second: Colleague, books: Player, clock: Clock
) -> None:
    assert "has not gone out for delivery" in act(master, ARTICLE, "reopen")
    books.step(f"list 1001: {ARTICLE}")
    books.step(f"{POSTMAN} > 1 17")
    code = books.codes[RECIPIENT][-1]
    books.step(f"{POSTMAN} > 1 {code}")
    said = agreed(master, second, ARTICLE, "reopen")
    assert "Post 6785 will be brought to you again" in said
    assert f"{ARTICLE} पाने वाले के पास फिर ले जाएंगे।" in said
    books.step("wait 1 d")
    books.step(f"{ARTICLE} is out_for_delivery")


def test_a_delivered_one_that_never_came_is_reopened(
    master: Colleague, second: Colleague, books: Player
) -> None:
    books.step(f"list 1001: {ARTICLE}")
    books.step(f"{POSTMAN} > 1")
    books.step(f"{POSTMAN} > 1 {books.codes[RECIPIENT][-1]}")
    assert "nobody said that it did not arrive" in act(master, ARTICLE, "reopen")
    books.step(f"{RECIPIENT} > 2")
    assert "Agreed, and done." in agreed(master, second, ARTICLE, "reopen")
    books.step(f"{ARTICLE} is attempted")


def test_everybody_around_is_warned_once_a_day(master: Colleague, books: Player) -> None:
    books.step(f"list 1001: {ARTICLE}")
    assert act(master, ARTICLE, "warn-herd").startswith("The warning goes out")
    assert any("Beware" in text for text in texts(books, RECIPIENT))
    assert act(master, ARTICLE, "warn-herd").startswith(
        "Not done, nothing was changed: everybody around was warned today."
    )


def test_many_are_warned_by_a_supervisor_who_saw_how_many_and_the_text(
    master: Colleague, second: Colleague, books: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (herd, conversations):
        monkeypatch.setattr(module, "MOST_WARNED", 0)
    books.step(f"list 1001: {ARTICLE}")
    page = link(second, ARTICLE, "articles")
    assert "It would reach 1 telephone," in second.get(page).text
    assert "Beware: today someone near you" in second.get(page).text
    assert act(master, ARTICLE, "warn-herd").startswith("It would reach 1 telephones: more than")
    assert master.post(f"{page}/warn-many", reason="other", seen="1").status_code == 403
    for seen in ("0", ""):
        assert "Nothing was sent" in act(second, ARTICLE, "warn-many", seen=seen)
    assert second.post(f"{page}/warn-many", reason="other", seen="x").status_code == 422
    assert texts(books, RECIPIENT) == []
    assert act(second, ARTICLE, "warn-many", seen="1").startswith("The warning goes out")
    assert any("Beware" in text for text in texts(books, RECIPIENT))


def test_the_language_of_recipients_and_postmen(master: Colleague, books: Player) -> None:
    assert "अब से मैसेज हिंदी में आएंगे" in act(master, RECIPIENT, "language", language="hi")
    assert "हिंदी" in texts(books, RECIPIENT)[0]
    books.step(f"list 1001: {ARTICLE}")
    assert "From now on messages come in English." in act(
        master, POSTMAN, "language", language="en"
    )
    assert "Choose a language" in act(master, RECIPIENT, "language", language="fr")


def test_a_lost_telephone_is_blocked_and_the_office_is_told(
    master: Colleague, books: Player
) -> None:
    books.step(f"list 1001: {ARTICLE}")
    assert "no postman" in act(master, RECIPIENT, "block-phone", reason="lost_phone")
    said = act(master, POSTMAN, "block-phone", reason="lost_phone")
    assert said.startswith("The telephone is blocked.")
    assert "खोया फोन बंद कर दिया" in said
    assert any("1001" in text for text in texts(books, OFFICE))
    assert not any(line.startswith(RECIPIENT) for line in books.step(f"{POSTMAN} > 1"))


def test_a_pin_is_typed_by_its_owner_and_he_is_told(
    master: Colleague, second: Colleague, books: Player, runtime: Runtime
) -> None:
    books.step(f"list 1001: {ARTICLE}")
    differ = act(master, POSTMAN, "reset-pin", pin="9753", again="9754")
    assert "differ" in differ
    assert "4 to 6" in act(master, POSTMAN, "reset-pin", pin="x", again="x")
    before = pin_hash(runtime)
    said = agreed(master, second, POSTMAN, "reset-pin", pin="97531", again="97531")
    assert "आपका पिन डाकघर में बदला गया।" in said
    assert pin_hash(runtime) != before
    with runtime.database.transaction() as conn:
        kept = conn.execute("SELECT r::text FROM requests r").fetchall()
    assert "97531" not in str(kept)
    assert "argon2" not in str(kept)  # nothing of it stays once it is decided
    assert len(texts(books, POSTMAN)) == 1


def pin_hash(runtime: Runtime) -> str:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT pin_hash FROM staff WHERE staff_id = '1001'").fetchone()
    assert row is not None
    return str(row[0])


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


def test_handing_out_without_a_code_takes_two(
    master: Colleague, waiting: Player, app: Flask, runtime: Runtime
) -> None:
    clerk = sign_in(app, runtime, "clerk", "c1")
    id_ = ask(clerk, "/desk/window", **ASK)
    assert told(clerk, at(id_)).startswith("Asked.")
    clerk.post("/desk/window", **ASK)
    assert "already" in told(clerk, "/desk/window")
    assert "cannot agree" in sign(clerk, id_)
    waiting.step(f"{ARTICLE} is at_office")
    assert "••••AB12" in master.get(at(id_)).text
    assert sign(master, id_).startswith("Agreed, and done.")
    waiting.step(f"{ARTICLE} is delivered")
    assert "agreed to already" in sign(master, id_)


def test_cod_at_the_window_is_named_by_whoever_asks(
    master: Colleague, waiting: Player, app: Flask, runtime: Runtime
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET cod_amount = 450 WHERE number = %s", [ARTICLE])
    clerk = sign_in(app, runtime, "clerk", "c1")
    clerk.post("/desk/window", **ASK)
    assert told(clerk, "/desk/window").startswith("Not handed out: choose how")
    id_ = ask(clerk, "/desk/window", **ASK, payment="upi")
    assert "COD ₹450 was paid by UPI" in master.get(at(id_)).text
    sign(master, id_)
    waiting.step(f"{ARTICLE} is delivered")
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT l.kind, l.method, l.paise, s.staff_id FROM ledger l"
            " JOIN staff s ON s.id = l.staff_id"
        ).fetchone()
    assert row == ("cod", "upi", 45_000, "c1")


def test_the_other_may_refuse_and_says_why(
    master: Colleague, second: Colleague, waiting: Player
) -> None:
    id_ = ask(master, "/desk/window", **ASK)
    assert told(master, at(id_)).startswith("Asked.")
    second.post(at(id_, "refuse"), answer="no")
    assert "five letters" in told(second, at(id_))
    second.post(at(id_, "refuse"), answer="the photograph is of somebody else")
    assert told(second, at(id_)).startswith("Refused.")
    assert "Refused: Hand out on a document" in told(master, "/desk")
    assert "of somebody else" in master.get(at(id_)).text
    assert told(master, "/desk") == ""  # he has seen it
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
    assert why in told(master, "/desk/window")


def test_only_what_waits_at_the_office(master: Colleague, books: Player) -> None:
    master.post("/desk/window", **ASK)
    assert "does not wait at the office" in told(master, "/desk/window")


def test_what_is_wished_for_all_post_is_changed_and_told(master: Colleague, books: Player) -> None:
    """Who else may take it is told by an alarm, and counts ten minutes later."""
    said = act(master, RECIPIENT, "wish", wish="neighbour")
    assert said.startswith("The wish is changed, and the telephone is told.")
    assert "In 10 minutes a neighbour too may take your Speed Post." in "".join(books.drain())
    page = master.get(link(master, RECIPIENT, "conversations")).text
    assert "whoever is at home, or a neighbour (plain Speed Post)" in page
    assert "second factor within five minutes" in page
    assert "Choose one to five weekdays." in act(master, RECIPIENT, "wish", wish="days")
    act(master, RECIPIENT, "wish", wish="days", day="6")
    assert "Saturday" in master.get(link(master, RECIPIENT, "conversations")).text
    act(master, RECIPIENT, "wish", wish="none")
    assert (
        "nobody but who gets the code" in master.get(link(master, RECIPIENT, "conversations")).text
    )
