"""A telephone of two offices: each sees what concerns its own articles, and no more."""

from __future__ import annotations

from flask import Flask

from runtime import Runtime
from tests.rigs.desk import sign_in
from tests.rigs.transcript import Player
from tests.rigs.two_offices import OTHER

PHONE, OURS, THEIRS = "+919876500001", "EU123456785IN", "RR287043775IN"


def theirs(player: Player, runtime: Runtime) -> int:
    """A telephone with a story at one office, and one booking at another; its conversation."""
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', %s, 'sub', 'Maharajganj')",
            [OTHER],
        )
    for line in (
        "postman 1001 +919839000001",
        f"article {OURS} to {PHONE} en from +919811100001",
        f"list 1001: {OURS}",
        f"{PHONE} > 3 some private words",
        "+919839000001 > 1",
    ):
        player.step(line)
    body = {
        "number": THEIRS,
        "service": "registered",
        "recipient": {"phone": PHONE, "name": "X", "address": "A", "pin": OTHER, "language": "en"},
        "sender": {"phone": "+919700000001", "name": "S"},
    }
    player.api("/articles", body)
    with runtime.database.transaction() as conn:
        found = conn.execute(
            "SELECT id FROM conversations WHERE whose = %s AND machine = 'recipient'", [PHONE]
        ).fetchone()
    assert found is not None
    return int(found[0])


def test_a_booking_opens_no_view_of_what_another_office_was_told(
    player: Player, app: Flask, runtime: Runtime
) -> None:
    at = f"/desk/conversations/{theirs(player, runtime)}"
    other = sign_in(app, runtime, "postmaster", "other", OTHER)
    for page in (other.get(at).text, other.get(f"{at}/replay").text):
        assert THEIRS in page
        assert "private words" not in page
        assert OURS not in page
        assert "6785" not in page
    assert "has to do with other offices too" in other.get(at).text
    own = sign_in(app, runtime, "postmaster", "own")
    assert "private words" in own.get(at).text
    agent = sign_in(app, runtime, "agent", "agent").get(at).text
    assert "private words" in agent
    assert "other offices too" not in agent


def test_a_scan_tells_no_other_office_who_carries_it(
    player: Player, app: Flask, runtime: Runtime
) -> None:
    theirs(player, runtime)
    clerk = sign_in(app, runtime, "clerk", "clerk", OTHER)
    page = clerk.post("/office/arrivals", number=OURS).text
    assert "missent to" in page
    assert "1001" not in page
