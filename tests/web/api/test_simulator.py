"""The inbox of a simulated telephone: the only place besides the phone itself that shows a code."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from flows.grammar.text import MASK
from gateways.simulator.sms import SimulatorGateway
from postal.codes import code_of
from runtime import Runtime
from settings import Settings
from store.database import Conn
from tests.rigs.api_calls import api_of, article

PHONE = "+919839000011"


def delivered(conn: Conn, body: str, **changes: Any) -> None:
    """Puts an outbound message of the simulator into the books."""
    row = {
        "direction": "out",
        "phone": PHONE,
        "gateway": "simulator",
        "at": "2026-08-14T04:30:00Z",
        "body": body,
        "status": "delivered",
        "template": "code",
        "language": "en",
        "segments": 1,
        "lane": "code",
        "not_after": "2026-08-14T05:30:00Z",
        "next_attempt_at": "2026-08-14T04:30:00Z",
    } | changes
    names = ", ".join(row)
    marks = ", ".join(["%s"] * len(row))
    conn.execute(f"INSERT INTO messages ({names}) VALUES ({marks})", list(row.values()))  # noqa: S608


def test_the_inbox_shows_what_arrived_newest_last_and_the_code(
    runtime: Runtime, client: FlaskClient, settings: Settings
) -> None:
    api = api_of(runtime, client)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO staff (staff_id, name, role, office_id)"
            " VALUES ('1001', 'Ram', 'postman', 1)"
        )
        conn.execute(
            "INSERT INTO articles (number, service, otp_required, recipient_phone, recipient_name,"
            " recipient_address, recipient_pin, sender_name, code_salt, booked_at, updated_at)"
            " VALUES (%s, 'parcel', true, %s, 'a', 'b', '273303', 'c', %s, now(), now())",
            (article()["number"], PHONE, b"s" * 16),
        )
        conn.execute(
            "INSERT INTO codes (article_id, issue, postman_id, released_at, expires_at)"
            " VALUES (1, 3, 1, now(), now())"
        )
        delivered(conn, f"Tell {MASK} to the postman", code_id=1)
        delivered(conn, "thanks", status="sent")
        delivered(conn, "still on its way", status="queued")
        delivered(conn, "by another carrier", gateway="twilio")
        delivered(conn, "to another phone", phone="+919839000012")

    carrier = runtime.gateways["simulator"]
    assert isinstance(carrier, SimulatorGateway)
    carrier.off.add(PHONE)  # what was only sent waits for it
    inbox = api.get(f"/simulator/phones/{PHONE}/messages").get_json()
    assert len(inbox) == 1
    carrier.off.remove(PHONE)
    inbox = api.get(f"/simulator/phones/{PHONE}/messages").get_json()
    key = settings.dakiya_master_key.get_secret_value().encode()
    code = code_of(key, b"s" * 16, 3, settings.code_length)
    assert [each["text"] for each in inbox] == [f"Tell {code} to the postman", "thanks"]
    assert set(inbox[0]) == {"id", "at", "text", "template", "segments", "alarm"}
    assert code not in api.get(f"/articles/{article()['number']}").text
