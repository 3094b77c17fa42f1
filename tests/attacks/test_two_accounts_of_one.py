"""Who: a postmaster with a second account, of a supervisor's role, and one telephone for both.

Wants: to be the second person to his own wish: the code of an article to a friend's telephone.
In the way: docs/developing/trust.md rule 11
Told: the other possible second persons, by text; both accounts have it in the access log.
"""

from __future__ import annotations

from tests.rigs.requests import ask, at, sign, state
from tests.rigs.scene import FRIEND, SUPERVISOR, Scene

HIS = "+919811444555"
OTHER = "+919811444666"
MOVE = {"phone": FRIEND, "reason": "wrong_entry"}


def test_one_telephone_is_one_person(scene: Scene) -> None:
    scene.supervisor()
    first = scene.signed_in("postmaster", "pm")
    second = scene.signed_in("supervisor", "pm-too")
    scene.rows("UPDATE staff SET phone = %s WHERE staff_id = 'pm' RETURNING 1", HIS)
    scene.rows("UPDATE staff SET next_phone = %s WHERE staff_id = 'pm-too' RETURNING 1", HIS)
    id_ = ask(first, "/desk/articles/1/correct-number", **MOVE)
    assert len(scene.told(SUPERVISOR)) == 1
    assert "not another account" in sign(second, id_)
    assert first.post(at(id_, "sign"), place="first").status_code == 302
    assert state(scene.runtime, id_) == "waiting"
    assert scene.is_safe()
    assert ("acted", "correct_number asked, wrong_entry") in scene.looked("pm")
    assert "recipient_corrected" not in scene.written()


def test_no_administrator_makes_two_of_one(scene: Scene) -> None:
    """He would be both of two by naming another telephone for one of his accounts."""
    admin = scene.signed_in("administrator", "admin")
    first = scene.signed_in("postmaster", "pm")
    second = scene.signed_in("supervisor", "pm-too")
    scene.rows("UPDATE staff SET phone = %s WHERE staff_id LIKE 'pm%%' RETURNING 1", HIS)
    path = f"/administration/staff/{second.staff_row}/phone"
    for phone in ("", OTHER):
        assert admin.post(path, phone=phone).status_code == 302
        id_ = ask(first, "/desk/articles/1/correct-number", **MOVE)
        assert "not another account" in sign(second, id_), phone
        assert first.post(at(id_, "withdraw")).status_code == 302
    both = scene.rows("SELECT staff_id, phone FROM staff WHERE staff_id LIKE 'pm%%' ORDER BY 1")
    assert both == [("pm", OTHER), ("pm-too", OTHER)], "a new telephone is that of both"
    assert ("acted", "telephone of pm") in scene.looked("admin")
    assert scene.is_safe()


def test_nobody_agrees_to_what_an_account_of_his_own_is(scene: Scene) -> None:
    """The account with which he agrees is another one than that which becomes an administrator."""
    admin = scene.signed_in("administrator", "admin")
    second = scene.signed_in("supervisor", "sv")
    his = scene.signed_in("clerk", "sv-too")
    scene.rows("UPDATE staff SET phone = %s WHERE staff_id LIKE 'sv%%' RETURNING 1", HIS)
    ((here,),) = scene.rows("SELECT office_id FROM staff WHERE staff_id = 'sv'")
    seat = {"role": "administrator", "office": str(here), "note": "helps with the accounts"}
    admin.post(f"/administration/staff/{his.staff_row}/seat", **seat)
    ((id_,),) = scene.rows("SELECT max(id) FROM requests")
    assert "own account" in sign(second, id_)
    assert scene.rows("SELECT role FROM staff WHERE staff_id = 'sv-too'") == [("clerk",)]
    assert "Agreed, and done." in sign(scene.signed_in("supervisor", "another"), id_)
