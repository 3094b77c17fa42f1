"""Who: a page somewhere that a supervisor opens while he is signed in.

Wants: his browser to ask for a move, to sign one, to warn a village, with his cookie.
In the way: docs/developing/trust.md rule 11, rule 14
Told: nobody; the form has no token of ours, and nothing is done or written.
"""

from __future__ import annotations

import pytest

from tests.rigs.requests import ask, at, state
from tests.rigs.scene import FRIEND, Scene


@pytest.mark.parametrize("path", ["/desk/articles/1/correct-number", "/desk/articles/1/warn-herd"])
def test_it_has_no_token(scene: Scene, path: str) -> None:
    supervisor = scene.supervisor()
    form = {"phone": FRIEND, "reason": "wrong_entry", "csrf_token": "made-up"}
    assert supervisor.client.post(path, data=form).status_code == 400
    assert scene.rows("SELECT 1 FROM requests") == []
    assert scene.is_safe()


def test_it_signs_nothing(scene: Scene) -> None:
    supervisor, master = scene.supervisor(), scene.signed_in("postmaster", "pm")
    id_ = ask(master, "/desk/articles/1/correct-number", phone=FRIEND, reason="wrong_entry")
    assert supervisor.client.post(at(id_, "sign"), data={"place": "second"}).status_code == 400
    assert (state(scene.runtime, id_), scene.is_safe()) == ("waiting", True)
    cookie = supervisor.client.get_cookie(
        scene.app.config["SESSION_COOKIE_NAME"], path=scene.app.config["SESSION_COOKIE_PATH"] or "/"
    )
    assert cookie is None or cookie.secure
