"""Which carrier a text takes: rules by country, language and lane, orders, circuits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateways.build import build
from messages.routes import Routes, prefixes, rules
from outbox.carriers import Carrier, Ordered
from outbox.circuit import Circuit, State
from outbox.routing import Router, Wanted
from settings import Settings
from tests.rigs.gateway import settings_with

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
HINDI, KENYA = "+919812345678", "+254711000001"
NAMES = ("a", "b", "c")


# ---- what is written -----------------------------------------------------------------------------


def test_the_first_rule_that_fits_counts_and_the_rest_goes_by_the_plain_order() -> None:
    written = "+91 code hi hi-Latn = exotel, twilio; +91 bulk=msg91\n +254 = africastalking"
    routes = Routes(rules(written), ("twilio", "simulator"))
    assert routes.order(HINDI, "hi", "code") == ("exotel", "twilio")
    assert routes.order(HINDI, "hi-Latn", "code") == ("exotel", "twilio")
    assert routes.order(HINDI, "en", "code") == ("twilio", "simulator")
    assert routes.order(HINDI, "en", "bulk") == ("msg91",)
    assert routes.order(KENYA, "hi", "code") == ("africastalking",)
    assert routes.gateways == ("twilio", "simulator", "exotel", "msg91", "africastalking")
    assert Routes(rules(""), ("twilio",)).order(KENYA, "en", "bulk") == ("twilio",)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("+91 code twilio", "a rule is written as"),
        ("= twilio", "a rule is written as"),
        ("+91 code =", "a rule is written as"),
        ("+91 urgent = twilio", "urgent is no lane"),
        ("91 = twilio", "91 is no lane"),
        ("code = twilio, twilio", "named twice"),
        ("code = twi/lio", "twi/lio is not a carrier's name"),
    ],
)
def test_a_rule_that_cannot_be_read_is_named(written: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        rules(f"reply = simulator; {written}")
    with pytest.raises(ValidationError, match="SMS_ROUTE_RULES"):
        Settings(_env_file=None, sms_route_rules=written)


def test_a_rule_that_names_no_gateway_of_ours_stops_the_start() -> None:
    with pytest.raises(ValueError, match="no gateway is called pigeon"):
        build(settings_with(sms_route_rules="bulk = pigeon"))


def test_countries_are_beginnings_of_numbers() -> None:
    assert prefixes("+91, +97798") == ("+91", "+97798")
    with pytest.raises(ValidationError, match="SMS_COUNTRIES: IN is not the beginning"):
        Settings(_env_file=None, sms_countries="IN")
    assert Settings(_env_file=None).countries == ()
    production = settings_with(
        dakiya_env="production",
        dakiya_master_key="k" * 32,
        secret_key="k" * 32,
        database_url="postgresql://db.invalid/dakiya",
        redis_url="redis://redis.invalid/0",
        sms_routes="twilio",
    )
    assert (production.countries, production.prefix_limit) == (("+91",), 300)


# ---- what is chosen ------------------------------------------------------------------------------


def carrier(
    name: str, state: State = "closed", ordered: Ordered | None = None, trials: int = 0
) -> Carrier:
    until = None if state == "closed" else NOW + timedelta(seconds=5)
    return Carrier(name, Circuit(state, NOW, open_until=until, trials=trials), ordered)


def router(**carriers: Mapping[str, Any]) -> Router:
    known = {name: carrier(name, **carriers.get(name, {})) for name in NAMES}
    return Router(Routes((), NAMES), known)


def wanted(**known: Any) -> Wanted:
    return Wanted(HINDI, "hi", known.pop("lane", "code"), **known)


@pytest.mark.parametrize(
    ("carriers", "known", "chosen"),
    [
        ({}, {}, "a"),
        ({"a": {"state": "open"}}, {}, "b"),
        ({"a": {"ordered": "rest"}}, {}, "b"),
        ({"c": {"ordered": "prefer"}}, {}, "c"),
        ({"c": {"ordered": "prefer", "state": "open"}}, {}, "a"),
        ({"a": {"state": "half_open", "trials": 0}}, {}, "b"),
        ({"a": {"state": "half_open", "trials": 1}}, {}, "a"),
        # All are out of order: a circuit never makes things worse than they are.
        ({name: {"state": "open"} for name in NAMES}, {}, "a"),
        ({name: {"ordered": "rest"} for name in NAMES}, {}, None),
        # It may have it: another one takes it; and if none is left, we are as patient as with one.
        ({}, {"given": ["a"]}, "b"),
        ({"b": {"state": "open"}}, {"given": ["a"]}, "c"),
        # Where a person waits, rather twice by it than not at all by those that are out of order.
        ({"b": {"state": "open"}, "c": {"state": "open"}}, {"given": ["a"]}, "a"),
        (
            {"b": {"state": "open"}, "c": {"state": "open"}},
            {"given": ["a"], "lane": "notice"},
            "b",
        ),
        ({name: {"state": "open"} for name in NAMES}, {"given": ["a"]}, "b"),
        ({}, {"given": ["a", "b", "c"]}, "a"),
        # A second send has it: then nobody gets it twice.
        ({}, {"given": ["a"], "elsewhere": ["b", "c"]}, None),
        ({}, {"given": ["a"], "elsewhere": ["b"]}, "c"),
        # … unless those who have it are out of order.
        (
            {"b": {"state": "open"}, "c": {"state": "open"}},
            {"given": ["a"], "elsewhere": ["b", "c"]},
            "a",
        ),
        # Who refused it just now comes last.
        ({}, {"last": "a"}, "b"),
        ({"b": {"state": "open"}, "c": {"state": "open"}}, {"last": "a"}, "a"),
        ({"a": {"state": "open"}}, {"via": "a"}, "a"),
        ({"a": {"ordered": "rest"}}, {"via": "a"}, None),
    ],
)
def test_the_first_carrier_that_is_fit_takes_it(
    carriers: dict[str, Any], known: dict[str, Any], chosen: str | None
) -> None:
    assert router(**carriers).choose(wanted(**known)) == chosen


def test_a_half_open_carrier_gets_its_trials_and_no_more() -> None:
    found = router(a={"state": "half_open", "trials": 2})
    assert [found.choose(wanted()) for _ in range(4)] == ["a", "a", "b", "b"]
    assert found.used == {"a": 2}


@given(
    states=st.lists(st.sampled_from(["closed", "open", "half_open"]), min_size=3, max_size=3),
    orders=st.lists(st.sampled_from([None, "rest"]), min_size=3, max_size=3),
    given_=st.sets(st.sampled_from(NAMES)),
    elsewhere=st.sets(st.sampled_from(NAMES)),
)
def test_a_second_send_never_goes_to_who_may_have_it_nor_to_who_rests(
    states: list[State], orders: list[Ordered | None], given_: set[str], elsewhere: set[str]
) -> None:
    known = {
        name: carrier(name, state, ordered, trials=1)
        for name, state, ordered in zip(NAMES, states, orders, strict=True)
    }
    asked = wanted(given=given_, elsewhere=elsewhere)
    second = Router(Routes((), NAMES), known).choose_second(asked)
    assert second not in given_ | elsewhere
    assert second is None or known[second].ordered != "rest"
    assert second is None or known[second].circuit.state != "open"
    first = Router(Routes((), NAMES), known).choose(asked)
    assert first is None or first not in elsewhere
