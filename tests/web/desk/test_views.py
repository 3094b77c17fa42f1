"""The queue of tickets by its heads, and views of it: kept, counted, shared, one's own."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.requests import told
from tests.rigs.transcript import Player

QUEUE = "/desk/tickets"


@pytest.fixture
def four(player: Player, clock: Clock) -> Player:
    """Tickets 1 to 4: two people, fraud, and what nobody understands."""
    player.step("postman 1001 +919839000001")
    for n in (1, 2):
        player.step(f"article {number_of(n)} to +91987650000{n} en")
    for n, text in ((2, "9"), (1, "9"), (1, "3"), (2, "asdf ghjk")):
        player.step(f"+91987650000{n} > {text}")
        clock.advance(minutes=1)
    return player


@pytest.fixture
def agent(four: Player, app: Flask, runtime: Runtime) -> Colleague:
    return sign_in(app, runtime, "agent", "a1")


@pytest.fixture
def supervisor(four: Player, app: Flask, runtime: Runtime) -> Colleague:
    return sign_in(app, runtime, "supervisor", "s1")


def rows(colleague: Colleague, query: str = "") -> list[int]:
    page = colleague.get(f"{QUEUE}?{query}").text
    return [
        int(each) for each in re.findall(r'class="ticket-link" href="/desk/tickets/(\d+)"', page)
    ]


def views(colleague: Colleague, query: str = "") -> dict[str, str]:
    """The views that the page shows, each with its count, and where each leads."""
    page = colleague.get(f"{QUEUE}?{query}").text
    found = re.findall(r'<a id="view-\d+"\s+href="([^"]+)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return {
        " ".join(re.sub(r"<[^>]+>", " ", name).split()): unescape(address)
        for address, name in found
    }


def ids(colleague: Colleague, query: str = "") -> list[str]:
    return re.findall(r'id="view-(\d+)"', colleague.get(f"{QUEUE}?{query}").text)


def said(colleague: Colleague, path: str, **form: str) -> str:
    answer = colleague.post(f"{QUEUE}/views{path}", **form)
    assert answer.status_code == 302, answer.status_code
    return told(colleague, QUEUE)


def test_the_heads_sort_and_the_address_keeps_what_is_chosen(
    agent: Colleague, four: Player
) -> None:
    one, two, three, four_ = sorted(rows(agent))
    assert rows(agent)[0] == three  # fraud comes first
    assert rows(agent, "sort=number") == [one, two, three, four_]
    assert rows(agent, "sort=number_down") == [four_, three, two, one]
    assert rows(agent, "sort=due")[0] == three
    assert rows(agent, "sort=due_down")[-1] == three
    # By the words of the page's language: fraud, not understood, wants a person.
    assert rows(agent, "sort=about") == [three, four_, one, two]
    assert rows(agent, "sort=about_down") == [one, two, four_, three]
    agent.post(f"{QUEUE}/{two}/take")
    assert rows(agent, "sort=with") == [three, one, four_, two]
    assert rows(agent, "sort=with_down")[0] == two
    assert set(rows(agent, "sort=who")) == {one, two, three, four_}
    assert rows(agent, "sort=rubbish&whose=x&kind=y&state=z") == rows(agent)
    page = agent.get(f"{QUEUE}?whose=nobodys&kind=person&sort=number").text
    assert page.count("aria-sort=") == 1
    assert re.search(r'aria-sort="ascending">\s*<a class="sort"\s+id="sort-number"', page)
    assert "whose=nobodys&amp;kind=person&amp;sort=number_down" in page
    assert "whose=nobodys&amp;sort=number" in page  # the kind again: of every kind
    # After an act on several one is where one was.
    back = agent.post(f"{QUEUE}/several", ticket=str(one), act="take", kind="person", sort="number")
    assert back.headers["Location"] == f"{QUEUE}?kind=person&sort=number"
    agent.post(f"{QUEUE}/{one}/close", outcome="explained")
    agent.post(f"{QUEUE}/{two}/close", outcome="explained")
    assert rows(agent, "state=closed") == [two, one]
    assert rows(agent, "state=closed&sort=due") == [one, two]
    assert rows(agent, "state=closed&sort=who") == [two, one]  # as ever: they are too many
    assert 'id="sort-who"' not in agent.get(f"{QUEUE}?state=closed").text


def test_a_view_is_kept_counted_renamed_and_removed(
    agent: Colleague, four: Player, app: Flask, runtime: Runtime
) -> None:
    assert "Keep this selection as a view" not in agent.get(QUEUE).text  # it is the queue
    assert "The view is kept" in said(agent, "", name=" My  people ", kind="person", sort="number")
    assert views(agent) == {"My people 2": f"{QUEUE}?kind=person&sort=number"}
    said(agent, "", name="My people", kind="person", sort="number")  # a second click
    assert len(views(agent)) == 1
    assert "You have a view of that name" in said(agent, "", name="MY PEOPLE", whose="mine")
    assert "A view needs a name" in said(agent, "", name="  ", whose="mine")
    said(agent, "", name="mine", whose="mine")
    assert list(views(agent)) == ["mine 0", "My people 2"]
    number = rows(agent, "kind=person")[0]
    agent.post(f"{QUEUE}/{number}/take")
    assert list(views(agent)) == ["mine 1", "My people 2"]
    page = agent.get(f"{QUEUE}?whose=mine").text
    assert re.search(r'<a id="view-\d+"\s+href="[^"]+whose=mine"\s+aria-current="true">', page)
    mine, people = ids(agent)
    assert "You have a view of that name" in said(agent, f"/{mine}/name", name="my people")
    assert "another name" in said(agent, f"/{mine}/name", name="98765 00001 calls")
    assert [each for each in views(agent) if each.startswith("98765")] == []  # masked
    # Somebody else sees none of them, and does nothing to them.
    other = sign_in(app, runtime, "agent", "a2")
    assert views(other) == {}
    for path in (f"/{people}/name", f"/{people}/remove"):
        assert other.post(f"{QUEUE}/views{path}", name="x").status_code == 404
    assert "The view is removed" in said(agent, f"/{mine}/remove")
    assert list(views(agent)) == ["My people 2"]
    assert set(rows(agent)) == {1, 2, 3, 4}
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO ticket_views (staff_id, name) SELECT staff_id, 'v' || n"
            " FROM ticket_views, generate_series(1, 29) AS n"
        )
    assert "remove one before" in said(agent, "", name="one more", whose="mine")


def test_a_supervisor_shares_one_and_each_sees_what_is_his(
    supervisor: Colleague, agent: Colleague, app: Flask, runtime: Runtime
) -> None:
    said(supervisor, "", name="nobody has", whose="nobodys")
    said(supervisor, "", name="own", whose="mine")
    assert views(agent) == {}
    shared, _ = ids(supervisor)
    assert agent.post(f"{QUEUE}/views/{shared}/share").status_code == 403
    assert "Everybody who works on tickets" in said(supervisor, f"/{shared}/share")
    assert list(views(agent)) == ["nobody has 4 shared"]
    said(agent, "", name="Nobody has", kind="fraud")  # a name of one's own is one's own
    assert list(views(agent)) == ["Nobody has 1", "nobody has 4 shared"]
    assert "Supervisor s1 shares this view" in agent.get(f"{QUEUE}?whose=nobodys").text
    assert "Share no more" not in agent.get(f"{QUEUE}?whose=nobodys").text
    assert agent.post(f"{QUEUE}/views/{shared}/remove").status_code == 404
    # Of another office: the same view, and nothing of what it selects is theirs.
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', '273164', 'sub', 'Maharajganj')"
        )
    elsewhere = sign_in(app, runtime, "postmaster", "pm", "273164")
    assert list(views(elsewhere)) == ["nobody has 0 shared"]
    # Another supervisor ends it; its maker keeps it.
    other = sign_in(app, runtime, "supervisor", "s2")
    assert "Only its maker" in said(other, f"/{shared}/keep-to-oneself")
    assert list(views(agent)) == ["Nobody has 1"]
    assert list(views(supervisor)) == ["nobody has 4", "own 0"]
    assert other.post(f"{QUEUE}/views/{shared}/keep-to-oneself").status_code == 404
    # Who has left shares nothing any more.
    said(supervisor, f"/{shared}/share")
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET active = false WHERE id = %s", [supervisor.staff_row])
    assert list(views(agent)) == ["Nobody has 1"]
