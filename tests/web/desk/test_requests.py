"""What takes two people, through the front door: who may be the second, and what else can come."""

from __future__ import annotations

import re

import pytest
from flask import Flask

import jobs
from runtime import Runtime
from store.database import Database
from tests.rigs.api_calls import Api
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, number, sign_in
from tests.rigs.requests import ask, asked, at, both, by_two, confirm, sign, state, told
from tests.rigs.transcript import Player

RECIPIENT, SENDER, POSTMAN = "+919876500001", "+919811100001", "+919839000001"
OTHER, STAFFS = "+919876500002", "+919811222333"
ARTICLE = "EU123456785IN"
CORRECT = {"phone": OTHER, "reason": "wrong_entry", "note": "one digit off"}


@pytest.fixture
def books(player: Player) -> Player:
    """The article of 273303; a branch office of the same PIN, another office, a head office."""
    with player.runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district) VALUES"
            " ('Campierganj', '273158', 'sub', 'Gorakhpur'),"
            " ('Nautanwa', '273305', 'sub', 'Maharajganj')"
        )
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} en from {SENDER}")
    return player


@pytest.fixture
def master(books: Player, app: Flask, runtime: Runtime) -> Colleague:
    return sign_in(app, runtime, "postmaster", "pm")


@pytest.fixture
def second(books: Player, app: Flask, runtime: Runtime) -> Colleague:
    return sign_in(app, runtime, "supervisor", "sv")


@pytest.fixture
def correct(runtime: Runtime) -> str:
    """The address at which the number of the article is asked to be corrected."""
    return "/desk/articles/1/correct-number"


def recipient(runtime: Runtime) -> str:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT recipient_phone FROM articles").fetchone()
    assert row is not None
    return str(row[0])


def set_staff(runtime: Runtime, staff_id: str, what: str, value: object) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(
            f"UPDATE staff SET {what} = %s WHERE staff_id = %s".encode(),  # noqa: S608
            [value, staff_id],
        )


# ---- the step-up ---------------------------------------------------------------------------------


def test_who_signs_confirms_with_a_fresh_second_factor_and_loses_nothing(
    master: Colleague, runtime: Runtime, clock: Clock, correct: str
) -> None:
    clock.advance(seconds=301)
    page = master.post(correct, **CORRECT)
    assert page.status_code == 401
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    assert {name: kept[name] for name in CORRECT} == CORRECT
    assert f'action="{correct}"' in page.text
    wrong = master.post(correct, **CORRECT, second_factor="000000")
    assert wrong.status_code == 401
    assert "That was not it" in wrong.text
    id_ = asked(master.post(correct, **CORRECT, second_factor=number(runtime, master.staff_row)))
    assert "one digit off" in master.get(at(id_)).text
    withdrawn = master.post(at(id_, "withdraw"))
    assert withdrawn.status_code == 302
    assert ask(master, correct, **CORRECT) == id_ + 1  # five minutes long it is not asked again


def test_a_part_of_a_page_asks_with_the_whole_page(
    master: Colleague, clock: Clock, correct: str
) -> None:
    clock.advance(seconds=301)
    answer = master.post_in_page(correct, **CORRECT)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (200, "body")
    assert "Confirm with your second factor" in answer.text


def test_the_second_person_confirms_too(
    master: Colleague, second: Colleague, runtime: Runtime, clock: Clock, correct: str
) -> None:
    id_ = ask(master, correct, **CORRECT)
    clock.advance(seconds=301)
    assert second.post(at(id_, "sign"), place="second").status_code == 401
    assert state(runtime, id_) == "waiting"
    assert confirm(second, at(id_, "sign"), place="second").status_code == 302
    assert (state(runtime, id_), recipient(runtime)) == ("agreed", OTHER)


def test_reading_needs_no_fresh_factor(master: Colleague, clock: Clock) -> None:
    clock.advance(seconds=301)
    assert master.get("/desk/requests").status_code == 200
    assert master.post("/desk/articles/1/send-code", reason="person_asked").status_code == 302


