"""The office's page of exceptions: who answers, for whom, how often, and nobody for himself."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from postal import exceptions
from postal.people import offices
from postal.reports import summing_up
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player

PAGE = "/office/exceptions"


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def asks(at: Office, item: int, reason: int = 3, more: str = "") -> None:
    """The postman comes to a door where the telephone is off, and no code can be told."""
    at.player.step(f"off {phone_of(item)}")
    at.player.step(f"{POSTMAN} > {item}")
    at.player.step(f"{POSTMAN} > {item} 28 {reason} 1 1234")


def answers(master: Colleague, number: str, answer: str, question: int = 1) -> str:
    """The postmaster presses a button; what the page says then."""
    done = master.post(PAGE, article=number, question=str(question), answer=answer)
    assert done.status_code == 302
    return str(master.get(PAGE).text)


def given_without_code(at: Office, app: Flask, runtime: Runtime, why: str = "off") -> None:
    """It is given to somebody while the addressee's telephone is off, or its inbox full."""
    master = sign_in(app, runtime, "postmaster", "master")
    at.out(1)
    at.player.step(f"{why} {phone_of(1)}")
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"{POSTMAN} > 1 28 3 1 1234")
    answers(master, number_of(1), "yes")
    at.player.step(f"{POSTMAN} > 1 28")
    assert at.state(number_of(1)) == "delivered"


def test_what_is_asked_is_shown_and_answered(at: Office, app: Flask, runtime: Runtime) -> None:
    at.out(1)
    master = sign_in(app, runtime, "postmaster", "master")
    assert "No postman asks." in master.get(PAGE).text
    asks(at, 1)
    shown = master.get(PAGE).text
    for each in (
        number_of(1),
        "Speed Post",
        "none at home",
        "•••• 1234",
        "no handover yet",
        "to be answered by 10:10",
    ):
        assert each in shown
    agreed = answers(master, number_of(1), "yes")
    assert re.search(r'class="told done"[^>]*>The postman is told that the office agrees', agreed)
    assert "agreed" in master.get(PAGE).text
    assert "Nothing is changed" in answers(master, number_of(1), "yes")
    at.player.step(f"{POSTMAN} > 1 28")
    assert at.state(number_of(1)) == "delivered"
    assert at.one("SELECT proof FROM delivery_items") == ("exception",)
    data = at.one("SELECT data FROM events WHERE kind = 'delivered'")[0]
    assert data["proof"] == "exception"
    assert at.one("SELECT answer_by, answer_proof, outcome FROM exceptions")[1:] == (
        "fresh",
        "used",
    )
    assert at.one("SELECT document, document_last4 FROM articles") == ("aadhaar", "1234")
    assert "1 of 1" in master.get(PAGE).text


