"""Find, and the conversation as the desk shows it: masked, explained, noted in the access log."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player

RECIPIENT, SENDER, POSTMAN = "+919876500001", "+919811100001", "+919839000001"
ARTICLE = "EU123456785IN"


@pytest.fixture
def agent(player: Player, app: Flask, runtime: Runtime) -> Colleague:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} en from {SENDER} cod 500")
    player.step(f"list 1001: {ARTICLE}")
    player.step(f"{POSTMAN} > 1")
    return sign_in(app, runtime, "agent")


def find(agent: Colleague, query: str, **form: str) -> str:
    answer = agent.post("/desk/find", query=query, **form)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def page_of(agent: Colleague, query: str, kind: str = "conversations") -> str:
    link = re.search(rf'href="(/desk/{kind}/\d+)"', find(agent, query))
    assert link, query
    answer = agent.get(link[1])
    assert answer.status_code == 200
    return str(answer.text)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("9876500001", "+91••••••0001"),
        ("+91 98765 00001", ARTICLE),
        ("९८७६५००००१", ARTICLE),
        (ARTICLE.lower(), ARTICLE),
        ("EU 1234 5678 5 IN", ARTICLE),
        ("6785", ARTICLE),
        ("23456785", ARTICLE),
        ("1001", "Ram"),
        ("ram", "1001"),
        ("273303", "Gorakhpur"),
        ("gorakh", "273303"),
        ("\u202a98765 00001\u202c", ARTICLE),
        ("98765\u201100001", ARTICLE),
        ("(98765) 00001", ARTICLE),
        ("+910 98765 00001", ARTICLE),
    ],
)
def test_whatever_can_be_said_is_found(agent: Colleague, query: str, holds: str) -> None:
    found = find(agent, query)
    assert holds in found
    assert RECIPIENT not in found.replace(f'value="{query}"', "")


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("\u0930\u093e\u095c\u093e", "\u0930\u093e\u0921\u093c"),  # one letter, or one with its dot
        ("\u0930\u093e\u0921\u093c\u093e", "\u0930\u093e\u095c"),
        ("\u0936\u0930\u094d\u200d\u092e\u093e", "\u0936\u0930\u094d\u092e\u093e"),
        ("D'Souza", "dsouza"),
        ("D\u2019Souza", "D'Sou"),
        ("Ram  Milan", "ram milan"),
        ("Ram Milan", "RAM\u00a0 Milan"),
        ("100% Ram_Lal", "100% r"),
    ],
)
def test_a_postman_is_found_by_what_the_page_shows(
    agent: Colleague, runtime: Runtime, kept: str, typed: str
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET name = %s WHERE staff_id = '1001'", [kept])
    assert "never texted" in find(agent, typed) or "1001" in find(agent, typed)


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("Phoolmati Devi", "phulmati"),
        ("Phoolmati Devi", "फूलमती"),
        ("फूलमती देवी", "Phoolmatee"),
        ("फूलमती देवी", "fulmati devi"),
        ("Phoolmati Devi", "phulm"),
        ("Ram Lakhan Yadav", "राम लखन"),
        ("Ram Lakhan Yadav", "yadav raam"),
        ("चौधरी", "Chaudhary"),
        ("محمد", "mhmd"),
        ("Phoolmati Devi", "phulmati 273303"),
        ("Phoolmati Devi", "फूलमती 273 303"),
    ],
)
def test_a_name_is_found_in_both_scripts_and_by_its_sound(
    agent: Colleague, runtime: Runtime, kept: str, typed: str
) -> None:
    """PAGES 5. The name is changed by hand: what it is found by follows by itself."""
    assert ARTICLE not in find(agent, typed)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET recipient_name = %s", [kept])
    assert ARTICLE in find(agent, typed)
    assert ARTICLE not in find(agent, "Bhagirathi")
    assert ARTICLE not in find(agent, f"{typed.split()[0]} 110001")
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET recipient_name = ''")  # as the purge does
    assert ARTICLE not in find(agent, typed)


def test_a_sender_a_postman_and_an_office_are_found_in_the_other_script(agent: Colleague) -> None:
    assert ARTICLE in find(agent, "मोहन")
    assert "1001" in find(agent, "राम")
    assert "273303" in find(agent, "गोरखपुर")


@pytest.mark.parametrize(
    "part", ["EU12345", "eu 123 45", "34567", "3456785", "98765000", "76500001"]
)
def test_a_part_of_a_number_or_of_a_telephone_is_enough(agent: Colleague, part: str) -> None:
    found = find(agent, part)
    assert ARTICLE in found
    assert RECIPIENT not in found


@pytest.mark.parametrize("part", ["4567", "9876500", "99999999", "EU99", "EU999"])
def test_too_little_or_another_number_finds_nothing(agent: Colleague, part: str) -> None:
    """Fewer digits of a telephone would tell, try by try, what its mask hides."""
    assert ARTICLE not in agent.post("/desk/find", query=part).text


def test_texts_and_notes_are_found_by_their_words(agent: Colleague, player: Player) -> None:
    player.step(f"{RECIPIENT} > ghar ke samne peepal ka ped, call 98395 55777")
    player.step(f"{RECIPIENT} > मंदिर के पीछे वाली गली")
    player.step(f"{RECIPIENT} > 9")
    agent.post("/desk/tickets/1/note", said="the neighbour Kamla keeps the key")
    for typed in ("peepal ped", "मंदिर गली", "PEEPAL"):
        found = find(agent, typed)
        assert "Texts with these words" in found, typed
        assert "/desk/conversations/" in found
        assert "98395 55777" not in found
    assert "Notes of tickets" in find(agent, "kamla key")
    assert "Texts with these words" not in find(agent, "peepal mandir")


def test_every_search_is_written_down_without_what_it_must_not_hold(
    agent: Colleague, runtime: Runtime
) -> None:
    find(agent, "76500001")
    find(agent, "मोहन")
    find(agent, "99999999")  # which finds nothing: guesses are seen as well
    with runtime.database.transaction() as conn:
        lines = conn.execute(
            "SELECT shown, reason FROM access_log WHERE what IN ('listed', 'found') ORDER BY id"
        ).fetchall()
    assert [shown for shown, _ in lines] == [2, 1, 0]
    assert "part of a telephone" in lines[0][1]
    assert "99999999" not in str(lines)
    assert "name or words" in lines[1][1]
    for guess in ("99990001", "99980001", "99970001"):  # try by try, what the mask hides
        find(agent, guess)
    with runtime.database.transaction() as conn:
        guesses = conn.execute("SELECT FROM access_log WHERE what = 'listed'").rowcount
    assert guesses == len(lines) + 3, "guesses that look alike are not taken for one look"


def test_signs_alone_are_no_name(agent: Colleague) -> None:
    assert "1001" not in agent.post("/desk/find", query="```").text
    assert "1001" not in agent.post("/desk/find", query="%__").text


def test_the_day_of_a_booking_is_indias(agent: Colleague, runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET booked_at = '2026-08-13 20:32:00+00'")
    page = find(agent, ARTICLE, day="2026-08-14")
    assert "14 Aug 2026" in page
    assert "13 Aug 2026" not in page


def test_a_ticket_is_found_by_its_number(agent: Colleague, player: Player) -> None:
    player.step(f"{RECIPIENT} > 9")
    assert "#1" in find(agent, "#1")


def test_what_is_not_there_is_said(agent: Colleague) -> None:
    assert "Nothing was found" in find(agent, "9876599999")
    assert "Nothing was found" in find(agent, "100%")
    assert agent.post("/desk/find", query="!!").status_code == 422
    assert agent.post("/desk/find", query="6785", day="yesterday").status_code == 422


def test_a_day_narrows_it(agent: Colleague) -> None:
    assert ARTICLE in find(agent, "6785", day="2026-08-14")
    assert ARTICLE not in find(agent, "6785", day="2026-08-15")


def test_a_conversation_shows_texts_sprints_and_what_happened(
    agent: Colleague, player: Player
) -> None:
    code = player.codes[RECIPIENT][-1]
    player.step(f"{RECIPIENT} > 5 9812345678")
    page = page_of(agent, RECIPIENT)
    assert "••••••" in page
    assert code not in page
    assert "9812345678" not in page
    assert "••••••5678" in page
    assert RECIPIENT not in page
    assert len(re.findall(r'class="entry went"', page)) == 4
    assert len(re.findall(r'class="entry came"', page)) == 1
    assert "Rs 500" in page or "500" in page
    assert "₹0.20" in page or "₹0.40" in page


def test_a_sprint_is_explained(agent: Colleague, player: Player) -> None:
    page = page_of(agent, POSTMAN)
    sprint = re.findall(r'hx-get="(/desk/sprints/\d+)"', page)[-1]
    explained = agent.get(sprint).text
    assert "flows.postman.visit" in explained or "flows.postman.states" in explained
    assert ARTICLE in explained
    assert player.codes[RECIPIENT][-1] not in explained


def test_every_sprint_of_a_delivery_can_be_explained(
    agent: Colleague, player: Player, runtime: Runtime
) -> None:
    code = player.codes[RECIPIENT][-1]
    player.step(f"{POSTMAN} > 1 {code} 1")
    player.step(f"{RECIPIENT} > 2")
    with runtime.database.transaction() as conn:
        ids = [row[0] for row in conn.execute("SELECT id FROM sprints").fetchall()]
    assert len(ids) > 8
    for each in ids:
        answer = agent.get(f"/desk/sprints/{each}")
        assert answer.status_code == 200
        assert "cannot read this old record" not in answer.text
        assert code not in answer.text


def test_an_article_has_a_timeline_of_its_own(agent: Colleague, player: Player) -> None:
    player.step(f"{POSTMAN} > 1 {player.codes[RECIPIENT][-1]} 1")
    page = page_of(agent, ARTICLE, "articles")
    assert len(re.findall(r'class="entry came"', page)) == 2  # both texts of the postman
    assert "1 •••••• 1" in page
    assert "/desk/conversations/" in page


def test_the_whole_number_needs_a_reason_that_is_kept(
    agent: Colleague, app: Flask, runtime: Runtime
) -> None:
    link = re.search(r'href="(/desk/conversations/\d+)"', find(agent, RECIPIENT))
    assert link
    refused = agent.post(f"{link[1]}/whole-number", reason="  x ")
    assert refused.status_code == 422
    assert RECIPIENT not in refused.text
    shown = agent.post(f"{link[1]}/whole-number", reason="she asked for a call back")
    assert RECIPIENT in shown.text
    assert RECIPIENT not in agent.get(link[1]).text

    log = sign_in(app, runtime, "administrator").get("/desk/access-log").text
    assert "she asked for a call back" in log
    assert "Agent agent-1" in log
    assert RECIPIENT not in log


def test_the_access_log_is_searched_by_person_and_by_telephone(
    agent: Colleague, app: Flask, runtime: Runtime
) -> None:
    page_of(agent, RECIPIENT)
    page_of(agent, POSTMAN)
    administrator = sign_in(app, runtime, "administrator")
    log = administrator.post("/desk/access-log", phone="98765 00001").text
    assert "••••••0001" in log.split("<tbody>")[1]
    assert log.count("<tr>") == 3  # heading, found, opened
    assert administrator.post("/desk/access-log", staff_id="nobody").text.count("<tr>") == 0
    assert "no telephone number" in administrator.post("/desk/access-log", phone="12").text


def test_a_long_conversation_is_paged_both_ways(
    agent: Colleague, player: Player, clock: Clock
) -> None:
    for n in range(40):
        clock.advance(seconds=40)
        player.say(RECIPIENT, f"kuchh {n}")
    player.drain()
    link = re.search(r'href="(/desk/conversations/\d+)"', find(agent, RECIPIENT))
    assert link
    seen: list[list[str]] = []
    page = agent.get(link[1]).text
    assert 'hx-trigger="every 3s"' in page
    while True:
        seen.insert(0, re.findall(r'<li class="entry [^"]*" id="([^"]+)"', page))
        back = re.search(r'rel="prev" href="([^"]+)"', page)
        if back is None:
            break
        page = agent.get(back[1]).text
    every = [entry for entries in seen for entry in entries]
    assert len(every) == len(set(every)) > 80
    assert 'hx-trigger="every 3s"' not in page

    forth: list[str] = re.findall(r'<li class="entry [^"]*" id="([^"]+)"', page)
    while onward := re.search(r'rel="next" href="([^"]+)"', page):
        page = agent.get(onward[1]).text
        more = re.findall(r'<li class="entry [^"]*" id="([^"]+)"', page)
        forth += [entry for entry in more if entry not in forth]
    assert forth == every


def test_what_is_new_comes_by_itself_and_only_then(agent: Colleague, player: Player) -> None:
    link = re.search(r'href="(/desk/conversations/\d+)"', find(agent, RECIPIENT))
    assert link
    version = re.search(r'name="version" value="(\w+)"', agent.get(link[1]).text)
    assert version
    assert agent.post(f"{link[1]}/news", version=version[1]).status_code == 204
    player.step(f"{RECIPIENT} > 0")
    news = agent.post(f"{link[1]}/news", version=version[1])
    assert news.status_code == 200
    assert ">0<" in news.text


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(agent: Colleague, clock: Clock) -> None:
    link = re.search(r'href="(/desk/conversations/\d+)"', find(agent, RECIPIENT))
    assert link
    token = re.search(r'name="csrf_token" value="([^"]+)"', agent.get(link[1]).text)
    assert token
    for _ in range(4):
        clock.advance(minutes=10)
        answer = agent.client.post(f"{link[1]}/news", data={"csrf_token": token[1]})
    assert answer.headers["Location"] == "/desk/sign-in"


def test_an_office_and_its_lists_of_a_day(agent: Colleague) -> None:
    page = page_of(agent, "273303", "offices")
    link = re.search(r'href="(/desk/lists/\d+)"', page)
    assert link
    assert ARTICLE in agent.get(link[1]).text
    office = re.search(r'href="(/desk/offices/\d+)"', find(agent, "273303"))
    assert office
    assert "No postman of this office" in agent.get(f"{office[1]}?day=2026-08-15").text


@pytest.mark.parametrize("path", ["conversations/999", "articles/999", "sprints/999", "lists/999"])
def test_what_does_not_exist_is_a_page_too(agent: Colleague, path: str) -> None:
    answer = agent.get(f"/desk/{path}")
    assert answer.status_code == 404
    assert "There is no page at this address." in answer.text


def test_a_dial_stands_in_the_timeline(agent: Colleague, player: Player) -> None:
    player.dial(RECIPIENT, "dials", "")
    player.dial(RECIPIENT, None, "1")
    page = page_of(agent, RECIPIENT)
    assert page.count('class="entry dial"') == 2
    assert "<kbd>1</kbd>" in page


def test_addresses_hold_no_telephone(agent: Colleague, app: Flask) -> None:
    for query in (RECIPIENT, ARTICLE, "1001"):
        assert not re.findall(r'(?:href|action|hx-\w+)="[^"]*98\d{8}', find(agent, query))
    page = page_of(agent, RECIPIENT)
    assert not re.findall(r'(?:href|action|hx-\w+)="[^"]*(?:98\d{8}|[A-Z]{2}\d{9}IN)', page)
