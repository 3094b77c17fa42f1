"""Who: a postmaster and a clerk of an office that has nothing to do with the article.

Wants: to read whose it is, to move it, to agree to a move, to hand it out at their own window.
In the way: docs/developing/trust.md rule 11, rule I6
Told: nobody is harmed, nothing is shown; each answer is 404 or a refusal, and the office's own
postmaster has what was asked of him before him still.
"""

from __future__ import annotations

from tests.rigs.api_calls import Api
from tests.rigs.requests import ask, at, state, told
from tests.rigs.scene import ARTICLE, ELSEWHERE, FRIEND, HERE, HOLDER, Scene

MOVE = {"phone": FRIEND, "reason": "wrong_entry"}


def test_a_postmaster_behind_the_wall_sees_and_signs_nothing(scene: Scene) -> None:
    scene.steps(f"{HOLDER} > 9")
    ((conversation,),) = scene.rows("SELECT id FROM conversations WHERE whose = %s", HOLDER)
    asked = ask(scene.signed_in("postmaster", "own"), "/desk/articles/1/correct-number", **MOVE)
    other = scene.signed_in("postmaster", "other", ELSEWHERE)
    for page in ("/desk/articles/1", f"/desk/conversations/{conversation}", "/desk/tickets/1"):
        assert other.get(page).status_code == 404, page
    assert other.post("/desk/articles/1/correct-number", **MOVE).status_code == 404
    assert scene.rows("SELECT count(*) FROM requests") == [(1,)]
    assert other.post(at(asked, "sign"), place="second").status_code == 404
    found = other.post("/desk/find", query=ARTICLE).text
    assert "Sita Devi" not in found
    assert "/desk/articles/1" not in found
    assert state(scene.runtime, asked) == "waiting"
    assert scene.is_safe()
    assert scene.looked("other") == [("listed", "desk.find: found by text")]
    assert ("acted", "correct_number asked, wrong_entry") in scene.looked("own")


def test_a_number_that_is_typed_at_the_scanner_tells_nothing_of_a_person(scene: Scene) -> None:
    """It says where the article goes: whoever has it in hand reads the rest on it."""
    clerk = scene.signed_in("clerk", "far", ELSEWHERE)
    shown = clerk.post("/office/arrivals", number=ARTICLE).text
    assert f'<th scope="row">{ARTICLE}' in shown
    assert f"<b>{HERE}</b>" in shown
    ((name,),) = scene.rows("SELECT recipient_name FROM articles")
    assert name not in shown
    own = scene.signed_in("clerk", "near")
    assert name in own.post("/office/arrivals", number=ARTICLE).text


def test_the_window_of_another_office_hands_nothing_out(scene: Scene) -> None:
    scene.at_office()
    scene.steps(f"{HOLDER} > 1")
    code = scene.player.codes[HOLDER][-1]
    clerk = scene.signed_in("clerk", "far", ELSEWHERE)
    shown = {"article": ARTICLE, "document": "voter", "last4": "AB12", "reason": "no telephone"}
    clerk.post("/desk/window", **shown)
    assert "No such article" in told(clerk, "/desk/window")
    api = Api(scene.player.client, scene.player.token)
    refused = api.post(f"/articles/{ARTICLE}/collect", {"staff": "far", "code": code})
    assert refused.status_code == 422
    assert "another office" in refused.text
    assert scene.is_safe("at_office")
    assert ("collect_article", 422) in scene.used("transcripts")


def test_nobody_frightens_the_neighbours_of_another_office(scene: Scene) -> None:
    """It concerns the office that scanned it: that is no right to text everybody of its PIN."""
    scene.steps(f"list 1001: {ARTICLE}")
    other = scene.signed_in("postmaster", "other", ELSEWHERE)
    scene.rows(
        "INSERT INTO arrivals (office_id, number, article_id, kind, at, staff_id)"
        " SELECT s.office_id, a.number, a.id, 'here', now(), s.id FROM staff s, articles a"
        " WHERE s.staff_id = 'other' RETURNING 1"
    )
    page = other.get("/desk/articles/1").text
    assert "its PIN belongs to another office" in page
    scene.told(HOLDER)
    other.post("/desk/articles/1/warn-herd", reason="suspected_fraud")
    assert "its PIN belongs to another office" in told(other, "/desk/articles/1")
    assert scene.rows("SELECT count(*) FROM herd_warnings") == [(0,)]
    assert scene.told(HOLDER) == []
    own = scene.signed_in("postmaster", "own")
    own.post("/desk/articles/1/warn-herd", reason="suspected_fraud")
    assert scene.rows("SELECT pin FROM herd_warnings") == [(HERE,)]
