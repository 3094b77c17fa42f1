"""Who: somebody on the network who calls our hooks, and a carrier's text sent again.

Wants: texts under the postman's and the holder's numbers; a receipt; a dial; the same act twice.
In the way: docs/developing/trust.md rule I7; docs/developing/carriers.md
Told: nobody, for nothing is kept of what was not the carrier's; what comes twice is answered once.
"""

from __future__ import annotations

import pytest

from tests.rigs.gateway import SECRET, signature
from tests.rigs.scene import ARTICLE, HOLDER, POSTMAN, Scene

SMS = "/hooks/twilio/sms"


def kept(scene: Scene) -> list[tuple[int, ...]]:
    return scene.rows(
        "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM sprints),"
        " (SELECT count(*) FROM receipts), (SELECT count(*) FROM provider_events)"
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (SMS, 403),
        ("/hooks/twilio/status?message=1", 403),
        ("/hooks/africastalking/wrong/sms", 404),
        (f"/hooks/africastalking/{SECRET[:-1]}/sms", 404),
        ("/hooks/africastalking/wrong/ussd", 404),
        ("/hooks/nobody/sms", 404),
        ("/hooks/payments/razorpay", 404),
    ],
)
def test_without_its_proof_no_carrier_is_believed(scene: Scene, path: str, status: int) -> None:
    scene.steps(f"list 1001: {ARTICLE}", f"{POSTMAN} > 1")
    before = kept(scene)
    code = scene.player.codes[HOLDER][-1]
    form = {"From": POSTMAN, "from": POSTMAN, "Body": f"1 {code}", "text": f"1 {code}"}
    form |= {"MessageSid": "SM1", "id": "x1", "sessionId": "S1", "phoneNumber": POSTMAN}
    forged = {"X-Twilio-Signature": signature({**form, "Body": "1"}, SMS)}
    answer = scene.player.client.post(path, data=form, headers=forged)
    assert answer.status_code == status
    assert kept(scene) == before
    assert scene.is_safe("out_for_delivery")


def test_a_text_that_is_sent_again_does_nothing_again(scene: Scene) -> None:
    scene.steps(f"list 1001: {ARTICLE}")
    form = {"MessageSid": "SM7", "From": HOLDER, "Body": "1"}
    header = {"X-Twilio-Signature": signature(form, SMS)}
    for _ in range(3):
        assert scene.player.client.post(SMS, data=form, headers=header).status_code == 200
    assert len(scene.told(HOLDER)) == 1
    # With other words under the same id, by somebody who has that signature: nothing either.
    other = {**form, "Body": "3"}
    assert scene.player.client.post(SMS, data=other, headers=header).status_code == 403
    scene.steps(f"{POSTMAN} > 1")
    body = {"from": POSTMAN, "text": f"1 {scene.player.codes[HOLDER][-1]}", "id": "once"}
    for _ in range(2):
        assert scene.player.client.post("/hooks/simulator/sms", json=body).status_code == 200
    assert len(scene.told(POSTMAN)) == 1
    assert scene.is_safe("delivered")
    assert scene.rows("SELECT count(*) FROM code_attempts") == [(1,)]
