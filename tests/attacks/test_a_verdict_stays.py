"""Who: a recipient, or somebody in her name, who denies a remark after the office looked into it.

Wants: the attempt struck out for good measure, and one visit after another.
In the way: docs/developing/trust.md rule I3
Told: she, that a ticket is open; the office, once more. The verdict of the inquiry stays.
"""

from __future__ import annotations

from tests.rigs.scene import ARTICLE, HOLDER, OFFICE, POSTMAN, Scene


def test_a_text_does_not_undo_an_inquiry(scene: Scene) -> None:
    scene.steps(f"list 1001: {ARTICLE}", f"{POSTMAN} > 1 11")
    supervisor = scene.supervisor()
    answer = supervisor.post("/desk/articles/1/confirm-remark", reason="checked_at_office")
    assert answer.status_code == 302
    assert scene.rows("SELECT witness, attempts FROM articles") == [("confirmed", 1)]
    said = scene.steps(f"{HOLDER} > 2")
    assert any(line.startswith(f"{HOLDER} <") for line in said)
    assert any(line.startswith(f"{OFFICE} <") for line in said)
    assert scene.rows("SELECT witness, attempts FROM articles") == [("confirmed", 1)]
    assert scene.tickets() == {"not_received"}
    assert scene.is_safe("attempted")
