"""Who: a colleague at the computer that a supervisor left signed in.

Wants: to sign as the second person in his name; to guess the number of his authenticator.
In the way: docs/developing/trust.md rule 11, rule 10
Told: the supervisor, on his pages and by an alarm, that numbers were tried where he was signed in.
"""

from __future__ import annotations

from tests.rigs.requests import ask, at, state
from tests.rigs.scene import FRIEND, SUPERVISOR, Scene


def test_a_session_older_than_five_minutes_signs_nothing(scene: Scene) -> None:
    away = scene.supervisor()
    scene.player.clock.advance(seconds=301)
    asker = scene.signed_in("postmaster", "pm")
    id_ = ask(asker, "/desk/articles/1/correct-number", phone=FRIEND, reason="wrong_entry")
    scene.told(SUPERVISOR)
    tried = [
        away.post(at(id_, "sign"), place="second", second_factor=f"00000{n}").status_code
        for n in range(6)
    ]
    assert set(tried) == {401}
    assert (state(scene.runtime, id_), scene.is_safe()) == ("waiting", True)
    scene.steps("wait 1 min")
    kinds = {
        kind
        for (kind,) in scene.rows(
            "SELECT n.kind FROM staff_notices n JOIN staff s ON s.id = n.staff_id"
            " WHERE s.staff_id = 'sv'"
        )
    }
    assert kinds & {"place_locked", "password_known"}
    assert scene.rows(
        "SELECT count(*) > 0 FROM messages WHERE phone = %s AND template LIKE 'account_%%'",
        SUPERVISOR,
    ) == [(True,)]
