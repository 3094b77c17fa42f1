"""Who: a clerk at the window, and software that names two of the staff as if they had signed.

Wants: to hand a waiting article to a friend "on a document" that nobody else saw.
In the way: docs/developing/trust.md rule 11
Told: everybody who could be the second person; the holder has the code meanwhile.
"""

from __future__ import annotations

from tests.rigs.requests import ask, sign, state
from tests.rigs.scene import ARTICLE, HOLDER, SUPERVISOR, Scene

SHOWN = {"article": ARTICLE, "document": "voter", "last4": "AB12", "reason": "telephone is lost"}


def test_a_clerk_alone_hands_nothing_out(scene: Scene) -> None:
    scene.at_office()
    scene.supervisor()
    clerk = scene.signed_in("clerk", "c1")
    id_ = ask(clerk, "/desk/window", **SHOWN)
    assert len(scene.told(SUPERVISOR)) == 1
    assert "cannot agree" in sign(clerk, id_)
    other = scene.signed_in("clerk", "c2")
    assert "Your role does not sign this" in sign(other, id_)
    assert state(scene.runtime, id_) == "waiting"
    assert scene.is_safe("at_office")
    assert ("acted", "document asked, other: telephone is lost") in scene.looked("c1")
    assert "collected" not in scene.written()


def test_what_was_not_agreed_on_its_day_lapses_and_who_asked_hears_it(scene: Scene) -> None:
    scene.at_office()
    clerk = scene.signed_in("clerk", "c1")
    id_ = ask(clerk, "/desk/window", **SHOWN)
    scene.steps("wait 15 h")
    late = scene.signed_in("supervisor", "late")
    assert "lapsed with its day" in sign(late, id_)
    assert scene.is_safe("at_office")


def test_software_that_names_both_has_asked_and_nothing_more(scene: Scene) -> None:
    scene.at_office()
    supervisor, clerk = scene.supervisor(), scene.signed_in("clerk", "c1")
    document = {"type": "voter", "last4": "AB12"}
    api = scene.token()
    path = f"/articles/{ARTICLE}/collect"
    assert api.post(path, {"staff": "c1", "document": document, "second": "c1"}).status_code == 422
    asked = api.post(path, {"staff": "c1", "document": document, "second": "sv"})
    assert (asked.status_code, asked.get_json()["signatures"]) == (202, 0)
    assert scene.is_safe("at_office")
    assert ARTICLE in supervisor.get("/desk/requests").text
    assert ("collect_article", 202) in scene.used()
    # The true holder has it with his code, and the request is worth nothing any more.
    scene.steps(f"{HOLDER} > 1", f"{ARTICLE} collect {{code {HOLDER}}}")
    assert scene.is_safe("delivered")
    sign(clerk, asked.get_json()["request"])
    assert state(scene.runtime, asked.get_json()["request"]) != "agreed"
