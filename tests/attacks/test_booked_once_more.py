"""Who: software, or a clerk with a CSV file, that books an article again with another telephone.

Wants: a move without a holder, a sender or a second person: by booking.
In the way: docs/developing/trust.md rule 2, rule 11
Told: whoever sends it: the article is booked already, and nothing of it changes; the holder is not
rung up for it.
"""

from __future__ import annotations

from typing import Any

from tests.rigs import imports
from tests.rigs.scene import ARTICLE, FRIEND, HERE, HOLDER, SENDER, Scene

BODY: dict[str, Any] = {
    "number": ARTICLE,
    "service": "speed_post",
    "otp_required": True,
    "recipient": {
        "name": "Sita Devi",
        "address": "Village Piprauli",
        "pin": HERE,
        "language": "en",
        "phone": HOLDER,
    },
    "sender": {"phone": SENDER, "name": "Mohan"},
    "cod_amount": 0,
}


def test_by_software(scene: Scene) -> None:
    api = scene.token()
    assert api.post("/articles", BODY).status_code == 200  # the same once more
    for change in (
        {"recipient": {**BODY["recipient"], "phone": FRIEND}},
        {"sender": {**BODY["sender"], "phone": FRIEND}},
        {"otp_required": False},
    ):
        assert api.post("/articles", BODY | change).status_code == 409
    assert scene.is_safe()
    assert scene.rows("SELECT sender_phone, otp_required FROM articles") == [(SENDER, True)]
    assert scene.player.drain() == []
    assert ("book_article", 409) in scene.used()


def test_by_a_file(scene: Scene) -> None:
    clerk = scene.signed_in("clerk", "c1")
    row = imports.row(1, article=ARTICLE, recipient_mobile=FRIEND, cod="0")
    found = imports.uploaded(clerk, imports.text([row, imports.row(21)]).encode())
    bad = imports.faults(scene.runtime, found)
    assert list(bad) == [2]
    imports.started(clerk, found)
    assert scene.is_safe()
    assert not any(line.startswith((HOLDER, FRIEND)) for line in scene.player.drain())
    assert scene.rows("SELECT count(*) FROM imports") == [(1,)]  # who sent which file, for good
