"""Who: an administrator whom another one is about to end, and who ends that one in the same second.

Wants: an office that nobody administers any more: no account is added, ended or let in again there,
and whoever is at the server must be asked.
In the way: docs/developing/trust.md rule 11
Told: whoever is refused, on the page; the access log has who was ended by whom.
"""

from __future__ import annotations

from functools import partial

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.rigs.desk import Colleague
from tests.rigs.requests import sign
from tests.rigs.scene import Scene

LEFT = "SELECT staff_id FROM staff WHERE role = 'administrator' AND active ORDER BY staff_id"


def test_of_two_who_end_each_other_one_stays(scene: Scene) -> None:
    for n in range(4):
        one, other = (scene.signed_in("administrator", f"{name}-{n}") for name in ("a", "b"))
        scene.at_once(partial(ends, one, other), partial(ends, other, one))
        left = scene.rows(LEFT)
        assert len(left) == 1, f"round {n}: {left}"
        scene.rows("UPDATE staff SET active = false WHERE role = 'administrator' RETURNING 1")


def ends(one: Colleague, other: Colleague, _: FlaskClient) -> TestResponse:
    return one.post(f"/administration/staff/{other.staff_row}/end")


def test_nor_are_both_made_clerks(scene: Scene) -> None:
    one, other = (scene.signed_in("administrator", name) for name in ("a", "b"))
    master = scene.signed_in("postmaster", "pm")
    ((here,),) = scene.rows("SELECT office_id FROM staff WHERE staff_id = 'pm'")
    seat = {"role": "clerk", "office": str(here), "note": "works at the counter now"}
    ids = []
    for asks, of in ((one, other), (other, one)):
        asks.post(f"/administration/staff/{of.staff_row}/seat", **seat)
        ids += scene.rows("SELECT max(id) FROM requests")
    assert "Agreed, and done." in sign(master, ids[0][0])
    assert "Agreed, and done." not in sign(master, ids[1][0])
    assert scene.rows(LEFT) == [("a",)]


def test_whoever_has_never_signed_in_is_no_other(scene: Scene) -> None:
    """An account that is only a row keeps nobody's."""
    one, other = (scene.signed_in("administrator", name) for name in ("a", "b"))
    scene.rows("UPDATE staff SET totp_confirmed_at = NULL WHERE staff_id = 'b' RETURNING 1")
    assert ends(one, other, scene.app.test_client()).status_code == 302
    assert scene.rows(LEFT) == [("a",)], "the one that nobody uses ends"
