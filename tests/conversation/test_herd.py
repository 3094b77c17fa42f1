"""When reports of fraud warn everybody around: docs/developing/trust.md rule 13."""

from __future__ import annotations

import pytest

from flows.recipient import fraud
from india.calendar import day_of
from postal import herd
from postal.herd import ManyPeople
from runtime import Runtime
from tests.rigs.transcript import Player

POSTMAN, OFFICE = "+919839000001", "+915512340000"
NUMBERS = ("EU123456785IN", "RR287043775IN", "EU473124829IN", "EU987654326IN")
PHONES = tuple(f"+91987650000{n}" for n in range(1, 5))


@pytest.fixture
def street(player: Player) -> Player:
    """Four telephones of one PIN, each with an article on its way to the door."""
    player.step(f"office {OFFICE}")
    player.step(f"postman 1001 {POSTMAN}")
    for number, phone in zip(NUMBERS, PHONES, strict=True):
        player.step(f"article {number} to {phone} en")
    player.step(f"list 1001: {' '.join(NUMBERS)}")
    return player


def warned(player: Player) -> list[str]:
    """The telephones that the next minute warns."""
    return [line.split()[0] for line in player.step("wait 1 min") if "Beware" in line]


def set_pin(player: Player, number: str, pin: str) -> None:
    with player.runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET recipient_pin = %s WHERE number = %s", [pin, number])


def test_three_that_had_a_code_warn_everybody(street: Player) -> None:
    street.step(f"{POSTMAN} > 1 2 3")
    for phone in PHONES[:3]:
        assert warned(street) == []
        street.step(f"{phone} > 3")
    assert warned(street) == list(PHONES)


def test_without_a_code_nobody_was_asked_for_it(street: Player) -> None:
    street.step(f"{POSTMAN} > 1 2")
    for phone in PHONES:
        street.step(f"{phone} > 3")
    assert warned(street) == []


def test_one_telephone_counts_once(street: Player) -> None:
    street.step(f"{POSTMAN} > 1 2 3")
    for phone in (PHONES[0], PHONES[0], PHONES[1], PHONES[0], PHONES[1]):
        street.step(f"{phone} > 3")
    assert warned(street) == []


def test_a_code_of_yesterday_counts_for_nothing_today(street: Player) -> None:
    street.step(f"{POSTMAN} > 1 2 3")
    street.step("wait 1 d")
    for phone in PHONES[:3]:
        street.step(f"{phone} > 3")
    assert warned(street) == []


def test_reports_from_two_pins_are_not_added(street: Player) -> None:
    set_pin(street, NUMBERS[2], "273001")
    street.step(f"{POSTMAN} > 1 2 3")
    for phone in PHONES[:3]:
        street.step(f"{phone} > 3")
    assert warned(street) == []


def test_a_code_in_another_pin_counts_for_nothing_here(street: Player) -> None:
    street.step(f"article CP000000005IN to {PHONES[2]} en")
    street.step("list 1001: CP000000005IN")
    set_pin(street, "CP000000005IN", "273001")
    street.step(f"{POSTMAN} > 1 2 5")
    for phone in PHONES[:2]:
        street.step(f"{phone} > 3")
    street.step(f"{PHONES[2]} > 3 {NUMBERS[2]}")
    assert warned(street) == []


def test_so_many_wait_for_a_supervisor(street: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fraud, "MOST_WARNED", 3)
    street.step(f"{POSTMAN} > 1 2 3 4")
    for phone in PHONES[:2]:
        street.step(f"{phone} > 3")
    told = street.step(f"{PHONES[2]} > 3")
    assert [line for line in told if line.startswith(OFFICE) and NUMBERS[2] in line]
    assert any("सुपरवाइज़र" in line for line in told)
    street.step(f"{NUMBERS[2]} has ticket herd")
    assert warned(street) == []
    street.step(f"{PHONES[3]} > 3")  # one ticket is enough
    assert _tickets(street) == [("herd", None)]


def _tickets(player: Player) -> list[tuple[str, str | None]]:
    with player.runtime.database.transaction() as conn:
        return conn.execute("SELECT kind, phone FROM tickets WHERE kind = 'herd'").fetchall()


def test_nobody_warns_more_than_he_has_seen(
    street: Player, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(herd, "MOST_WARNED", 2)
    now = runtime.now()
    with runtime.database.transaction() as conn:
        for seen in (0, 3):
            with pytest.raises(ManyPeople, match="4 people"):
                herd.start(conn, "273303", day_of(now), now, seen)
        assert herd.start(conn, "273303", day_of(now), now, seen=4)
    assert warned(street) == list(PHONES)