# ---- who may be the second -----------------------------------------------------------------------


def test_nothing_happens_before_the_second_person(
    master: Colleague, second: Colleague, runtime: Runtime, correct: str
) -> None:
    id_ = ask(master, correct, **CORRECT)
    assert "cannot agree" in sign(master, id_)
    assert (state(runtime, id_), recipient(runtime)) == ("waiting", RECIPIENT)
    page = second.get("/desk/requests").text
    assert re.search(r'class="waits">1<', page)
    assert "+91••••••0002" in second.get(at(id_)).text
    assert OTHER not in second.get(at(id_)).text
    assert "Agreed, and done." in sign(second, id_)
    assert recipient(runtime) == OTHER
    assert 'class="badge"' not in second.get("/desk").text


def test_the_same_human_under_a_second_account_is_no_second_person(
    master: Colleague, second: Colleague, runtime: Runtime, correct: str
) -> None:
    for staff_id in ("pm", "sv"):
        set_staff(runtime, staff_id, "phone", STAFFS)
    id_ = ask(master, correct, **CORRECT)
    assert "not another account" in sign(second, id_)
    assert state(runtime, id_) == "waiting"


def test_one_of_the_two_is_of_the_office(
    books: Player, app: Flask, runtime: Runtime, correct: str
) -> None:
    for pin, staff_id in (("273303", "pm"), ("273305", "elsewhere")):
        sign_in(app, runtime, "postmaster", staff_id, pin)
    first = sign_in(app, runtime, "supervisor", "sv1", "273158")
    other = sign_in(app, runtime, "supervisor", "sv2", "273158")
    id_ = ask(first, correct, **CORRECT)
    assert "One of the two must be of the office" in sign(other, id_)
    assert state(runtime, id_) == "waiting"
    # A postmaster behind the wall does not even see it.
    elsewhere = sign_in(app, runtime, "postmaster", "pm3", "273305")
    assert elsewhere.get(at(id_)).status_code == 404
    assert elsewhere.post(at(id_, "sign"), place="second").status_code == 404
    own = sign_in(app, runtime, "postmaster", "pm2")
    assert "Agreed, and done." in sign(own, id_)


