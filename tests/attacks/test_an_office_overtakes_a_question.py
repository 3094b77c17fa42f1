"""Who: a proven sender whose wish is out as a question, while two of the office do another one.

Wants: his friend to count as the one who was agreed to; or to be the holder when time is up.
In the way: docs/developing/trust.md rule 2, rule 3
Told: the holder, the office's new telephone, the sender; and the friend, that he gets nothing.
"""

from __future__ import annotations

from tests.rigs.requests import both
from tests.rigs.scene import ARTICLE, FRIEND, HOLDER, SENDER, Scene

OTHER = "+919876500002"


def test_the_question_is_over_and_led_to_nothing(scene: Scene) -> None:
    scene.steps(f"{SENDER} > {ARTICLE} {FRIEND} {{quote {SENDER}}}")
    master, second = scene.signed_in("postmaster", "pm"), scene.signed_in("supervisor", "sv")
    move = {"phone": OTHER, "reason": "wrong_entry"}
    assert "Agreed, and done." in both(master, second, "/desk/articles/1/correct-number", **move)
    lines = scene.player.drain()
    for phone in (HOLDER, OTHER, SENDER, FRIEND):
        assert any(line.startswith(f"{phone} < ") for line in lines), phone
    assert "6785 का कोड इस फोन पर नहीं आएगा" in next(each for each in lines if FRIEND in each)
    # What the holder answers to the old question, and its silence, are about nothing.
    scene.steps(f"{HOLDER} > 1 {{quote {HOLDER}}}", "wait 6 h")
    assert scene.is_safe(holder=OTHER)
    moves = scene.rows("SELECT by, to_phone, outcome, consent FROM moves ORDER BY id")
    assert moves == [("sender", FRIEND, "lapsed", None), ("office", OTHER, "done", "two")]
    assert {"move_asked", "recipient_corrected"} <= scene.written()


def test_whoever_was_named_by_the_holder_hears_it_too(scene: Scene) -> None:
    scene.steps(f"{HOLDER} > 5 {FRIEND}", f"{FRIEND} > 1", "wait 11 min")
    assert scene.is_safe(holder=FRIEND)
    master, second = scene.signed_in("postmaster", "pm"), scene.signed_in("supervisor", "sv")
    move = {"phone": OTHER, "reason": "wrong_entry"}
    both(master, second, "/desk/articles/1/correct-number", **move)
    assert len(scene.told(FRIEND)) == 1
    assert scene.is_safe(holder=OTHER)
    assert "nomination_ended" in scene.written()
