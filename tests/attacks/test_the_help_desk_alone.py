"""Who: an agent of the help desk who was offered money for one code, or one changed number.

Wants: to see the code, or to send it to another telephone; a postman's PIN; another visit.
In the way: docs/developing/trust.md rule 11, rule I6
Told: the holder gets what is sent; the access log has every page and every act, with the reason.
"""

from __future__ import annotations

import pytest

from tests.rigs.scene import ARTICLE, FRIEND, HOLDER, POSTMAN, Scene


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/desk/articles/1/correct-number", {"phone": FRIEND, "reason": "wrong_entry"}),
        ("/desk/articles/1/move-destination", {"phone": FRIEND, "reason": "wrong_entry"}),
        ("/desk/articles/1/reopen", {"reason": "other"}),
        ("/desk/articles/1/confirm-remark", {"reason": "other"}),
        ("/desk/conversations/{postman}/reset-pin", {"pin": "97531", "again": "97531"}),
        ("/desk/conversations/{postman}/name-phone", {"phone": FRIEND}),
    ],
)
def test_what_moves_anything_is_not_his(scene: Scene, path: str, form: dict[str, str]) -> None:
    scene.steps(f"list 1001: {ARTICLE}")
    ((postman,),) = scene.rows("SELECT id FROM conversations WHERE whose = %s", POSTMAN)
    agent = scene.signed_in("agent", "ag")
    assert agent.post(path.format(postman=postman), **form).status_code == 403
    assert scene.is_safe("out_for_delivery")
    assert scene.rows("SELECT 1 FROM requests") == []
    assert scene.told(HOLDER) == []


def test_a_code_that_he_sends_goes_to_its_holder_and_he_never_sees_it(scene: Scene) -> None:
    scene.steps(f"list 1001: {ARTICLE}")
    agent = scene.signed_in("agent", "ag")
    agent.post("/desk/articles/1/send-code", reason="person_asked")
    (text,) = scene.told(HOLDER)
    assert "{code}" in text
    code = scene.player.codes[HOLDER][-1]
    ((conversation,),) = scene.rows("SELECT id FROM conversations WHERE whose = %s", HOLDER)
    for page in ("/desk/articles/1", f"/desk/conversations/{conversation}", "/desk"):
        assert code not in agent.get(page).text
        assert HOLDER.removeprefix("+91") not in agent.get(page).text
    assert ("acted", "send_code, person_asked") in scene.looked("ag")
    assert ("opened", None) in [(what, None) for what, _ in scene.looked("ag")]
    assert "desk_acted" in scene.written()
    assert scene.is_safe("out_for_delivery")
