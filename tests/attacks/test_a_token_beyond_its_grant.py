"""Who: software whose token is for bookings, for another office, or for so many calls a minute.

Wants: to read an article of ours, to hand it out, to make lists; to try codes by the thousand.
In the way: docs/developing/trust.md rule 14, rule 11
Told: the answer says what it lacks; the log of the token counts the refusals, for its keeper.
"""

from __future__ import annotations

from tests.rigs.scene import ARTICLE, ELSEWHERE, HOLDER, POSTMAN, Scene

COLLECT = {"staff": "c1", "code": "123456"}


def test_without_the_scope(scene: Scene) -> None:
    scene.at_office()
    api = scene.token(scopes=["bookings:write"])
    assert api.post(f"/articles/{ARTICLE}/collect", COLLECT).status_code == 403
    assert api.get(f"/articles/{ARTICLE}").status_code == 403
    assert api.get("/events").status_code == 403
    assert scene.used() == {("collect_article", 403), ("get_article", 403), ("read_events", 403)}
    assert scene.is_safe("at_office")


def test_without_the_office(scene: Scene) -> None:
    scene.at_office()
    api = scene.token(office_pins=[ELSEWHERE])
    scene.signed_in("clerk", "c1")
    read = api.get(f"/articles/{ARTICLE}")
    assert read.status_code == 403
    assert HOLDER not in read.text
    assert api.post(f"/articles/{ARTICLE}/collect", COLLECT).status_code == 403
    assert api.post(f"/articles/{ARTICLE}/recall", {}).status_code == 403
    assert api.post("/postmen/1001/block", None).status_code == 403
    assert api.get("/events?limit=1000").get_json()["events"] == []
    assert ("recall_article", 403) in scene.used()
    assert scene.is_safe("at_office")


def test_without_measure(scene: Scene) -> None:
    api = scene.token(calls_a_minute=5)
    answers = [api.get(f"/articles/{ARTICLE}") for _ in range(12)]
    assert answers[-1].status_code == 429
    assert "Retry-After" in answers[-1].headers
    assert ("get_article", 429) in scene.used()


def test_codes_are_no_better_guessed_by_software(scene: Scene) -> None:
    scene.at_office()
    scene.signed_in("clerk", "c1")
    scene.steps(f"{HOLDER} > 1")
    right = scene.player.codes[HOLDER][-1]
    wrong = [f"{(int(right) + n) % 10**6:06d}" for n in range(1, 6)]
    api = scene.token()
    for code in (*wrong, right):
        answer = api.post(f"/articles/{ARTICLE}/collect", {"staff": "c1", "code": code})
        assert answer.get_json()["collected"] is False
    assert "tomorrow" in answer.get_json()["why_not"]
    assert "code_wrong" in scene.written()
    assert scene.is_safe("at_office")


def test_a_telephone_that_it_blocks_is_told_to_the_office_once(scene: Scene) -> None:
    scene.steps(f"list 1001: {ARTICLE}", f"{POSTMAN} > 1")
    api = scene.token()
    for _ in range(3):
        assert api.post("/postmen/1001/block", None).status_code == 200
    lines = scene.player.drain()
    assert [line for line in lines if "1001" in line] == lines[:1]
    assert lines[0].startswith("+915512340000 <")
    assert {"phone_blocked", "code_killed"} <= scene.written()
    assert ("block_phone", 200) in scene.used()
    assert scene.is_safe("out_for_delivery")