def test_where_an_office_has_one_hand_the_second_sits_at_its_account_office(
    books: Player, app: Flask, runtime: Runtime, correct: str
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET recipient_pin = '273158'")
    alone = sign_in(app, runtime, "postmaster", "alone", "273158")
    account = sign_in(app, runtime, "postmaster", "account", "273303")  # the head office
    stranger = sign_in(app, runtime, "postmaster", "stranger", "273305")
    id_ = ask(alone, correct, **CORRECT)
    assert stranger.get(at(id_)).status_code == 404
    assert "Agreed, and done." in sign(account, id_)
    # With a second hand at the office the account office has no say any more.
    sign_in(app, runtime, "postmaster", "deputy", "273158")
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET recipient_phone = %s", [RECIPIENT])
    again = ask(alone, correct, **CORRECT)
    assert account.get(at(again)).status_code == 404


def test_a_clerk_does_not_sign_a_move(
    master: Colleague, app: Flask, runtime: Runtime, correct: str
) -> None:
    clerk = sign_in(app, runtime, "clerk", "c1")
    id_ = ask(master, correct, **CORRECT)
    assert "Your role does not sign this" in sign(clerk, id_)
    assert clerk.post(correct, **CORRECT).status_code == 403


def test_the_window_of_another_office_hands_nothing_out(
    books: Player, app: Flask, runtime: Runtime
) -> None:
    for line in (f"list 1001: {ARTICLE}", f"{POSTMAN} > 1 11", f"{RECIPIENT} > 44"):
        books.step(line)
    shown = {"article": ARTICLE, "document": "voter", "last4": "AB12", "reason": "no phone"}
    elsewhere = sign_in(app, runtime, "clerk", "elsewhere", "273305")
    elsewhere.post("/desk/window", **shown)
    assert "No such article" in told(elsewhere, "/desk/window")
    body = {"staff": "elsewhere", "code": "123456"}
    refused = Api(books.client, books.token).post(f"/articles/{ARTICLE}/collect", body)
    assert refused.status_code == 422
    assert "another office" in refused.get_json()["errors"][0]["message"]
    ask(sign_in(app, runtime, "clerk", "here"), "/desk/window", **shown)


def test_of_several_pieces_the_window_asks_which_are_not_there(
    books: Player, second: Colleague, app: Flask, runtime: Runtime
) -> None:
    """Two people see how many there are and which are missing; so do addressee and sender."""
    number, phone = "RR287043775IN", "+919876500007"
    books.step(f"article {number} to {phone} en from {SENDER} pieces 3")
    for line in (f"list 1001: {number}", f"{POSTMAN} > 1 11", f"{phone} > 44"):
        books.step(line)
    clerk = sign_in(app, runtime, "clerk", "here")
    shown = {"article": number, "document": "voter", "last4": "AB12", "reason": "no phone"}
    for pieces in ("", "4", "1 2 3", "2 2", "x"):
        clerk.post("/desk/window", pieces=pieces, **shown)
        assert "it has 3" in told(clerk, "/desk/window"), pieces
    id_ = ask(clerk, "/desk/window", pieces="2, ३", **shown)
    page = second.get(at(id_)).text
    assert "3 pieces under one code." in page
    assert "Pieces not there: 2, 3." in page
    sign(second, id_)
    said = books.drain()
    assert any(line.startswith(phone) and "P2P3" in line for line in said), said
    assert any(line.startswith(SENDER) and "P2P3" in line for line in said), said
    got = Api(books.client, books.token).get(f"/articles/{number}").get_json()
    assert (got["state"], got["pieces_missing"]) == ("delivered", [2, 3])


# ---- what else can come --------------------------------------------------------------------------


def test_it_lapses_with_its_day_and_is_asked_again(
    master: Colleague, second: Colleague, books: Player, app: Flask, runtime: Runtime, correct: str
) -> None:
    id_ = ask(master, correct, **CORRECT)
    books.step("wait 15 h")  # the next morning in India
    late = sign_in(app, runtime, "supervisor", "late")
    assert "lapsed with its day" in sign(late, id_)
    assert recipient(runtime) == RECIPIENT
    books.drain()
    morning = sign_in(app, runtime, "postmaster", "morning")
    assert ask(morning, correct, **CORRECT) == id_ + 1
    assert state(runtime, id_) == "lapsed"


def test_who_asked_is_told_that_it_lapsed(
    master: Colleague, runtime: Runtime, owner: Database, correct: str, clock: Clock
) -> None:
    id_, now = ask(master, correct, **CORRECT), clock.now()
    master.get(at(id_))
    with owner.transaction() as conn:
        conn.execute(
            "UPDATE requests SET asked_at = asked_at - interval '1 day', until = %s", [now]
        )
    jobs.sweep()
    assert "Lapsed: Correct the addressee's number EU123456785IN." in told(master, "/desk")
    assert state(runtime, id_) == "lapsed"


def test_repeated_clicks_do_nothing_twice(
    master: Colleague, second: Colleague, books: Player, runtime: Runtime, correct: str
) -> None:
    id_ = ask(master, correct, **CORRECT)
    again = master.post(correct, **CORRECT)
    assert again.headers["Location"] == "/desk/articles/1#result"
    assert "asked already" in told(master, "/desk/articles/1")
    sign(second, id_)
    texts = books.drain()
    assert "Nothing was done twice" in sign(second, id_)
    assert books.drain() == []
    assert sum(line.startswith(OTHER) for line in texts) == 1


def test_what_was_withdrawn_is_not_agreed_to(
    master: Colleague, second: Colleague, runtime: Runtime, correct: str
) -> None:
    id_ = ask(master, correct, **CORRECT)
    second.post(at(id_, "withdraw"))
    assert "Only who asked" in told(second, at(id_))
    master.post(at(id_, "withdraw"))
    assert told(master, at(id_)) == "Withdrawn."
    assert "was withdrawn" in sign(second, id_)
    assert (state(runtime, id_), recipient(runtime)) == ("withdrawn", RECIPIENT)


def test_facts_that_changed_meanwhile_refuse_it_and_both_are_told(
    master: Colleague, second: Colleague, books: Player, runtime: Runtime, correct: str
) -> None:
    id_ = ask(master, correct, **CORRECT)
    master.get(at(id_))
    books.step(f"list 1001: {ARTICLE}")  # out with the postman: no code moves now
    assert "do not allow it any more" in sign(second, id_)
    assert (state(runtime, id_), recipient(runtime)) == ("refused", RECIPIENT)
    assert "Refused: Correct the addressee's number" in told(master, "/desk")
    assert "That cannot be done as things stand now" in master.get(at(id_)).text


def test_what_cannot_be_done_now_is_not_even_asked(
    master: Colleague, books: Player, runtime: Runtime, correct: str
) -> None:
    books.step(f"list 1001: {ARTICLE}")
    assert master.post(correct, **CORRECT).headers["Location"] == "/desk/articles/1#result"
    assert "the article is out with the postman" in told(master, "/desk/articles/1")
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT count(*) FROM requests").fetchone() == (0,)


@pytest.mark.parametrize(
    ("what", "value"), [("active", False), ("role", "clerk"), ("password_hash", None)]
)
def test_who_may_not_any_more_has_asked_for_nothing(
    master: Colleague,
    second: Colleague,
    runtime: Runtime,
    correct: str,
    what: str,
    value: object,
) -> None:
    id_ = ask(master, correct, **CORRECT)
    set_staff(runtime, "pm", what, value)
    assert "do not allow it any more" in sign(second, id_)
    assert (state(runtime, id_), recipient(runtime)) == ("refused", RECIPIENT)


def test_a_second_person_whose_role_ended_is_out(
    master: Colleague, second: Colleague, runtime: Runtime, correct: str
) -> None:
    id_ = ask(master, correct, **CORRECT)
    set_staff(runtime, "sv", "role", "agent")
    assert "Your role does not sign this" in sign(second, id_)
    set_staff(runtime, "sv", "active", False)
    assert second.post(at(id_, "sign")).headers.get("Location") in (None, "/desk/sign-in")
    assert state(runtime, id_) == "waiting"


# ---- who is told ---------------------------------------------------------------------------------


def test_possible_second_persons_are_texted_once_an_hour_without_a_name(
    master: Colleague, second: Colleague, books: Player, runtime: Runtime, correct: str
) -> None:
    set_staff(runtime, "sv", "phone", STAFFS)
    assert len(told_by_asking(master, books, runtime, correct)) == 1
    assert told_by_asking(master, books, runtime, correct) == []  # withdrawn and asked again
    for _ in range(3):
        books.step("wait 21 min")
        master.get("/desk")  # he goes on working
    (text,) = told_by_asking(master, books, runtime, correct)
    assert not re.search(r"[0-9]", text.removeprefix(STAFFS))


def told_by_asking(master: Colleague, books: Player, runtime: Runtime, correct: str) -> list[str]:
    """What the second person's telephone gets when the first one asks, and then withdraws it."""
    answer = master.post(correct, **CORRECT)
    if answer.status_code == 401:
        shown = number(runtime, master.staff_row)
        answer = master.post(correct, second_factor=shown, **CORRECT)
    lines = books.drain()
    master.post(at(asked(answer), "withdraw"))
    return [line for line in lines if line.startswith(STAFFS) and "दूसरे व्यक्ति" in line]


# ---- software ------------------------------------------------------------------------------------


@pytest.fixture
def api(books: Player) -> Api:
    return Api(books.client, books.token)


def test_software_asks_and_both_signatures_are_peoples(
    api: Api, app: Flask, runtime: Runtime, books: Player
) -> None:
    body = {"phone": OTHER, "reason": "the sender wrote to us"}
    waiting = api.post(f"/articles/{ARTICLE}/correct-number", body)
    assert waiting.status_code == 202
    answer = waiting.get_json()
    assert (answer["waiting_at"], answer["signatures"]) == ("/desk/requests/1", 0)
    assert api.post(f"/articles/{ARTICLE}/correct-number", body).get_json()["request"] == 1
    other = {"phone": SENDER, "reason": "another one"}
    assert api.post(f"/articles/{ARTICLE}/correct-number", other).status_code == 409
    first = sign_in(app, runtime, "postmaster", "pm")
    assert "Signed." in sign(first, 1)
    assert api.get("/requests/1").get_json()["signatures"] == 1
    assert "cannot agree" in sign(first, 1)  # one person is not two
    assert recipient(runtime) == RECIPIENT
    assert "Agreed, and done." in sign(sign_in(app, runtime, "supervisor", "sv"), 1)
    after = api.get("/requests/1").get_json()
    assert (after["state"], after["signatures"]) == ("agreed", 2)
    assert recipient(runtime) == OTHER
    assert api.get("/requests/2").status_code == 404


def test_who_meant_to_sign_first_does_not_agree_by_a_race(
    api: Api, app: Flask, runtime: Runtime
) -> None:
    api.post(f"/articles/{ARTICLE}/correct-number", {"phone": OTHER, "reason": "in writing"})
    first, late = (
        sign_in(app, runtime, "postmaster", "pm"),
        sign_in(app, runtime, "supervisor", "s"),
    )
    first.post(at(1, "sign"), place="first")
    late.post(at(1, "sign"), place="first")  # its page was loaded before
    assert "signed first a moment ago" in told(late, at(1))
    assert (state(runtime, 1), recipient(runtime)) == ("waiting", RECIPIENT)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/articles/{ARTICLE}/move-destination", {"phone": OTHER, "reason": "is ill"}),
        ("/postmen/1001/phone", {"phone": OTHER}),
        ("/postmen/1001/pin", {"pin": "97531", "reason": "forgotten"}),
    ],
)
def test_whatever_software_asks_is_done_once_two_people_signed(
    api: Api, app: Flask, runtime: Runtime, path: str, body: dict[str, str]
) -> None:
    waiting = api.post(path, body)
    assert waiting.status_code == 202
    assert "97531" not in waiting.text
    assert "Agreed, and done." in by_two(app, runtime, waiting.get_json()["request"])


