"""The tariff: figures as their sources state them, GST by its rule, nothing invented."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postal.counter import tariff
from postal.counter.tariff import (
    Edition,
    NoTariff,
    NotSold,
    Route,
    TooHeavy,
    ToPrice,
    UnknownDistance,
    edition_on,
    quote,
)
from tests.rigs.told import nothing_in
from web.counter.reading import SERVICES

EDITION = edition_on(date(2026, 8, 14))
LOCAL = Route(local=True, km=0)


def far(km: int | None) -> Route:
    return Route(local=False, km=km)


@pytest.mark.parametrize(
    ("weight_g", "rupees"),
    [
        (1, (19, 47, 47, 47, 47, 47)),
        (50, (19, 47, 47, 47, 47, 47)),
        (51, (24, 59, 63, 68, 72, 77)),
        (250, (24, 59, 63, 68, 72, 77)),
        (251, (28, 70, 75, 82, 86, 93)),
        (500, (28, 70, 75, 82, 86, 93)),
    ],
)
def test_the_document_tariff_of_october_2025(weight_g: int, rupees: tuple[int, ...]) -> None:
    """As docs/developing/domain.md and the sources of the file have it: local, then by distance."""
    routes = (LOCAL, far(200), far(500), far(1000), far(2000), far(2001))
    for route, wanted in zip(routes, rupees, strict=True):
        priced = quote(EDITION, ToPrice("speed_post", weight_g), route)
        assert priced.charges.base_paise == wanted * 100, route
    for km, wanted in ((0, rupees[1]), (201, rupees[2]), (1001, rupees[4])):
        priced = quote(EDITION, ToPrice("speed_post", weight_g), far(km))
        assert priced.charges.base_paise == wanted * 100, km


@pytest.mark.parametrize(
    ("otp", "registration", "gst", "sum_rupees"),
    [
        (False, False, 8, 55),  # 9 % of 47 is 4.23: 4 and 4
        (True, False, 10, 62),  # of 52 4.68: 5 and 5
        (False, True, 10, 62),
        (True, True, 10, 67),  # of 57 5.13: 5 and 5
    ],
)
def test_what_is_paid_for_besides_and_gst(
    otp: bool, registration: bool, gst: int, sum_rupees: int
) -> None:
    charges = quote(EDITION, ToPrice("speed_post", 20, otp, registration), far(700)).charges
    assert (charges.otp_paise, charges.registration_paise) == (500 * otp, 500 * registration)
    assert charges.gst_paise == gst * 100
    assert charges.paise == sum_rupees * 100


@given(st.integers(1, 500), st.integers(0, 4000), st.booleans(), st.booleans(), st.booleans())
def test_the_lines_are_the_sum_and_each_part_of_the_gst_is_rounded_alone(
    weight_g: int, km: int, local: bool, otp: bool, registration: bool
) -> None:
    priced = quote(
        EDITION, ToPrice("speed_post", weight_g, otp, registration), LOCAL if local else far(km)
    )
    charges = priced.charges
    assert sum(line.paise for line in priced.lines) == charges.paise
    net = charges.base_paise + charges.otp_paise + charges.registration_paise
    for line in priced.lines:
        if line.kind in ("cgst", "sgst"):
            assert line.paise % 100 == 0
            assert -50 <= line.paise - net * 9 / 100 <= 50  # to the nearest rupee


def test_half_a_rupee_goes_up() -> None:
    assert tariff._rounded(450_00, 100_00) == 500
    assert tariff._rounded(449_99, 100_00) == 400
    assert tariff._rounded(576_00, 100) == 576  # an edition that rounds to paise
    assert tariff._rounded(576_50, 100) == 577


def test_registered_is_speed_post_with_registration() -> None:
    one = quote(EDITION, ToPrice("registered", 120), far(259))
    other = quote(EDITION, ToPrice("speed_post", 120, registration=True), far(259))
    assert one.registration
    assert one.charges == other.charges


def test_what_has_no_figure_is_not_sold() -> None:
    for service in SERVICES:
        assert (service in EDITION.services) != (service in EDITION.not_sold)
    with pytest.raises(NotSold, match="no source"):
        quote(EDITION, ToPrice("parcel", 900), far(10))
    with pytest.raises(TooHeavy, match="500 g at most"):
        quote(EDITION, ToPrice("speed_post", 501), LOCAL)
    with pytest.raises(NoTariff):
        edition_on(date(2025, 9, 30))


def test_an_unknown_distance_matters_only_where_the_price_depends_on_it() -> None:
    priced = quote(EDITION, ToPrice("speed_post", 50), far(None))
    assert priced.charges.base_paise == 4_700
    with pytest.raises(UnknownDistance):
        quote(EDITION, ToPrice("speed_post", 51), far(None))


def test_every_figure_names_a_source_that_the_file_describes() -> None:
    figures = [rate for slab in EDITION.slabs("speed_post") for rate in slab.rates]
    named = {each.source for each in (*figures, EDITION.fees.otp, EDITION.fees.registration)}
    named |= {EDITION.gst.source, *(part.source for part in EDITION.gst.parts)}
    assert named == set(EDITION.sources)
    newspapers = {"dinamalar", "chhattisgarh"}
    assert all(each.unverified == (each.source in newspapers) for each in figures)


@pytest.mark.parametrize("edition", tariff._editions(), ids=lambda edition: str(edition.from_))
def test_every_edition_describes_the_sources_of_its_figures(edition: Edition) -> None:
    services = (each for each in edition.services.values() if each.priced_as is None)
    rates = [rate for each in services for slab in each.slabs for rate in slab.rates]
    named = {each.source for each in (*rates, edition.fees.otp, edition.fees.registration)}
    named |= {edition.gst.source, *(part.source for part in edition.gst.parts)}
    file = f"postal/counter/tariffs/{edition.from_}.toml"
    nothing_in(f"{file}: no [sources.{name}]" for name in sorted(named - set(edition.sources)))


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("rupees = 47", "rupee = 47", "services.speed_post.slabs.0.rates.1.rupee: Extra"),
        ("[fees]", "[fees", "Expected"),
        ("from = 2025-10-01", "from = 2026-10-01", "is in force from 2026-10-01"),
    ],
)
def test_a_file_that_is_no_edition_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, wrong: str
) -> None:
    shipped = Path(tariff.__file__).parent / "tariffs" / "2025-10-01.toml"
    copy = tmp_path / shipped.name
    copy.write_text(shipped.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^postal/counter/tariffs/2025-10-01\.toml: .*{wrong}"):
        tariff.read_edition(copy)


def test_a_town_with_several_pins_can_be_one_local_area() -> None:
    town = EDITION.model_copy(update={"local_areas": (("273001", "273004"),)})
    assert town.is_local("273001", "273004")
    assert not town.is_local("273001", "273303")
    assert not EDITION.is_local("273001", "273004")
