"""Who: a program of the department that was taken over, with a token for everything.

Wants: an article's code on a friend's telephone; a postman's telephone and PIN; the article back.
In the way: docs/developing/trust.md rule 11, rule 7, rule 3
Told: whoever may sign finds it waiting; the log of the token has every call; holder and sender, of
what it may do at once.
"""

from __future__ import annotations

import pytest

from tests.rigs.requests import sign, state
from tests.rigs.scene import ARTICLE, FRIEND, HOLDER, POSTMAN, SENDER, Scene


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/articles/{ARTICLE}/correct-number", {"phone": FRIEND, "reason": "she wrote to us"}),
        (f"/articles/{ARTICLE}/move-destination", {"phone": FRIEND, "reason": "she wrote to us"}),
        ("/postmen/1001/phone", {"phone": FRIEND}),
        ("/postmen/1001/pin", {"pin": "97531", "reason": "forgotten"}),
    ],
)
def test_nothing_happens_on_202(scene: Scene, path: str, body: dict[str, str]) -> None:
    before = scene.rows("SELECT phone, next_phone, pin_hash FROM staff")
    answer = scene.token().post(path, body)
    assert (answer.status_code, answer.get_json()["signatures"]) == (202, 0)
    assert scene.rows("SELECT phone, next_phone, pin_hash FROM staff") == before
    assert scene.is_safe()
    assert [scene.told(phone) for phone in (HOLDER, SENDER, POSTMAN, FRIEND)] == [[]] * 4
    assert {status for _, status in scene.used()} == {202}
    assert scene.rows("SELECT count(*) FROM token_calls") != [(0,)]
    supervisor = scene.supervisor()
    assert str(answer.get_json()["request"]) in supervisor.get("/desk/requests").text


def test_one_person_who_signs_what_software_asked_is_not_two(scene: Scene) -> None:
    body = {"phone": FRIEND, "reason": "she wrote to us"}
    asked = scene.token().post(f"/articles/{ARTICLE}/correct-number", body).get_json()["request"]
    master = scene.signed_in("postmaster", "pm")
    assert "Signed." in sign(master, asked)
    assert "cannot agree" in sign(master, asked)
    assert (state(scene.runtime, asked), scene.is_safe()) == ("waiting", True)


def test_what_ends_an_article_at_once_is_told_to_everybody(scene: Scene) -> None:
    assert scene.token().post(f"/articles/{ARTICLE}/recall", {}).status_code == 200
    lines = scene.player.drain()
    assert any(line.startswith(f"{HOLDER} < ") for line in lines)
    assert any(line.startswith(f"{SENDER} < ") for line in lines)
    assert scene.is_safe("recalled")
    assert "recalled" in scene.written()
    assert ("recall_article", 200) in scene.used()


def test_the_senders_digits_are_guessed_three_times_a_day(scene: Scene) -> None:
    api, right = scene.token(), scene.player.quotes[SENDER][-1]
    wrong = [f"{n:02d}" for n in range(5) if f"{n:02d}" != right][:3]
    for digits in (*wrong, right):
        answer = api.post(f"/articles/{ARTICLE}/sender-proof", {"proof": digits})
        assert answer.status_code == 422
    assert "quote_wrong" in scene.written()
    assert "sender_proven" not in scene.written()
