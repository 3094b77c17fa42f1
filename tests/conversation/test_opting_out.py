"""STOP and START as the carriers know them: Twilio's OptOutType, and sends that it refuses."""

from __future__ import annotations

from flask.testing import FlaskClient

from gateways.base import Reason, Receipt, ReceiptStatus
from outbox import receipts
from runtime import Runtime
from tests.rigs.gateway import signature
from tests.rigs.transcript import Player

PHONE = "+919876500001"
ARTICLE = f"article EU123456785IN to {PHONE} en"


def opted_out(runtime: Runtime) -> bool:
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT opted_out_at IS NOT NULL FROM phones WHERE phone = %s", [PHONE]
        ).fetchone()
    assert row is not None
    return bool(row[0])


def twilio_says(client: FlaskClient, sid: str, body: str, opting: str) -> None:
    form = {"MessageSid": sid, "From": PHONE, "Body": body, "OptOutType": opting}
    path = "/hooks/twilio/sms"
    header = {"X-Twilio-Signature": signature(form, path)}
    answer = client.post(path, data=form, headers=header)
    assert answer.status_code == 200


def test_words_that_twilio_takes_for_stop_stop(player: Player) -> None:
    player.step(ARTICLE)
    twilio_says(player.client, "SM" + "1" * 32, "bas karo bhai", "STOP")
    assert opted_out(player.runtime)
    twilio_says(player.client, "SM" + "2" * 32, "theek hai", "START")
    assert not opted_out(player.runtime)


def test_help_to_twilio_changes_nothing(player: Player) -> None:
    player.step(ARTICLE)
    twilio_says(player.client, "SM" + "3" * 32, "HELP", "HELP")
    assert not opted_out(player.runtime)


def test_a_send_refused_for_a_stop_that_we_never_saw_is_remembered(player: Player) -> None:
    player.step(ARTICLE)
    with player.runtime.database.transaction() as conn:
        row = conn.execute(  # the simulator delivers at once; a carrier's refusal comes later
            "UPDATE messages SET status = 'sent', delivered_at = NULL WHERE phone = %s"
            " RETURNING id, gateway, carrier_id",
            [PHONE],
        ).fetchone()
    assert row is not None
    receipt = Receipt(
        row[1], row[2], row[0], ReceiptStatus.FAILED, "undelivered", Reason.OPTED_OUT, "21610"
    )
    receipts.receive(player.runtime, receipt)
    assert opted_out(player.runtime)