def test_the_page_shows_by_itself_what_is_asked_and_every_page_says_how_many_wait(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    at.out(1)
    master = sign_in(app, runtime, "postmaster", "master")

    def version(page: str) -> str:
        found = re.search(
            r"&#34;version&#34;: &#34;([0-9a-f]{16})|\"version\": \"([0-9a-f]{16})", page
        )
        assert found
        return found[1] or found[2]

    first = version(master.get(PAGE).text)
    assert master.post(f"{PAGE}/news", version=first).status_code == 204
    assert "wait for an answer" not in master.get(PAGE).text
    asks(at, 1)
    news = master.post(f"{PAGE}/news", version=first)
    assert number_of(1) in news.text
    assert "<html" not in news.text
    assert master.post(f"{PAGE}/news", version=version(news.text)).status_code == 204
    assert "postman waits for an answer" in master.get("/office/").text
    answers(master, number_of(1), "no")
    assert "waits for an answer" not in master.get("/office/").text


def test_an_office_that_answers_nothing_is_told_that_nothing_waits(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    at.out(1)
    asks(at, 1)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (pin, name, branch_type, district)"
            " VALUES ('273304', 'Far', 'sub', 'Gorakhpur')"
        )
    there = sign_in(app, runtime, "postmaster", "there", office="273304")
    assert "waits for an answer" not in there.get("/office/").text
    assert number_of(1) not in there.get(PAGE).text


def test_an_account_with_the_postmans_telephone_is_the_postman(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """Two accounts with one telephone are one human, whatever their names and roles."""
    at.out(1)
    asks(at, 1)
    master = sign_in(app, runtime, "postmaster", "master")
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET phone = %s WHERE staff_id = 'master'", [POSTMAN])
    answers(master, number_of(1), "yes")
    assert at.one("SELECT granted_at, ended_at FROM exceptions") == (None, None)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET phone = '+919811444666' WHERE staff_id = 'master'")
    answers(master, number_of(1), "yes")
    assert at.one("SELECT granted_at IS NULL FROM exceptions") == (False,)


def test_a_reason_has_its_words_and_no_other_figure_has_them(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """The desk names the reason 3 of item 3; its serial number is no reason."""
    at.out(1, 2, 3)
    asks(at, 3)
    desk = sign_in(app, runtime, "supervisor", "super-9")
    article = at.one("SELECT id FROM articles WHERE number = %s", number_of(3))[0]
    shown = re.sub(r"<[^>]+>|\s+", " ", desk.get(f"/desk/articles/{article}").text)
    shown = re.sub(r" +", " ", shown)
    assert "number on the list 3 " in shown
    assert "reason none at home" in shown
    sprint = at.one(
        "SELECT max(s.id) FROM sprints s JOIN conversations c ON c.id = s.conversation_id"
        " WHERE c.machine = 'exception' AND c.whose = %s",
        number_of(3),
    )[0]
    read = re.sub(r"\s+", " ", desk.get(f"/desk/sprints/{sprint}").text)
    assert "reason: none at home" in read


def test_the_row_leads_to_the_article_and_names_item_postman_and_office(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """Whoever answers for several offices is told which; a postmaster knows his own."""
    at.out(1, 2)
    asks(at, 2)
    (article,) = at.one("SELECT id FROM articles WHERE number = %s", number_of(2))
    (office,) = at.one("SELECT name FROM offices WHERE pin = '273303' ORDER BY id LIMIT 1")
    supervisor = sign_in(app, runtime, "supervisor", "super").get(PAGE).text
    master = sign_in(app, runtime, "postmaster", "master").get(PAGE).text
    for page in (supervisor, master):
        assert f'href="/desk/articles/{article}"' in page
        assert "item 2" in page
        assert f"••••••{POSTMAN[-4:]}" in page
        assert POSTMAN not in page
    assert f"<td>{office}</td>" in supervisor
    assert f"<td>{office}</td>" not in master


def test_a_used_agreement_waits_no_longer_at_the_desk(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """Its time limit still runs; the postman has handed it over, and taken it back."""
    at.out(1)
    asks(at, 1)
    answers(sign_in(app, runtime, "postmaster", "master"), number_of(1), "yes")
    agent = sign_in(app, runtime, "agent", "agent-9")
    (article,) = at.one("SELECT id FROM articles")
    page = f"/desk/articles/{article}"
    assert "without the code: the office agreed" in agent.get(page).text
    at.player.step(f"{POSTMAN} > 1 28")
    assert "without the code: the office agreed" not in agent.get(page).text
    at.player.step(f"{POSTMAN} > 0")
    assert "without the code: the office agreed" not in agent.get(page).text


def test_wrong_words_of_a_household_are_no_wrong_codes(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    at.out(1)
    asks(at, 1)
    with runtime.database.transaction() as conn:
        conn.execute(
            "WITH tries AS (INSERT INTO word_tries (article_id, staff_id, day, at)"
            " SELECT article_id, postman_id, asked_at::date, asked_at FROM exceptions"
            " RETURNING article_id, day, at)"
            " INSERT INTO code_attempts (article_id, day, at, outcome)"
            " SELECT article_id, day, at, 'wrong' FROM tries"
        )
    shown = sign_in(app, runtime, "postmaster", "master").get(PAGE).text
    assert "wrong words of the household today: 1" in shown
    assert "wrong codes today" not in shown


def test_a_question_is_over_with_its_visit(at: Office, app: Flask, runtime: Runtime) -> None:
    """Its telephone woke up while the office was asked, and the code said it."""
    master = sign_in(app, runtime, "postmaster", "master")
    at.out(1)
    asks(at, 1)
    assert "postman waits for an answer" in master.get("/office/").text
    at.player.step(f"on {phone_of(1)}")
    at.player.step(f"{POSTMAN} > 1 {{code {phone_of(1)}}}")
    assert "waits for an answer" not in master.get("/office/").text
    assert 'value="yes"' not in master.get(PAGE).text
    assert at.one("SELECT outcome FROM exceptions") == ("over",)


def test_nobody_answers_for_himself(at: Office, app: Flask, runtime: Runtime) -> None:
    """The postmaster who carries the post has an account with the postman's telephone."""
    at.out(1)
    asks(at, 1)
    master = sign_in(app, runtime, "postmaster", "master")
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET next_phone = NULL, phone = NULL WHERE staff_id = 'master'")
        conn.execute(
            "UPDATE exceptions SET postman_id = (SELECT id FROM staff WHERE staff_id = 'master')"
        )
    assert "Nothing is changed" in answers(master, number_of(1), "yes")
    assert at.one("SELECT granted_at FROM exceptions") == (None,)


def test_an_office_agrees_so_often_a_day_and_then_a_supervisor(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    at.out(1)
    asks(at, 1)
    with runtime.database.transaction() as conn:  # ten of today, the most of an office
        conn.execute(
            "INSERT INTO exceptions (article_id, number, postman_id, office_id, reason, document,"
            " asked_at, granted_at, answer_by, answer_proof, ended_at, outcome)"
            " SELECT article_id, number + n, postman_id, office_id, reason, document, asked_at,"
            " asked_at, 'master', 'fresh', asked_at, 'unused'"
            " FROM exceptions, generate_series(1, 10) n"
        )
    master = sign_in(app, runtime, "postmaster", "master")
    assert "Nothing is changed" in answers(master, number_of(1), "yes")
    supervisor = sign_in(app, runtime, "supervisor", "super")
    assert "the office agrees" in answers(supervisor, number_of(1), "yes")


def test_where_the_telephone_was_reached_another_office_agrees(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """Its own postmaster has no button, and is refused; a no is his all the same."""
    at.out(1, 2)
    master = sign_in(app, runtime, "postmaster", "master")
    supervisor = sign_in(app, runtime, "supervisor", "super")
    for item in (1, 2):
        at.player.step(f"{POSTMAN} > {item}")
        at.player.step(f"{POSTMAN} > {item} 28 3 1 1234")
    shown = master.get(PAGE).text
    assert shown.count("A text of ours or a call reached its telephone.") == 2
    assert 'value="yes"' not in shown
    assert "Nothing is changed" in answers(master, number_of(1), "yes")
    assert at.one("SELECT count(granted_at) FROM exceptions") == (0,)
    assert 'value="yes"' in supervisor.get(PAGE).text
    assert "the office agrees" in answers(supervisor, number_of(1), "yes")
    at.player.step(f"{POSTMAN} > 1 28")
    assert at.state(number_of(1)) == "delivered"
    answers(master, number_of(2), "no")
    assert at.one("SELECT outcome, answer_by FROM exceptions ORDER BY id DESC LIMIT 1") == (
        "refused",
        "master",
    )


def test_a_telephone_that_comes_on_ends_what_its_office_agreed_to(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    at.out(1)
    asks(at, 1)
    answers(sign_in(app, runtime, "postmaster", "master"), number_of(1), "yes")
    at.player.step(f"on {phone_of(1)}")
    at.player.step(f"{POSTMAN} > 1 28")
    assert at.state(number_of(1)) == "out_for_delivery"
    said = "SELECT template FROM messages WHERE phone = %s AND template IS NOT NULL"
    assert at.one(f"{said} ORDER BY id DESC", POSTMAN) == ("exception_reached",)


def test_the_account_office_agrees_for_a_telephone_that_was_reached(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    at.out(1)
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"{POSTMAN} > 1 28 3 1 1234")
    sign_in(app, runtime, "postmaster", "master")
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', '273305', 'sub', 'Gorakhpur') RETURNING id,"
            " (SELECT id FROM offices WHERE pin = '273303')"
        ).fetchone()
        assert row is not None
        offices.set_account_office(conn, row[1], row[0])
    there = sign_in(app, runtime, "postmaster", "keeper", office="273305")
    assert "postman waits for an answer" in there.get("/office/").text
    assert 'value="yes"' in there.get(PAGE).text
    called = opened(there, there.get(PAGE).text)
    assert called == [phone_of(1), POSTMAN]
    assert at.all("SELECT phone FROM access_log WHERE what = 'revealed' ORDER BY id") == [
        (each,) for each in called
    ]
    assert "the office agrees" in answers(there, number_of(1), "yes")
    at.player.step(f"{POSTMAN} > 1 28")
    assert at.state(number_of(1)) == "delivered"
    talk = at.one("SELECT id FROM conversations WHERE whose = %s", phone_of(1))[0]
    assert there.get(f"/desk/conversations/{talk}").status_code == 404  # it is over
    assert "/desk/conversations/" not in there.get(PAGE).text


def opened(colleague: Colleague, page: str) -> list[str]:
    """The whole numbers to which the page of exceptions leads, each for a reason."""
    shown = []
    links = dict.fromkeys(re.findall(r"/desk/(?:conversations|articles)/\d+", page))
    for link in links:
        look = colleague.get(link)
        assert look.status_code == 200, link
        assert 'name="reason"' in look.text
        told = colleague.post(f"{link}/whole-number", reason="called before it is agreed to").text
        assert "/desk/conversations/" not in re.findall(r'action="([^"]*)"', told)
        shown += re.findall(r"<h1>(\+\d{12})</h1>", told)
    return shown


def test_who_may_not_answer_is_shown_no_number(at: Office, app: Flask, runtime: Runtime) -> None:
    at.out(1)
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"{POSTMAN} > 1 28 3 1 1234")
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Elsewhere', '273304', 'head', 'Gorakhpur')"
        )
    stranger = sign_in(app, runtime, "postmaster", "far", office="273304")
    for (talk,) in at.all("SELECT id FROM conversations WHERE whose LIKE '+%%'"):
        for path in ("", "/news"):
            found = stranger.get if not path else stranger.post
            assert found(f"/desk/conversations/{talk}{path}").status_code == 404
        told = stranger.post(f"/desk/conversations/{talk}/whole-number", reason="just curious")
        assert told.status_code == 404


def test_a_clerk_sees_none(at: Office, app: Flask, runtime: Runtime) -> None:
    clerk = sign_in(app, runtime, "clerk", "clerk-9")
    assert clerk.get(PAGE).status_code == 403


def names(at: Office, item: int, phone: str) -> None:
    """The postman names the telephone of whoever is at the door as the right one."""
    at.player.step(f"{POSTMAN} > {item}")
    at.player.step(f"{POSTMAN} > {item} 29 {phone} 1 1234")


def test_a_number_is_corrected_on_the_page(at: Office, app: Flask, runtime: Runtime) -> None:
    """Masked, signed by the postmaster, and the code goes to it when the postman comes again."""
    at.out(1)
    master = sign_in(app, runtime, "postmaster", "master")
    at.player.step(f"doubt {phone_of(1)}")
    at.player.step(f"off {phone_of(1)}")
    names(at, 1, "9876500011")
    shown = master.get(PAGE).text
    assert "another telephone is to have the code" in shown
    assert "+91••••••0011" in shown
    assert "9876500011" not in shown
    assert "the office agrees" in answers(master, number_of(1), "yes")
    assert at.one("SELECT recipient_phone FROM articles") == ("+919876500011",)
    assert at.one("SELECT by, outcome, consent FROM moves") == ("door", "done", None)
    assert at.one("SELECT outcome, answer_proof FROM exceptions") == ("moved", "fresh")
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"{POSTMAN} > 1 {{code +919876500011}} * 1234")
    assert at.state(number_of(1)) == "delivered"


def test_a_number_that_no_text_reaches_is_asked_as_well(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """Its inbox may be full for an hour: nothing moves until it answers, or was silent for long."""
    at.out(1, 2)
    master = sign_in(app, runtime, "postmaster", "master")
    names(at, 1, "9876500011")
    names(at, 2, "9876500012")
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE messages SET status = 'failed' WHERE phone = %s", [phone_of(1)])
    answers(master, number_of(1), "yes")
    answers(master, number_of(2), "yes")
    assert at.all("SELECT number, recipient_phone FROM articles ORDER BY id") == [
        (number_of(1), phone_of(1)),
        (number_of(2), phone_of(2)),
    ]
    assert at.one("SELECT count(*) FROM moves WHERE ended_at IS NULL") == (2,)


def test_a_button_answers_what_was_read_and_not_what_was_asked_since(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """The question on the page is refused by a forged text, and another one is asked meanwhile."""
    at.player.step("office +915512340000")
    at.out(1)
    asks(at, 1)
    master = sign_in(app, runtime, "postmaster", "master")
    assert 'name="question" value="1"' in master.get(PAGE).text
    at.player.step("+915512340000 > 2")
    names(at, 1, "9876500011")
    for answer in ("yes", "no"):
        said = answers(master, number_of(1), answer)
        assert "another one is open about this article" in said
    assert at.one("SELECT granted_at, ended_at FROM exceptions WHERE number = 2") == (None, None)
    assert at.one("SELECT recipient_phone FROM articles") == (phone_of(1),)
    assert 'name="question" value="2"' in master.get(PAGE).text
    assert "the office agrees" in answers(master, number_of(1), "yes", question=2)


def test_a_form_without_a_question_is_none(at: Office, app: Flask, runtime: Runtime) -> None:
    at.out(1)
    asks(at, 1)
    master = sign_in(app, runtime, "postmaster", "master")
    assert master.post(PAGE, article=number_of(1), answer="yes").status_code == 400


def test_post_that_went_to_a_named_telephone_counts_as_what_went_without_its_code(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """With the protest of who had the telephone: for its postman, and for who agreed."""
    at.player.step("office +915512340000")
    at.out(1, 2, 3)
    master = sign_in(app, runtime, "postmaster", "master")
    for item in (1, 2):
        at.player.step(f"doubt {phone_of(item)}")
        at.player.step(f"off {phone_of(item)}")
        names(at, item, f"987650001{item}")
        answers(master, number_of(item), "yes")
        at.player.step(f"{POSTMAN} > {item}")
        at.player.step(f"{POSTMAN} > {item} {{code +91987650001{item}}} * 1234")
        assert at.state(number_of(item)) == "delivered"
    at.player.step(f"on {phone_of(1)}")
    at.player.step(f"{phone_of(1)} > 3")
    asks(at, 3)
    at.player.step(f"{phone_of(3)} > 2")
    with runtime.database.transaction() as conn:
        (man,) = exceptions.of_postmen(conn, None, runtime.now())
        (agreed,) = exceptions.of_answerers(conn, None, runtime.now())
        (asked,) = conn.execute("SELECT id FROM staff WHERE staff_id = '1001'").fetchone() or (0,)
        rate = exceptions.rate(conn, asked, runtime.now())
        summing_up.sum_up(conn, runtime.now().date(), runtime.now())
    assert (rate.exceptions, rate.handovers) == (2, 2)
    assert (man.moved, man.denied, man.objected, man.handovers) == (2, 1, 1, 2)
    assert (agreed.by, agreed.granted, agreed.objected) == ("master", 2, 1)
    assert at.one("SELECT sum(excepted), sum(unexcepted) FROM report_deliveries") == (2, 0)
    supervisor = sign_in(app, runtime, "supervisor", "super")
    counted = supervisor.get("/desk/reports/exceptions.csv?table=by&by=beat").text
    line = next(row for row in counted.splitlines() if "1001" in row)
    assert ",0,1,1,1,0,0,0,3," in line


def test_an_office_with_one_hand_is_answered_where_its_accounts_are_kept(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """The account office's postmaster answers; nobody else's, nor where somebody is there."""
    at.out(1, 2)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district) VALUES"
            " ('Nautanwa', '273305', 'sub', 'Gorakhpur'),"
            " ('Nichlaul', '273306', 'sub', 'Gorakhpur')"
        )
        row = conn.execute(
            "SELECT max(id) FILTER (WHERE pin = '273303'), max(id) FILTER (WHERE pin = '273305')"
            " FROM offices"
        ).fetchone()
        assert row is not None
        offices.set_account_office(conn, *row)
    asks(at, 1)
    asks(at, 2)
    third = sign_in(app, runtime, "postmaster", "third", office="273306")
    assert number_of(1) not in third.get(PAGE).text
    assert "Nothing is changed" in answers(third, number_of(1), "yes")
    keeper_of = sign_in(app, runtime, "postmaster", "keeper", office="273305")
    assert number_of(1) in keeper_of.get(PAGE).text
    assert "the office agrees" in answers(keeper_of, number_of(1), "yes")
    assert at.one("SELECT answer_by FROM exceptions ORDER BY id") == ("keeper",)
    sign_in(app, runtime, "postmaster", "master")  # from now on somebody is there
    assert number_of(2) not in keeper_of.get(PAGE).text
    assert "Nothing is changed" in answers(keeper_of, number_of(2), "yes")


def test_a_question_beyond_the_limits_is_opened_by_hand(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """Whoever forges a postman's texts asks at three doors; his office opens the fourth."""
    at.out(1, 2, 3, 4)
    master = sign_in(app, runtime, "postmaster", "master")
    for item in (1, 2, 3):
        asks(at, item)
        answers(master, number_of(item), "no")
    asks(at, 4)
    assert at.one("SELECT count(*) FROM exceptions") == (3,)

    def opens(colleague: Colleague, number: str) -> str:
        assert colleague.post(f"{PAGE}/open", article=number).status_code == 302
        return str(colleague.get(PAGE).text)

    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Elsewhere', '273304', 'head', 'Gorakhpur')"
        )
    stranger = sign_in(app, runtime, "postmaster", "far", office="273304")
    assert "Nothing is opened" in opens(stranger, number_of(4))
    assert "Nothing is opened" in opens(master, "EU000000000IN")
    assert at.one("SELECT count(question_opened_at) FROM delivery_items") == (0,)
    assert "may ask once more" in opens(master, number_of(4))
    (data,) = at.one("SELECT data FROM events WHERE kind = 'question_opened'")
    assert data["by"] == "master"
    at.player.step("wait 2 min")
    at.player.step(f"{POSTMAN} > 4 28 3 1 1234")
    assert at.one("SELECT count(*) FROM exceptions") == (4,)
    assert "Nothing is opened" in opens(master, number_of(4))  # one is asked
    answers(master, number_of(4), "no")
    at.player.step(f"{POSTMAN} > 4 28 3 1 1234")
    assert at.one("SELECT count(*) FROM exceptions") == (4,)