def test_what_software_cannot_ask_for_is_said_at_once(api: Api, books: Player) -> None:
    reopen = api.post(f"/articles/{ARTICLE}/reopen", {"reason": "never came"})
    assert reopen.status_code == 409
    staffs = api.post(f"/articles/{ARTICLE}/correct-number", {"phone": POSTMAN, "reason": "is new"})
    assert staffs.status_code == 422
    assert api.post("/postmen/9/pin", {"pin": "97531", "reason": "forgotten"}).status_code == 404
    assert api.post("/postmen/1001/pin", {"pin": "1", "reason": "forgotten"}).status_code == 422


def test_both_is_short_for_two_sessions(
    master: Colleague, second: Colleague, runtime: Runtime, correct: str
) -> None:
    assert "Agreed, and done." in both(master, second, correct, **CORRECT)
    with runtime.database.transaction() as conn:
        signed = conn.execute(
            "SELECT f.staff_id, d.staff_id FROM requests r JOIN staff f ON f.id = r.signed_by"
            " JOIN staff d ON d.id = r.decided_by"
        ).fetchone()
        acted = conn.execute("SELECT data FROM events WHERE kind = 'desk_acted'").fetchone()
    assert signed == ("pm", "sv")
    assert acted == (
        {"action": "correct_number", "reason": "wrong_entry", "asked_by": "pm", "by": "sv"},
    )
