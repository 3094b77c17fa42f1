"""The release before runs on the next schema, alone and beside the next release.

Real processes of both trees, on one database that this tree migrated and on one Valkey. The release
before is the commit that docs/developing/releases.md names.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import create_app
from bench import checkout
from bench.checkout import Checkout
from bench.rig import MeasureFailed
from flows.number import check_digit
from india.calendar import day_of
from outbox import releases
from postal.people import tokens
from runtime import Runtime
from settings import Settings
from store import migrate, phases
from store.phases import Migration
from tests.conftest import OfWorker
from tests.rigs.carrier_stub import CarrierStub
from tests.rigs.desk import PASSWORD, number, sign_in
from tests.rigs.migrations import copy_of_template
from tests.rigs.releases import (
    Browser,
    RunningReleases,
    Village,
    release_before,
    running,
    until,
)
from tests.rigs.told import nothing_in

_UNSENT = "SELECT count(*) FROM messages WHERE status IN ('queued', 'sending', 'unknown')"
_FREE = "10000"  # texts a second: the carrier is no limit


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The tree of the release before."""
    commit, _ = release_before()
    try:
        return checkout.of_today(commit, tmp_path_factory.mktemp("release_before"))
    except MeasureFailed as failed:
        pytest.fail(
            f"the release before, {commit}, cannot be had: {failed}. Is this clone shallow?"
            " `git fetch --unshallow`, or in CI a checkout with its history"
        )


@pytest.fixture
def own(addresses: OfWorker) -> Iterator[OfWorker]:
    with copy_of_template(addresses, f"release_{os.getpid()}") as made:
        yield made


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as made:
        yield made


@pytest.fixture
def settings(usual_settings: Settings, own: OfWorker, carrier: CarrierStub) -> Settings:
    return usual_settings.model_copy(
        update={
            "database_url": own.application,
            "database_owner_url": own.owner,
            "database_purge_url": own.purge,
            "sms_routes": "twilio",
            "sms_countries": "+91",
            "delivery_day_end": "23:59",  # whenever this is played, no summary of the day is due
        }
    ).giving(TWILIO_API_URL=carrier.url, TWILIO_RATE=_FREE)


@pytest.fixture
def here(settings: Settings) -> Iterator[Runtime]:
    """This tree's runtime in this process, for what is set up and looked at."""
    runtime = Runtime.build(settings)
    runtime.database.open()
    runtime.redis.flushdb()
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Gorakhpur', '273303', 'head', 'Gorakhpur')"
        )
    yield runtime
    runtime.database.close()
    runtime.redis.close()


@pytest.fixture
def releases_running(settings: Settings, tmp_path: Path) -> Iterator[RunningReleases]:
    with running(settings, tmp_path) as made:
        yield made


@dataclasses.dataclass
class Street:
    """Deliveries, one after the other, each by a postman of its own."""

    village: Village
    played: int = 0

    def begin(self, web: str) -> tuple[str, str, str]:
        """Book an article and take it out; its number, and the telephones of both."""
        self.played += 1
        digits = f"{28_704_377 + self.played}"
        number = f"EU{digits}{check_digit(digits)}IN"
        postman, recipient = f"+9198390000{self.played:02}", f"+9198765000{self.played:02}"
        person = {"name": "Sita Devi", "address": "Village Piprauli", "pin": "273303"}
        self.village.api(
            web, "/articles",
            {"number": number, "service": "speed_post", "otp_required": True,
             "recipient": {**person, "phone": recipient, "language": "en"},
             "sender": {"phone": f"+9198111000{self.played:02}", "name": "Mohan"},
             "cod_amount": 0},
        )  # fmt: skip
        name = f"100{self.played}"
        self.village.api(
            web, "/postmen",
            {"staff_id": name, "name": "Ram", "phone": postman,
             "office_pin": "273303", "pin": "4937"},
        )  # fmt: skip
        today = day_of(datetime.now(UTC)).isoformat()
        self.village.api(
            web, "/delivery-lists", {"postman": name, "date": today, "articles": [number]}
        )
        return number, postman, recipient

    def play(self, asks: str, hands_over: str) -> None:
        """A whole delivery: its first half at one web process, the second at another."""
        number, postman, recipient = self.begin(asks)
        self.village.text(asks, postman, "1")
        code = self.village.hears(recipient, r"\b\d{6}\b")
        digits = next(word.strip(".:,") for word in code.split() if word.strip(".:,").isdigit()
                      and len(word.strip(".:,")) == 6)  # fmt: skip
        self.village.receipts(hands_over)
        assert "CON" in self.village.dial(hands_over, recipient)
        self.village.text(hands_over, postman, f"1 {digits}")
        said = self.village.api(hands_over, f"/articles/{number}")
        assert said["state"] == "delivered", said
        self.village.hears(recipient, "(?i)deliver|handed")
        self.village.receipts(asks)


