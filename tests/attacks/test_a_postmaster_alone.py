"""Who: a postmaster of the article's own office, with all rights that one person has.

Wants: the code elsewhere, a postman's PIN and telephone, another visit: without anybody else.
In the way: docs/developing/trust.md rule 11
Told: possible second persons, by text; the access log; what nobody agrees to lapses with its day.
"""

from __future__ import annotations

import pytest

from tests.rigs.requests import ask, sign, state
from tests.rigs.scene import FRIEND, HOLDER, POSTMAN, SUPERVISOR, Scene


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/desk/articles/1/correct-number", {"phone": FRIEND}),
        ("/desk/articles/1/move-destination", {"phone": FRIEND}),
        ("/desk/conversations/{postman}/reset-pin", {"pin": "97531", "again": "97531"}),
        ("/desk/conversations/{postman}/name-phone", {"phone": FRIEND}),
    ],
)
def test_nothing_is_done_by_one(scene: Scene, path: str, form: dict[str, str]) -> None:
    scene.steps(f"{POSTMAN} > 00")
    ((postman,),) = scene.rows("SELECT id FROM conversations WHERE whose = %s", POSTMAN)
    before = scene.rows("SELECT phone, next_phone, pin_hash FROM staff WHERE staff_id = '1001'")
    scene.supervisor()
    master = scene.signed_in("postmaster", "pm")
    id_ = ask(master, path.format(postman=postman), reason="other", **form)
    assert len(scene.told(SUPERVISOR)) == 1
    assert "cannot agree" in sign(master, id_)
    assert scene.is_safe()
    assert scene.told(FRIEND) == []
    scene.steps("wait 15 h")
    late = scene.signed_in("supervisor", "late")
    assert "lapsed with its day" in sign(late, id_)
    assert state(scene.runtime, id_) != "agreed"
    assert before == scene.rows(
        "SELECT phone, next_phone, pin_hash FROM staff WHERE staff_id = '1001'"
    )
    assert any(what == "acted" for what, _ in scene.looked("pm"))


def test_even_two_move_it_only_under_the_holders_eyes(scene: Scene) -> None:
    """Two who are in league: the holder's alarm and 3 are what is left, and they stop it."""
    second, master = scene.supervisor(), scene.signed_in("postmaster", "pm")
    id_ = ask(master, "/desk/articles/1/correct-number", phone=FRIEND, reason="wrong_entry")
    assert "Agreed, and done." in sign(second, id_)
    assert any("Not right? Send 3" in text for text in scene.told(HOLDER))
    scene.steps(f"{HOLDER} > 3", "list 1001: EU123456785IN", f"{POSTMAN} > 1", f"{FRIEND} > 1")
    assert scene.rows("SELECT 1 FROM codes") == []
    assert "move" in scene.tickets()
    assert {"desk_acted", "recipient_corrected", "move_disputed"} <= scene.written()
