"""Who: somebody without a password who tries many, so that a supervisor cannot sign in.

Wants: nobody there to be the second person, or to read tickets, this morning.
In the way: docs/developing/trust.md rule 10
Told: the owner, by an alarm and on his pages; he signs in from his own browser meanwhile.
"""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.rigs.desk import PASSWORD, TOKEN, Colleague, number, submit
from tests.rigs.scene import SUPERVISOR, Scene


def guess(client: FlaskClient, password: str) -> int:
    at = {"REMOTE_ADDR": "203.0.113.9"}
    token = TOKEN.search(client.get("/desk/sign-in", environ_base=at).text)
    form = {"csrf_token": token[1] if token else "", "staff_id": "sv", "password": password}
    return client.post("/desk/sign-in", data=form, environ_base=at).status_code


def test_the_owner_gets_in(scene: Scene) -> None:
    owner: Colleague = scene.supervisor()
    assert owner.get("/desk").status_code == 200
    stranger = scene.app.test_client()
    assert [guess(stranger, "not the password") for _ in range(5)] == [401] * 5
    assert guess(stranger, PASSWORD) == 401  # that place waits, whatever is typed there
    scene.steps("wait 1 min")
    assert scene.rows(
        "SELECT count(*) FROM messages WHERE phone = %s AND template = 'account_guessed'",
        SUPERVISOR,
    ) == [(1,)]
    assert scene.rows("SELECT kind FROM staff_notices WHERE kind = 'place_locked'")
    # Neither his session nor a new sign-in at another place is touched by it.
    assert owner.get("/desk").status_code == 200
    fresh = scene.app.test_client()
    signed = submit(fresh, "/desk/sign-in", staff_id="sv", password=PASSWORD)
    assert signed.headers["Location"].endswith("/desk/second-factor")
    shown = number(scene.runtime, owner.staff_row, steps=1)
    assert submit(fresh, "/desk/second-factor", second_factor=shown).status_code == 302
    assert fresh.get("/desk").status_code == 200
