"""Long texts that come in parts: joined, in any order, or nothing is done with them."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from flask.testing import FlaskClient

import jobs
from runtime import Runtime
from settings import Settings
from tests.rigs.clock import Clock
from tests.rigs.transcript import Player

PHONE, POSTMAN, ARTICLE = "+919876500001", "+919839000001", "EU123456785IN"
# Two full parts and a rest that only together say what is wished.
_FIRST = "bhaiya ji namaste main ramesh bol raha hun gaon mehndawal se, mera khat kab se aaya hai "
_FIRST += "x" * (153 - len(_FIRST) - 4) + " koi"
_REST = " phone karke mera otp code maang raha hai, thag lagta hai"


@pytest.fixture
def talk(player: Player) -> Player:
    player.step("office +915512340000")
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {PHONE} en")
    player.drain()
    return player


def say(client: FlaskClient, text: str, id_: str, **more: Any) -> None:
    body = {"from": PHONE, "text": text, "id": id_, **more}
    assert client.post("/hooks/simulator/sms", json=body).status_code == 200


def kept(runtime: Runtime) -> list[tuple[str, str, str | None]]:
    with runtime.database.transaction() as conn:
        return [
            (status, body, error)
            for status, body, error in conn.execute(
                "SELECT status, body, error FROM messages WHERE direction = 'in' ORDER BY id"
            ).fetchall()
        ]


def events(runtime: Runtime) -> list[str]:
    with runtime.database.transaction() as conn:
        return [
            kind
            for (kind,) in conn.execute(
                "SELECT event_kind FROM sprints WHERE message_id IS NOT NULL"
                " AND event_kind <> 'FraudReported' ORDER BY id"
            ).fetchall()
        ]


def answers(runtime: Runtime, phone: str) -> list[str]:
    """Return the templates of the texts to `phone`."""
    with runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT template FROM messages WHERE direction = 'out' AND phone = %s ORDER BY id",
            [phone],
        )
        return [template for (template,) in rows.fetchall()]


def tickets(runtime: Runtime) -> list[tuple[str, str]]:
    with runtime.database.transaction() as conn:
        return [
            (kind, phone)
            for kind, phone in conn.execute("SELECT kind, phone FROM tickets").fetchall()
        ]


def parts_left(runtime: Runtime) -> int:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT count(*) FROM text_parts WHERE sealed IS NOT NULL").fetchone()
    assert row is not None
    return int(row[0])


# ---- by the carrier's reference ------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_parts_with_a_reference_are_joined_in_any_order(
    talk: Player, client: FlaskClient, runtime: Runtime, order: tuple[int, ...]
) -> None:
    words = {1: "koi phone karke mera o", 2: "tp maan", 3: "g raha hai"}
    for number in order:
        assert events(runtime) == []
        say(client, words[number], f"p{number}", ref="77", part=number, parts=3)
    assert events(runtime) == ["ReportFraud"]
    bodies = kept(runtime)
    assert bodies[-1] == ("received", "koi phone karke mera otp maang raha hai", None)
    assert [error for _, _, error in bodies] == ["part", "part", None]
    assert parts_left(runtime) == 0
    assert ("unparsed", PHONE) not in tickets(runtime)


def test_a_part_that_is_missing_makes_the_others_inert(
    talk: Player, client: FlaskClient, runtime: Runtime, clock: Clock
) -> None:
    say(client, "3", "p2", ref="5", part=2, parts=3)  # alone it would report fraud
    say(client, "1", "p1", ref="5", part=1, parts=3)
    clock.advance(seconds=59)
    jobs.timers()
    assert (events(runtime), tickets(runtime)) == ([], [])
    clock.advance(seconds=61)
    jobs.timers()
    assert events(runtime) == []
    assert talk.drain() == []
    why = "part 3 of 3 did not come"
    assert kept(runtime) == [("unreadable", "3", why), ("unreadable", "1", why)]
    assert tickets(runtime) == [("unparsed", PHONE)]


def test_repeats_of_parts_change_nothing(
    talk: Player, client: FlaskClient, runtime: Runtime, clock: Clock
) -> None:
    for id_ in ("a", "a", "b"):  # the carrier repeats it, and delivers it under another id
        say(client, "thag ne co", id_, ref="1", part=1, parts=2)
    say(client, "de maanga", "c", ref="1", part=2, parts=2)
    for id_ in ("a", "c", "d"):
        say(client, "de maanga", id_, ref="1", part=2, parts=2)
    assert events(runtime) == ["ReportFraud"]
    clock.advance(seconds=120)
    jobs.timers()
    assert events(runtime) == ["ReportFraud"]
    assert ("unparsed", PHONE) not in tickets(runtime)


def test_a_reference_that_is_used_again_joins_no_two_texts(
    talk: Player, client: FlaskClient, runtime: Runtime
) -> None:
    say(client, "koi code ", "a", ref="1", part=1, parts=2)
    say(client, "kal ", "b", ref="1", part=1, parts=2)
    say(client, "aana", "c", ref="1", part=2, parts=2)
    assert [body for _, body, _ in kept(runtime)] == ["koi code ", "kal ", "kal aana"]
    assert tickets(runtime) == [("unparsed", PHONE)]


@pytest.mark.parametrize("ref", ["x" * 300, "\x00", "\ud800"])
def test_parts_are_joined_by_any_reference(
    talk: Player, client: FlaskClient, runtime: Runtime, ref: str
) -> None:
    say(client, "kal ", "a", ref=ref, part=1, parts=2)
    say(client, "aana", "b", ref=ref, part=2, parts=2)
    assert [body for _, body, _ in kept(runtime)][-1] == "kal aana"


def test_fraud_and_stop_wait_for_no_other_text(
    talk: Player, client: FlaskClient, runtime: Runtime
) -> None:
    say(client, "m" * 160, "a")
    say(client, "3", "b")
    say(client, "STOP", "c")
    assert [body for _, body, _ in kept(runtime)][-2:] == ["3", "STOP"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"ref": "1", "part": 3, "parts": 2},
        {"ref": "1", "part": 0, "parts": 2},
        {"ref": "1", "part": 1, "parts": 900},
        {"ref": "1", "part": 1},
        {"ref": "1", "part": "-1", "parts": "2"},
        {"ref": "1", "part": "x", "parts": "2"},
    ],
)
def test_a_part_that_cannot_be_one_is_kept_and_does_nothing(
    talk: Player, client: FlaskClient, runtime: Runtime, wrong: dict[str, object]
) -> None:
    say(client, "3", "a", **wrong)
    ((status, body, _),) = kept(runtime)
    assert (status, body, events(runtime)) == ("unreadable", "3", [])
    assert tickets(runtime) == [("unparsed", PHONE)]


def test_one_of_one_is_a_text(talk: Player, client: FlaskClient, runtime: Runtime) -> None:
    say(client, "3", "a", ref="1", part=1, parts=1)
    assert events(runtime) == ["ReportFraud"]


def test_a_code_in_a_part_is_stored_nowhere_in_clear(
    talk: Player, client: FlaskClient, runtime: Runtime
) -> None:
    say(client, "yeh lo 482", "a", ref="1", part=1, parts=3)
    say(client, "482913", "b", ref="1", part=2, parts=3)
    with runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT p::text, m.body FROM text_parts p JOIN messages m ON m.id = message_id"
        )
        written = " ".join(f"{row} {body}" for row, body in rows.fetchall())
    assert "482913" not in written
    assert b"482913".hex() not in written
    say(client, " hai", "c", ref="1", part=3, parts=3)
    assert "482913" not in kept(runtime)[-1][1]


# ---- by its length alone -------------------------------------------------------------------------


def test_a_full_first_part_waits_for_what_follows(
    talk: Player, client: FlaskClient, runtime: Runtime, clock: Clock
) -> None:
    say(client, _FIRST, "a")
    assert (len(_FIRST), events(runtime)) == (153, [])
    clock.advance(seconds=2)
    say(client, _REST, "b")
    assert events(runtime) == ["ReportFraud"]
    assert kept(runtime)[-1] == ("received", _FIRST + _REST, None)
    clock.advance(seconds=60)
    jobs.timers()
    assert events(runtime) == ["ReportFraud"]


@pytest.mark.parametrize(
    "text",
    [
        ("mera parcel kahan hai " * 8)[:160],
        ("कृपया बताएं मेरी डाक कहाँ है " * 4)[:70],
        ("कृपया बताएं मेरी डाक कहाँ है " * 4)[:67],
    ],
)
def test_where_nothing_follows_it_is_read_as_it_is(
    talk: Player, client: FlaskClient, runtime: Runtime, clock: Clock, text: str
) -> None:
    say(client, text, "a")
    assert events(runtime) == []
    clock.advance(seconds=5)
    jobs.timers()
    assert len(events(runtime)) == 1
    assert [(status, error) for status, _, error in kept(runtime)] == [("received", None)]
    assert parts_left(runtime) == 0
    jobs.timers()
    assert len(events(runtime)) == 1


@pytest.mark.parametrize(
    "text", ["x" * 152, "x" * 154, "x" * 152 + ".", "x" * 152 + "?", "x" * 161, "ह" * 66 + "।"]
)
def test_no_other_text_waits(
    talk: Player, client: FlaskClient, runtime: Runtime, text: str
) -> None:
    say(client, text, "a")
    assert len(events(runtime)) == 1


@pytest.mark.parametrize(
    ("more", "wait"),
    [({}, 5), ({"ref": "7", "part": 1, "parts": 2}, 65)],
    ids=["alone", "numbered"],
)
def test_a_postmans_text_without_its_end_does_nothing_and_he_is_told(
    talk: Player,
    client: FlaskClient,
    runtime: Runtime,
    clock: Clock,
    more: dict[str, Any],
    wait: int,
) -> None:
    text = ("1 11\n" * 40)[:153]
    body = {"from": POSTMAN, "text": text, "id": "a", **more}
    assert client.post("/hooks/simulator/sms", json=body).status_code == 200
    clock.advance(seconds=wait)
    jobs.timers()
    talk.drain()
    assert events(runtime) == ["AskedBack"]
    assert answers(runtime, POSTMAN) == ["asked_shorter"]
    assert kept(runtime)[0][0] == "unreadable"
    assert tickets(runtime) == [("unparsed", POSTMAN)]
    jobs.timers()
    assert answers(runtime, POSTMAN) == ["asked_shorter"]


def test_a_recipients_part_alone_is_answered_by_nobody(
    talk: Player, client: FlaskClient, runtime: Runtime, clock: Clock
) -> None:
    before = answers(runtime, PHONE)
    say(client, _FIRST, "a", ref="7", part=1, parts=2)
    clock.advance(seconds=65)
    jobs.timers()
    assert (events(runtime), answers(runtime, PHONE)) == ([], before)
    assert kept(runtime)[-1][0] == "unreadable"


def test_what_another_telephone_writes_is_not_joined(
    talk: Player, client: FlaskClient, runtime: Runtime
) -> None:
    say(client, _FIRST, "a")
    talk.say("+919876500002", _REST)
    assert kept(runtime)[-1][1] == _REST


class TestFloods:
    """Parts are no way around the limit of a telephone's hour."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"inbound_hourly_limit": 5})

    @pytest.mark.parametrize("numbered", [True, False])
    def test_parts_beyond_the_limit_are_counted_alone(
        self, talk: Player, client: FlaskClient, runtime: Runtime, numbered: bool
    ) -> None:
        for each in range(30):
            more = {"ref": str(each), "part": 1, "parts": 2} if numbered else {}
            say(client, _FIRST, f"f{each}", **more)
        assert len(kept(runtime)) <= 6
