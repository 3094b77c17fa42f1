"""Who: somebody whose telephone goes on in a dialled session that another one began.

Wants: the menu of the recipient or the postman who dialled it: a code, a remark, a nominee.
In the way: docs/developing/trust.md rule I6
Told: he, that this dial is over; the one who began it goes on undisturbed.
"""

from __future__ import annotations

from tests.rigs.scene import ARTICLE, FRIEND, HOLDER, Scene


def test_a_session_is_of_the_telephone_that_began_it(scene: Scene) -> None:
    scene.steps(f"list 1001: {ARTICLE}")

    def dial(phone: str, text: str) -> str:
        body = {"session": "S1", "from": phone, "text": text}
        answer = scene.player.client.post("/hooks/simulator/ussd", json=body)
        assert answer.status_code == 200
        return str(answer.get_json()["screen"])

    assert "Send my code" in dial(HOLDER, "")
    taken = dial(FRIEND, "1")
    assert "6785" not in taken
    assert scene.told(FRIEND) == []
    assert "SMS" in dial(HOLDER, "1")
    (text,) = scene.told(HOLDER)
    assert "{code}" in text
    assert scene.is_safe("out_for_delivery")
    assert {phone for (phone,) in scene.rows("SELECT DISTINCT phone FROM messages")} >= {HOLDER}
