"""Who: an administrator, who keeps accounts and carriers, and looks for a neighbour's post.

Wants: names, telephones, articles, conversations; and no trace of it.
In the way: docs/developing/trust.md rule 11, rule I6
Told: the access log, which he may read and cannot change, and other keepers read too.
"""

from __future__ import annotations

import psycopg
import pytest

from tests.rigs.scene import FRIEND, HOLDER, Scene


def test_no_page_of_a_person_is_his(scene: Scene) -> None:
    scene.steps(f"{HOLDER} > 9")
    ((conversation,),) = scene.rows("SELECT id FROM conversations WHERE whose = %s", HOLDER)
    admin = scene.signed_in("administrator", "ad")
    for page in (
        "/desk/find",
        "/desk/articles/1",
        f"/desk/conversations/{conversation}",
        "/desk/tickets",
        "/desk/requests",
        "/office",
        "/counter",
    ):
        assert admin.get(page).status_code in (403, 404), page
    assert admin.post("/desk/find", asked=HOLDER).status_code == 403
    move = {"phone": FRIEND, "reason": "wrong_entry"}
    assert admin.post("/desk/articles/1/correct-number", **move).status_code == 403
    log = admin.get("/desk/access-log")
    assert log.status_code == 200
    assert HOLDER not in log.text
    assert "Sita Devi" not in log.text
    assert scene.is_safe()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        scene.rows("DELETE FROM access_log RETURNING 1")
