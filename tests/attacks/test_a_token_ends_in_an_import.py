"""Who: nobody, or a thief with an old token: it expires while its files are on their way in.

Wants: what was begun to go on by itself, and new files after that.
In the way: docs/developing/trust.md rule 14
Told: the answer says when it expired and that nothing was done; what was started before is whole,
what was only received has begun with nothing, and both are there for who renews it.
"""

from __future__ import annotations

from datetime import timedelta

from postal.people import tokens
from tests.rigs import imports
from tests.rigs.api_calls import Api
from tests.rigs.scene import ARTICLE, Scene
from web.api.engine.operation import CSV


def sent(api: Api, file: str) -> int:
    head = {"Authorization": f"Bearer {api.token}", "Content-Type": CSV}
    answer = api.client.post("/api/v1/imports", data=file.encode(), headers=head)
    return int(answer.get_json()["id"]) if answer.status_code == 202 else answer.status_code


def test_it_ends_between_two_files_and_in_the_middle_of_one(scene: Scene) -> None:
    api = scene.token(life=timedelta(days=1))
    file = imports.text([imports.row(n) for n in range(20, 23)])
    received, begun = (sent(api, file + "\n" * n) for n in range(2))
    imports.work(scene.runtime)
    assert api.post(f"/imports/{begun}/start", {"left_out": 0}).status_code == 202
    scene.player.clock.advance(days=1)
    for refused in (
        api.post(f"/imports/{received}/start", {"left_out": 0}),
        api.get(f"/imports/{begun}"),
        api.post(f"/articles/{ARTICLE}/recall", {}),
    ):
        assert refused.status_code == 401
        assert "expired on" in refused.get_json()["detail"]
        assert "nothing was done" in refused.get_json()["detail"]
    assert sent(api, file + "\n\n\n") == 401
    imports.work(scene.runtime)
    with scene.runtime.database.transaction() as conn:
        tokens.renew(conn, "attacker", timedelta(days=1), scene.runtime.now())
    done, other = (api.get(f"/imports/{each}").get_json() for each in (begun, received))
    assert (done["state"], done["imported"]) == ("done", 3)
    assert (other["state"], other["imported"]) == ("checked", 0)
    assert ("recall_article", 401) in scene.used()
    assert scene.is_safe()