def test_whole_deliveries_by_the_release_before_and_beside_it(
    before: Checkout, here: Runtime, releases_running: RunningReleases, carrier: CarrierStub
) -> None:
    now = checkout.present()
    run = releases_running
    try:
        with here.database.transaction() as conn:
            street = Street(Village(carrier, tokens.create(conn, "department")))
        old_web, new_web = run.web(before), run.web(now)
        for each in (old_web, new_web):
            street.village.awaited(each)
        old_worker = run.worker(before)

        street.play(old_web, old_web)
        street.play(new_web, new_web)  # the old worker sends what the new web wrote
        _sign_in_across(here, old_web, new_web)
        new_worker = run.worker(now)
        street.play(old_web, new_web)  # all four at once, as in the midst of a rollout
        _seen(here, now.directory.name, {"web", "worker", "clock"})
        run.end(old_worker)
        street.play(new_web, old_web)  # and the new worker what the old web wrote
        until(lambda: _count(here, _UNSENT) == 0, "all is sent")
        street.village.receipts(old_web)
        run.end(new_worker)

        out = "SELECT count(*) FROM messages WHERE direction = 'out'"
        assert _count(here, out) == len(carrier.messages)
        assert _count(here, f"{out} AND status = 'delivered'") == len(carrier.messages)
        assert _count(here, "SELECT count(*) FROM events WHERE kind = 'delivered'") == street.played
        assert _count(here, "SELECT count(*) FROM waiting_texts") == 0
        # Each release decides alike what the other one packed.
        for told in (run.flask(before, "replay"), run.flask(now, "replay")):
            assert told.returncode == 0, told.stdout + told.stderr
            assert re.search(r"[1-9][0-9]* sprints", told.stdout), told.stdout
    except Exception as error:
        error.add_note(run.said())
        raise


def _count(here: Runtime, query: str) -> int:
    with here.database.transaction() as conn:
        row = conn.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def _sign_in_across(here: Runtime, old: str, new: str) -> None:
    """Begin a sign-in at one release, end it at the other, work at both; then the other way."""
    app = create_app(here)
    for n, (first, second) in enumerate(((old, new), (new, old))):
        member = sign_in(app, here, "clerk", f"clerk-{n}")
        browser = Browser()
        browser.submit(
            first, "/desk/sign-in", filled_at=second, staff_id=f"clerk-{n}", password=PASSWORD
        )
        shown = number(here, member.staff_row, steps=1)
        told = browser.submit(second, "/desk/second-factor", filled_at=first, second_factor=shown)
        assert told.status_code == 302, told.text[:2000]
        for web in (first, second):
            assert browser.open(web, "/counter").status_code == 200


def _seen(here: Runtime, tree: str, kinds: set[str]) -> None:
    """The processes of this release say so."""

    def known() -> bool:
        found = releases.running(here.redis)
        return kinds <= {each.kind for each in found if each.tree == tree}

    until(known, f"{kinds} of {tree} are seen")


# ---- what is written down ------------------------------------------------------------------------


def test_the_record_is_of_that_commit(before: Checkout) -> None:
    _, newest = release_before()
    found = sorted(
        each.stem for each in (before.directory / "store/migrations/versions").glob("*.py")
    )
    assert found[-1] == newest


def _new() -> list[Migration]:
    return list(phases.to_come(migrate.shipped(), release_before()[1]))


def test_no_new_expand_follows_a_new_contract() -> None:
    """It could not be applied while the release before runs."""
    contracts = [each.revision for each in _new() if each.phase == "contract"]
    nothing_in(
        f"{each.revision} is an expand, and {contracts[0]} a contract: number it before that"
        for each in _new()
        if contracts and each.phase == "expand" and each.revision > contracts[0]
    )
