"""One conversation whose books are broken keeps nobody else's time limits and lists waiting."""

from __future__ import annotations

from conversation import postmen, timers
from tests.rigs.transcript import Player

BROKEN, WHOLE = "EU123456785IN", "RR287043775IN"
DAY = """
postman 1001 +919839000001
postman 1045 +919839000002
article EU123456785IN to +919876500001 en
article RR287043775IN to +919876500002 en
list 1001: EU123456785IN
list 1045: RR287043775IN
+919839000001 > 1 11
+919839000002 > 1 11
"""


def _a_day(player: Player) -> None:
    for line in DAY.strip().splitlines():
        player.step(line)


def _break(player: Player, state: str) -> None:
    with player.runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE conversations SET state = %s WHERE machine = 'article' AND whose = %s",
            [state, BROKEN],
        )


def _state(player: Player, number: str) -> str:
    answer = player.client.get(f"/api/v1/articles/{number}", headers=player.headers())
    return str(answer.get_json()["state"])


def test_a_time_limit_that_fails_is_put_off(player: Player) -> None:
    _a_day(player)
    _break(player, "no such state")
    player.clock.advance(seconds=5 * 3600)
    assert timers.fire_timers(player.runtime) >= 1
    assert timers.fire_timers(player.runtime) == 0, "it is not tried again at once"
    with player.runtime.database.transaction() as conn:
        rows = dict(
            conn.execute(
                "SELECT c.whose, c.state FROM conversations c WHERE c.machine = 'article'"
            ).fetchall()
        )
    assert rows == {BROKEN: "no such state", WHOLE: "waiting"}
    _break(player, "witness")
    player.clock.advance(seconds=3600)
    assert timers.fire_timers(player.runtime) >= 1, "later it is tried again"


def test_a_list_that_fails_is_put_off(player: Player) -> None:
    _a_day(player)
    player.clock.advance(seconds=5 * 3600)
    timers.fire_timers(player.runtime)
    _break(player, "no such state")
    player.clock.advance(seconds=19 * 3600)
    assert postmen.begin_day(player.runtime) == 1
    assert (_state(player, BROKEN), _state(player, WHOLE)) == ("attempted", "out_for_delivery")
    _break(player, "waiting")
    assert postmen.begin_day(player.runtime) == 0, "it is not tried again at once"
    player.clock.advance(seconds=3600)
    assert postmen.begin_day(player.runtime) == 1
    assert _state(player, BROKEN) == "out_for_delivery"
