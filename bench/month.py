"""A month of one office through the real engine, its clock running as fast as the machine can.

    ./script/bench month --articles 1000 --seed 1 --absence 0.25 --wrong-code 0.05
    ./script/bench month --sensitivity --articles 400

Real PostgreSQL and Valkey, thrown away afterwards. Texts enter by `inbound.receive`, timers by
`fire_timers`, mornings by `begin_day`; the outbox sends to the simulated carrier, and codes are
read from its telephones. At the end the books are checked (`month_checks.py`). It is played twice,
with the same doors: without the roads on which nobody goes without his post, and with them.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path

from pydantic import SecretStr

from bench import month_checks
from bench.month_lost import lost
from bench.month_lost import table as lost_table
from bench.month_office import Office
from bench.month_people import REACTIONS
from bench.month_rates import ROADS, Rates
from bench.month_success import SENSITIVITY, Success, beside, row, success
from bench.month_tried import ROADS_ALONE, TRIED
from bench.month_world import Month, Plan
from bench.rig import refuse_surroundings
from embedded.addresses import THROW_AWAY
from embedded.servers import Servers
from runtime import Runtime
from settings import Settings
from store import limits, migrate


@contextmanager
def thrown_away() -> Iterator[Settings]:
    """Yield settings on a new, migrated database, gone afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="dakiya-month-"))
    try:
        with Servers(directory, THROW_AWAY) as servers:
            migrate.migrate(servers.addresses.owner_url, servers.addresses.roles)
            made = settings_on(servers.addresses.database_url, servers.addresses.redis_url)
            yield made.model_copy(
                update={
                    "database_owner_url": servers.addresses.owner_url,
                    "database_purge_url": servers.addresses.purge_url,
                }
            )
    finally:
        shutil.rmtree(directory)


def settings_on(database_url: str, redis_url: str) -> Settings:
    """Return the settings of the month: the simulated carrier, unthrottled."""
    return Settings(
        _env_file=None,
        dakiya_env="test",
        database_url=database_url,
        redis_url=redis_url,
        sms_routes="simulator",
        phone_hourly_limit=1_000_000,  # Valkey counts hours of its own clock
        dakiya_master_key=SecretStr("master key of a month that nobody lived"),
        secret_key=SecretStr("session key of a month that nobody lived"),
    ).giving(SIMULATOR_RATE="100000")


def run(settings: Settings, plan: Plan) -> tuple[Month, month_checks.Found, float]:
    """Play the month of `plan`; return it, what the books say, and the seconds that it took."""
    clock: list[Month] = []
    runtime = Runtime.build(settings, lambda: clock[0].clock())
    runtime.database.open()
    try:
        # Nobody of this month waits: on a busy machine it takes long, and is no less true.
        patient = replace(runtime, database=runtime.database.within(limits.COMMANDS))
        month = Month(patient, plan, REACTIONS)
        clock.append(month)
        office = Office(month)
        office.open()
        began = time.perf_counter()
        office.play()
        seconds = time.perf_counter() - began
        return month, month_checks.look(runtime, month), seconds
    finally:
        runtime.database.close()
        runtime.redis.close()


@contextmanager
def played(plan: Plan) -> Iterator[tuple[Month, month_checks.Found, float]]:
    """Yield the month of `plan` on a database of its own, what its books say, and its seconds."""
    with thrown_away() as settings:
        yield run(settings, plan)


def main(arguments: list[str]) -> int:
    """Return 0 where every invariant holds."""
    parser = argparse.ArgumentParser(prog="./script/bench month", description=__doc__)
    parser.add_argument("--articles", type=int, default=Plan.articles)
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument("--days", type=int, default=Plan.days)
    parser.add_argument(
        "--counted-from", type=int, default=Plan.counted_from, metavar="DAY",
        help="since which first visits count; before it an office has no past",
    )  # fmt: skip
    parser.add_argument("--roads", default=",".join(sorted(ROADS)), help="those that are open")
    parser.add_argument(
        "--sensitivity", nargs="?", const=",".join(TRIED), metavar="RATES",
        help="a low and a high value of each of these rates",
    )  # fmt: skip
    for rate in fields(Rates):
        parser.add_argument(f"--{rate.name.replace('_', '-')}", type=float, default=rate.default)
    given = vars(parser.parse_args(arguments))
    refuse_surroundings()
    rates = Rates(**{rate.name: given[rate.name] for rate in fields(Rates)})
    roads = frozenset(road for road in ROADS if road in given["roads"].split(","))
    plan = Plan(
        given["articles"], given["seed"], given["days"], given["counted_from"], rates, roads
    )
    tried = given["sensitivity"]
    problems = _tried(plan, tried.split(",")) if tried else _beside(plan)
    for problem in problems:
        print(f"problem: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _beside(plan: Plan) -> tuple[str, ...]:
    """Print the month with its roads, and the first visits without them and with them."""
    with played(plan) as (month, found, seconds):
        print(month_checks.table(month, found, seconds), flush=True)
        roads, lost_with, problems = success(month), lost(month), found.problems
    with played(replace(plan, roads=frozenset())) as (month, found, _):
        print("\n" + beside(success(month), roads))
        print("\n" + lost_table(lost(month), lost_with))
        return (*problems, *found.problems)


def _tried(plan: Plan, rates: Sequence[str]) -> tuple[str, ...]:
    """Print the first visits for a low and a high value of each of `rates`, as they are known.

    What does not matter without roads is played without them once.
    """
    problems: list[str] = []
    plain: dict[Rates, Success] = {}
    print(SENSITIVITY, flush=True)
    asked: list[tuple[str, float | None, Rates]] = [("as they are", None, plan.rates)]
    asked += [(rate, value, replace(plan.rates, **{rate: value}))
              for rate in rates for value in TRIED[rate]]  # fmt: skip
    for rate, value, rates_tried in asked:
        tried = replace(plan, rates=rates_tried)
        with played(tried) as (month, found, _):
            problems.extend(found.problems)
            with_roads = success(month)
        without = replace(rates_tried, **{each: getattr(plan.rates, each) for each in ROADS_ALONE})
        if without not in plain:
            with played(replace(tried, rates=without, roads=frozenset())) as (month, found, _):
                problems.extend(found.problems)
                plain[without] = success(month)
        print(row(rate, value, plain[without], with_roads), flush=True)
    return tuple(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
