"""Route or telephone? The pure judgement on probes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outbox.probe_reading import Letters, ProbeAnswer, read
from outbox.probe_verdicts import Probe, ProbeVerdicts, judge

NOW = datetime(2026, 8, 14, 6, tzinfo=UTC)
LATE = timedelta(seconds=120)
EVERY = timedelta(minutes=5)
ONE, TWO = "+919800000001", "+919800000002"
EXPECTED = "जांच 4711। यह फोन यह मैसेज अपने आप वापस भेजता है।"


def probe(
    carrier: str,
    phone: str,
    rounds_ago: int,
    seconds: float | None = 8,
    letters: Letters = "whole",
    status: str = "sent",
    right: bool | None = None,
) -> Probe:
    at = NOW - rounds_ago * EVERY - timedelta(seconds=130)
    answered = None if seconds is None else at + timedelta(seconds=seconds)
    sent_at = at if status in ("sent", "delivered") else None
    said = letters if answered else None
    return Probe(carrier, phone, at, status, sent_at, answered, said, None, right)


def states(*probes: Probe) -> tuple[dict[str, str], dict[str, str]]:
    verdicts: ProbeVerdicts = judge(sorted(probes, key=lambda each: each.round_at), LATE, NOW)
    return (
        {each.carrier: each.state for each in verdicts.routes},
        {each.phone: each.state for each in verdicts.handsets},
    )


def silent(carrier: str, phone: str) -> list[Probe]:
    return [probe(carrier, phone, ago, None) for ago in (1, 0)]


def well(carrier: str, phone: str) -> list[Probe]:
    return [probe(carrier, phone, ago) for ago in (1, 0)]


def test_all_answer() -> None:
    assert states(*well("a", ONE), *well("b", ONE)) == ({"a": "well", "b": "well"}, {ONE: "on"})


def test_a_route_is_dead_where_its_telephones_answer_others() -> None:
    routes, handsets = states(*silent("a", ONE), *well("b", ONE))
    assert (routes, handsets) == ({"a": "dead", "b": "well"}, {ONE: "on"})


def test_a_telephone_is_off_where_others_answer_its_routes() -> None:
    found = states(*silent("a", ONE), *silent("b", ONE), *well("a", TWO), *well("b", TWO))
    assert found == ({"a": "well", "b": "well"}, {ONE: "off", TWO: "on"})


def test_a_telephone_that_was_switched_off_just_now_kills_no_route() -> None:
    """It answered all routes two rounds ago, and none since."""
    before = [probe(carrier, ONE, ago) for carrier in "ab" for ago in (3, 2)]
    found = states(*before, *silent("a", ONE), *silent("b", ONE), *well("a", TWO), *well("b", TWO))
    assert found == ({"a": "well", "b": "well"}, {ONE: "off", TWO: "on"})


def test_a_dead_route_and_a_telephone_that_is_off_at_once() -> None:
    found = states(*silent("a", ONE), *silent("b", ONE), *silent("a", TWO), *well("b", TWO))
    assert found == ({"a": "dead", "b": "well"}, {ONE: "off", TWO: "on"})


def test_a_route_that_reaches_one_telephone_alone_is_named_with_the_other() -> None:
    """Both telephones are on and the carrier works: it does not reach the operator of one."""
    probes = [*silent("a", ONE), *well("b", ONE), *well("a", TWO), *well("b", TWO)]
    found = judge(sorted(probes, key=lambda each: each.round_at), LATE, NOW)
    assert [(each.carrier, each.state, each.at) for each in found.routes] == [
        ("a", "partly", (ONE,)), ("b", "well", ()),
    ]  # fmt: skip
    assert [(each.phone, each.state, each.by) for each in found.handsets] == [
        (ONE, "on", ("a",)), (TWO, "on", ()),
    ]  # fmt: skip
    pairs = {(each.carrier, each.phone): (each.state, each.missing) for each in found.pairs}
    assert pairs == {
        ("a", ONE): ("lost", 2), ("a", TWO): ("well", 0),
        ("b", ONE): ("well", 0), ("b", TWO): ("well", 0),
    }  # fmt: skip


def test_a_telephone_that_is_off_accuses_no_route_at_it() -> None:
    probes = [*silent("a", ONE), *silent("b", ONE), *well("a", TWO), *well("b", TWO)]
    found = judge(sorted(probes, key=lambda each: each.round_at), LATE, NOW)
    assert [(each.state, each.at) for each in found.routes] == [("well", ()), ("well", ())]
    assert [(each.state, each.by) for each in found.handsets] == [("off", ("a", "b")), ("on", ())]


def test_a_dead_route_is_named_with_the_telephones_that_are_on() -> None:
    probes = [*silent("a", ONE), *silent("b", ONE), *silent("a", TWO), *well("b", TWO)]
    found = judge(sorted(probes, key=lambda each: each.round_at), LATE, NOW)
    assert [(each.state, each.at) for each in found.routes] == [("dead", (TWO,)), ("well", ())]


def test_broken_hindi_is_named_with_its_telephone() -> None:
    probes = [*well("a", ONE), probe("a", TWO, 0, letters="broken")]
    found = judge(sorted(probes, key=lambda each: each.round_at), LATE, NOW)
    assert [(each.state, each.at) for each in found.routes] == [("broken", (TWO,))]


def test_delay_and_a_wrong_sender_are_named_with_their_telephone() -> None:
    probes = [probe("a", ONE, 0), *(probe("a", TWO, ago, 125) for ago in (1, 0))]
    probes += [*well("b", ONE), probe("b", TWO, 0, right=False)]
    found = judge(sorted(probes, key=lambda each: each.round_at), LATE, NOW)
    assert [(each.state, each.at) for each in found.routes] == [
        ("late", (TWO,)), ("sender", (TWO,)),
    ]  # fmt: skip


def test_one_lost_text_at_a_new_telephone_is_named_with_no_route() -> None:
    probes = [*well("a", ONE), probe("a", TWO, 0, None), *well("b", ONE), *well("b", TWO)]
    found = judge(sorted(probes, key=lambda each: each.round_at), LATE, NOW)
    assert [(each.state, each.at) for each in found.routes] == [("well", ()), ("well", ())]
    assert [each.by for each in found.handsets] == [(), ()]
    pairs = {(each.carrier, each.phone): each.state for each in found.pairs}
    assert pairs["a", TWO] == "waiting"


def test_an_answer_from_before_the_loss_clears_nobody() -> None:
    """Another telephone answered that route an hour ago, and nothing answers since: who knows?"""
    before = [probe("a", TWO, ago) for ago in (5, 4)]
    found = states(*before, *silent("a", ONE), *silent("a", TWO))
    assert found == ({"a": "silent"}, {ONE: "silent", TWO: "silent"})
    before = [probe("b", ONE, ago) for ago in (5, 4)]
    found = states(*before, *silent("a", ONE), *silent("b", ONE))
    assert found == ({"a": "silent", "b": "silent"}, {ONE: "silent"})


def test_where_nothing_answers_nobody_knows() -> None:
    assert states(*silent("a", ONE)) == ({"a": "silent"}, {ONE: "silent"})
    found = states(*(each for c in "ab" for p in (ONE, TWO) for each in silent(c, p)))
    assert found == ({"a": "silent", "b": "silent"}, {ONE: "silent", TWO: "silent"})


def test_one_lost_text_is_no_dead_route() -> None:
    found = states(probe("a", ONE, 1), probe("a", ONE, 0, None), *well("b", ONE))
    assert found[0] == {"a": "well", "b": "well"}


def test_broken_letters_a_wrong_sender_and_delay() -> None:
    assert states(*well("a", ONE), probe("a", TWO, 0, letters="broken"))[0] == {"a": "broken"}
    assert states(probe("a", ONE, 0, right=False))[0] == {"a": "sender"}
    assert states(*[probe("a", ONE, ago, 125) for ago in (1, 0)])[0] == {"a": "late"}


def test_what_was_not_sent_says_nothing_of_the_telephone() -> None:
    never = [probe("a", ONE, ago, None, status="expired") for ago in (1, 0)]
    assert states(*never, *well("b", ONE)) == ({"a": "not_sent", "b": "well"}, {ONE: "on"})


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (EXPECTED, ProbeAnswer("whole", None, None)),
        (f"VM-INPOST-S: {EXPECTED}", ProbeAnswer("whole", "VM-INPOST-S", True)),
        (f"From: INPOST\n{EXPECTED}", ProbeAnswer("whole", "INPOST", True)),
        (f"AD-OTHERS {EXPECTED}", ProbeAnswer("whole", "AD-OTHERS", False)),
        ("VM-INPOST: ???? 4711? ?? ??? ??", ProbeAnswer("broken", "VM-INPOST", True)),
        (f"VM-INPOST: {EXPECTED[:20]}", ProbeAnswer("broken", "VM-INPOST", True)),
        ("à¤œà¤¾à¤‚à¤š 4711", ProbeAnswer("broken", None, None)),
        ("4711", ProbeAnswer("unsaid", None, None)),
        ("ok 4711", ProbeAnswer("unsaid", None, None)),
    ],
)
def test_what_an_answer_says(said: str, answer: ProbeAnswer) -> None:
    assert read(said, EXPECTED, "INPOST") == answer
