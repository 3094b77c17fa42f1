"""Who: two who text in the same second: postman and nominee, holder and thief, sender and sender.

Wants: a handover on a code that is just being moved; two moves out of one question; two handovers.
In the way: docs/developing/trust.md rule 2, rule I2, rule I7
Told: whoever lost the race, in the answer to their own text; nothing is done by halves.
"""

from __future__ import annotations

from functools import partial

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.rigs.api_calls import number_of
from tests.rigs.desk import Colleague
from tests.rigs.requests import ask, at
from tests.rigs.scene import ARTICLE, FRIEND, HOLDER, POSTMAN, SENDER, Scene

ROUNDS = 6
SECOND = "+919839000002"


def of_round(scene: Scene, n: int) -> tuple[str, str, str]:
    """An article, its holder and somebody else, all of this round alone."""
    number, holder, other = number_of(28_704_377 + n), f"+91987651{n:04}", f"+91987652{n:04}"
    scene.steps(f"article {number} to {holder} en from {SENDER}")
    return number, holder, other


def test_a_nominee_agrees_during_the_handover(scene: Scene) -> None:
    """The code opens it before she agreed, or is dead afterwards; never both, never neither."""
    seen = set()
    for n in range(1, ROUNDS + 1):
        number, holder, other = of_round(scene, n)
        scene.steps(f"{holder} > 5 {other}", f"list 1001: {number}", f"{POSTMAN} > {n}")
        code = scene.player.codes[holder][-1]
        texts = [(POSTMAN, f"{n} {code}"), (other, "1")]
        scene.texts_at_once(*(texts if n % 2 else texts[::-1]))
        said = scene.player.drain()
        ((state, used, dead, agreed),) = scene.rows(
            "SELECT a.state, c.used_at IS NOT NULL, c.dead_reason, n.agreed_at IS NOT NULL"
            " FROM articles a JOIN codes c ON c.article_id = a.id"
            " LEFT JOIN nominees n ON n.article_id = a.id AND n.ended_at IS NULL"
            " WHERE a.number = %s",
            number,
        )
        seen.add((state, used, dead, agreed))
        assert any(line.startswith(POSTMAN) for line in said)
        assert any(line.startswith(other) for line in said)
        assert any(line.startswith(holder) for line in said)
        again = scene.steps(f"{POSTMAN} > {n} {code}")
        assert not any("दे दी गई।" in line and line.startswith(POSTMAN) for line in again)
    assert seen <= {
        ("delivered", True, None, False),
        ("out_for_delivery", False, "moved", True),
    }


def test_yes_and_it_is_mine_at_once(scene: Scene) -> None:
    """The thief knows the digits, and texts them while she says 3: her word is the last one."""
    for n in range(1, ROUNDS + 1):
        number, holder, _ = of_round(scene, n)
        scene.steps(f"{SENDER} > {number} {FRIEND} {{quote {SENDER}}}")
        quote = scene.player.quotes[holder][-1]
        texts = [(holder, f"1 {quote}"), (holder, "3")]
        scene.texts_at_once(*(texts if n % 2 else texts[::-1]))
        scene.player.drain()
        ((moved, disputed, frozen),) = scene.rows(
            "SELECT recipient_phone = %s, disputed_at IS NOT NULL, frozen_at IS NOT NULL"
            " FROM articles WHERE number = %s",
            FRIEND,
            number,
        )
        assert (moved, disputed, frozen) in {(True, True, True), (False, False, True)}
        assert ("move",) in scene.rows(
            "SELECT t.kind FROM tickets t JOIN articles a ON a.id = t.article_id"
            " WHERE a.number = %s",
            number,
        )


def test_two_wishes_of_one_sender_are_one_question(scene: Scene) -> None:
    scene.steps(f"{SENDER} > {ARTICLE} {{quote {SENDER}}}")
    scene.texts_at_once(*((SENDER, f"{ARTICLE} 98765000{n}") for n in (21, 22, 23, 24)))
    lines = scene.player.drain()
    assert sum(line.startswith(f"{HOLDER} <") for line in lines) == 1
    assert scene.rows("SELECT count(*) FROM moves") == [(1,)]
    quote = scene.player.quotes[HOLDER][-1]
    scene.texts_at_once((HOLDER, f"1 {quote}"), (HOLDER, f"1 {quote}"))
    assert scene.rows("SELECT moves FROM articles") == [(1,)]
    assert scene.rows("SELECT outcome, consent FROM moves") == [("done", "quoted")]
    assert {"move_asked", "recipient_corrected"} <= scene.written()


def test_two_of_the_office_agree_while_it_goes_out(scene: Scene) -> None:
    """Moved and then out with a code for the new one, or out and not moved: both are told."""
    for n in range(1, 4):
        number, holder, other = of_round(scene, n)
        ((row,),) = scene.rows("SELECT id FROM articles WHERE number = %s", number)
        master = scene.signed_in("postmaster", f"pm-{n}")
        second = scene.signed_in("supervisor", f"sv-{n}")
        move = {"phone": other, "reason": "wrong_entry"}
        id_ = ask(master, f"/desk/articles/{row}/correct-number", **move)
        scene.at_once(partial(goes_out, scene, number), partial(signs, second, id_))
        scene.steps(f"{POSTMAN} > {n}")
        ((moved, kind),) = scene.rows(
            "SELECT a.recipient_phone = %s, r.state FROM articles a"
            " JOIN requests r ON r.article_id = a.id WHERE a.number = %s",
            other,
            number,
        )
        assert (moved, kind) in {(True, "agreed"), (False, "refused")}
        who = other if moved else holder
        assert scene.player.holder(number) == who
        assert len(scene.player.codes.get(who, [])) == 1
        assert scene.player.codes.get(holder if moved else other) is None


def goes_out(scene: Scene, number: str, client: FlaskClient) -> TestResponse:
    body = {
        "postman": "1001",
        "date": scene.player.clock.now().date().isoformat(),
        "articles": [number],
    }
    return client.post("/api/v1/delivery-lists", json=body, headers=scene.player.headers())


def signs(colleague: Colleague, id_: int, _: FlaskClient) -> TestResponse:
    return colleague.post(at(id_, "sign"), place="second")
