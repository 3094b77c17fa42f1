"""`flask doctor`, run as an operator runs it: each thing that is wrong, and no secret."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from outbox import heartbeat
from runtime import Runtime
from settings import Settings
from store.database import Database
from tests.rigs.carrier_stub import CarrierStub, Say
from tests.rigs.past_months import began_earlier
from tests.script.test_server import HOUSE
from web.operations import doctor_payments

SOUND = {
    "DAKIYA_ENV": "production",
    "DAKIYA_MASTER_KEY": "nD8s-fW2q_Lx0TzRkVb7hYpQe4uJmCgA",
    "SECRET_KEY": "aZ1xS3dC5vF7bG9nH2jM4kL6qW8eR0tY",
    "PUBLIC_URL": "https://127.0.0.1:1",
    "SMS_ROUTES": "twilio",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "twilio-token-of-the-tests",
    "TWILIO_FROM": "+15005550006",
    "TWILIO_API_URL": "http://127.0.0.1:1",
}


def doctor(
    settings: Mapping[str, str], *, directory: Path = HOUSE
) -> subprocess.CompletedProcess[str]:
    """What the command says in an environment that holds these settings alone."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [Path(sys.executable).parent / "flask", "--app", HOUSE / "app.py", "doctor"],
        env={**kept, **settings},
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def wrong(output: str) -> list[str]:
    return [line.removeprefix("WRONG  ") for line in output.splitlines() if line[:5] == "WRONG"]


@pytest.fixture
def reachable(runtime: Runtime) -> dict[str, str]:
    """Settings whose database and Valkey answer."""
    return {
        **SOUND,
        "DATABASE_URL": runtime.settings.database_url,
        "REDIS_URL": runtime.settings.redis_url,
    }


def test_a_broken_configuration_is_told_thing_by_thing(tmp_path: Path) -> None:
    told = doctor(
        {
            "DAKIYA_ENV": "production",
            "DAKIYA_MASTER_KEY": "short",
            "SECRET_KEY": "a" * 40,
            "DATABASE_URL": "postgresql://dakiya:hidden-word@127.0.0.1:1/dakiya",
            "REDIS_URL": "redis://:hidden-word@127.0.0.1:1/0",
            "PUBLIC_URL": "http://dakiya.example",
            "SMS_ROUTES": "pigeon,simulator",
            "CODE_TTL": "ten minutes",
            "CODE_LENGTH": "4",
            "VOICE_ROUTES": "simulator_voice",
            "UPI_PROVIDER": "razorpay",
            "RAZORPAY_KEY_ID": "rzp_test_hidden-word",
            "CASHFREE_CLIENT_ID": "hidden-word",
            "CASHFREE_CLIENT_SECRET": "hidden-word",
            "CASHFREE_PHONE": "+915512200000",
            "CASHFREE_API_URL": "http://127.0.0.1:1",
            "TWILIO_AUTH_TOKEN": "hidden-word\u2026",
            "AFRICASTALKING_API_KEY": "hidden-word hidden-word",
            "UPI_ID": "post at bank",
        },
        directory=tmp_path,
    )
    assert told.returncode == 1
    found = wrong(told.stdout)
    for beginning in (
        "CODE_TTL: Input should be a valid integer",
        "CODE_LENGTH: Input should be greater than or equal to 6",
        "settings: DAKIYA_MASTER_KEY is too short: at least 32 bytes",
        "settings: SMS_ROUTES: the simulator is for development",
        "settings: PUBLIC_URL must be the https address",
        "settings: SECRET_KEY has hardly any different characters, or repeats itself",
        "settings: CASHFREE_CLIENT_SECRET is too short: at least 12 bytes",
        "database: does not answer (OperationalError)",
        "redis: does not answer (ConnectionError)",
        "SMS_ROUTES: SMS_ROUTES: no gateway is called pigeon",
        "settings: VOICE_ROUTES: the simulator is for development",
        "UPI_ID: Value error, UPI_ID: a UPI id looks like post@bank",
        "UPI_PROVIDER: razorpay, which needs RAZORPAY_KEY_SECRET, RAZORPAY_WEBHOOK_SECRET",
        "cashfree: 127.0.0.1 cannot be reached (ConnectionError): a firewall, a proxy or",
        "TWILIO_AUTH_TOKEN: Value error, holds a blank, or a character that no key has",
        "AFRICASTALKING_API_KEY: Value error, holds a blank",
        "PUBLIC_URL: does not answer",
    ):
        assert any(line.startswith(beginning) for line in found), (beginning, told.stdout)
    assert f"things that are wrong: {len(found)}" in told.stderr
    assert "hidden-word" not in told.stdout + told.stderr
    assert "Traceback" not in told.stderr


def test_what_is_sound_is_said_too(reachable: dict[str, str], tmp_path: Path) -> None:
    told = doctor(reachable, directory=tmp_path)
    assert "ok     settings: production, all can be read" in told.stdout
    assert "ok     database: PostgreSQL" in told.stdout
    assert "ok     redis: answers" in told.stdout
    found = wrong(told.stdout)
    assert any(line.startswith("database: fsync is off") for line in found)  # so the tests run
    assert (
        "offices: none: add your district at /administration, or nobody can be given an article"
        in found
    )
    assert any(line.startswith("twilio: 127.0.0.1 cannot be reached") for line in found)


def test_a_number_whose_hook_is_not_repeated_is_wrong(
    reachable: dict[str, str], tmp_path: Path
) -> None:
    with CarrierStub() as carrier:
        hook = "https://127.0.0.1:1/hooks/twilio/sms"
        carrier.numbers = [{"phone_number": "+15005550006", "sms_url": hook, "sms_method": "POST"}]
        found = wrong(
            doctor({**reachable, "TWILIO_API_URL": carrier.url}, directory=tmp_path).stdout
        )
    says = "twilio: the number +15005550006 does not repeat what we could not take: enter " + hook
    assert any(line.startswith(f"{says}#rc=5&rp=5xx,ct,rt") for line in found)


def test_who_could_rewrite_is_wrong_in_production(
    runtime: Runtime, reachable: dict[str, str], tmp_path: Path
) -> None:
    told = doctor(reachable, directory=tmp_path)
    assert "ok     roles: the application adds to feed and books and never rewrites" in told.stdout
    found = wrong(told.stdout)
    assert any(line.startswith("DAY_ROOTS_DIR: unset") for line in found)
    one = {"DATABASE_URL": runtime.settings.owner_url, "DAY_ROOTS_DIR": str(tmp_path)}
    found = wrong(doctor({**reachable, **one}, directory=tmp_path).stdout)
    roles = next(line for line in found if line.startswith("roles: the application could rewrite"))
    assert "it is a superuser" in roles
    assert "it has UPDATE on access_log" in roles
    assert "flask --app app db roles" in roles
    assert not any(line.startswith("DAY_ROOTS_DIR") for line in found)


def test_a_worker_and_a_clock_that_run_are_seen(
    runtime: Runtime, reachable: dict[str, str], tmp_path: Path
) -> None:
    silent = wrong(doctor(reachable, directory=tmp_path).stdout)
    assert "worker: no worker runs: start `python worker.py`" in silent
    assert "clock: no clock runs: start `python worker.py clock`" in silent
    for process in heartbeat.PROCESSES:
        heartbeat.note(runtime.redis, process)
    told = doctor(reachable, directory=tmp_path).stdout
    assert "ok     worker: seen" in told
    assert "ok     clock: seen" in told


def test_one_key_for_both_is_refused(reachable: dict[str, str], tmp_path: Path) -> None:
    same = {**reachable, "SECRET_KEY": reachable["DAKIYA_MASTER_KEY"]}
    assert any(
        "DAKIYA_MASTER_KEY and SECRET_KEY are the same" in line
        for line in wrong(doctor(same, directory=tmp_path).stdout)
    )


ANSWERS = {
    "razorpay": Say(200, '{"entity": "collection", "count": 0, "items": []}'),
    "cashfree": Say(
        404,
        '{"message": "no such order", "code": "order_not_found", "type": "invalid_request_error"}',
    ),
}


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("razorpay", ("KEY_ID", "KEY_SECRET", "WEBHOOK_SECRET")),
        ("cashfree", ("CLIENT_ID", "CLIENT_SECRET", "PHONE")),
    ],
)
def test_a_provider_is_asked_whether_it_takes_the_keys(name: str, keys: tuple[str, ...]) -> None:
    mine: dict[str, Any] = {f"{name}_{key}".lower(): "hidden-word" for key in keys}

    def found() -> list[tuple[str, str, str]]:
        each = doctor_payments.examine(settings, datetime.now(UTC))
        return [(one.state, one.what, one.says) for one in each if one.what == name]

    with CarrierStub() as stub:
        mine[f"{name}_api_url"] = stub.url
        settings = Settings(_env_file=None, upi_provider=name, **mine)
        host = "127.0.0.1 can be reached"
        for answer, state, says in (
            (Say(401, "{}"), "wrong", f"{host}, and refuses the keys (HTTP 401): enter them anew"),
            (Say(503, "{}"), "wrong", f"{host}, but fails (HTTP 503): try later"),
            (ANSWERS[name], "ok", f"{host}, and takes the keys"),
            *(
                (
                    strange,
                    "wrong",
                    f"127.0.0.1 answers (HTTP {strange.http}), but not as {name} does:"
                    f" see {name.upper()}_API_URL",
                )
                for strange in (
                    Say(404, "{}"),
                    Say(404, "<html>"),
                    Say(200, "[]"),
                    Say(302, ""),
                    Say(405, "{}"),
                )
            ),
        ):
            stub.will(answer)
            assert found() == [(state, name, says)]
    ((state, _, says),) = found()
    assert (state, says[:27]) == ("wrong", "127.0.0.1 cannot be reached")


def test_a_day_without_a_tariff_is_wrong() -> None:
    (first, *_) = doctor_payments.examine(
        Settings(_env_file=None), datetime(2001, 1, 1, tzinfo=UTC)
    )
    assert (first.state, first.what) == ("wrong", "tariff")
    assert "none for 2001-01-01" in first.says


def test_in_development_nothing_need_be_set(tmp_path: Path) -> None:
    told = doctor({}, directory=tmp_path)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "nothing is wrong" in told.stdout
    assert "embedded, in var/" in told.stdout
    assert not (tmp_path / "var").exists()  # to look is not to start


def test_what_is_wrong_with_the_months_is_said_with_what_to_do(
    runtime: Runtime, reachable: dict[str, str], owner: Database, tmp_path: Path
) -> None:
    with began_earlier(owner.url, 4):
        assert "ok     months: made until" in doctor(reachable, directory=tmp_path).stdout
        with owner.transaction() as conn:
            (month,) = conn.execute(
                "SELECT to_char(month_begins(n), 'YYYY_MM'),"
                " to_char(month_begins(n + 1), 'YYYY_MM')"
                " FROM month_number(clock_timestamp()) AS n"
            ).fetchall()
            for name in (f"messages_{month[0]}", f"events_{month[1]}"):
                conn.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
            conn.execute(
                "INSERT INTO events (id, at, kind)"
                " SELECT n * 1000000000000 + k, now(), 'desk_acted'"
                " FROM (VALUES (0, 5), (1, 1), (1, 2), (2, 1), (2, 2), (2, 9), (6, 1), (90, 1))"
                " AS rows (n, k)"
            )
            conn.execute("INSERT INTO archive_attempts (month, place) VALUES (3, '/srv/x')")
            conn.execute(
                "INSERT INTO archived_months (month, of_table, rows, digest, place, last_id) VALUES"
                " (1, 'events', 2, sha256(''), '/srv/1', 1000000000002),"
                " (2, 'events', 3, sha256(''), '/srv/2', 2000000000003)"
            )
        told = doctor({**reachable, "KEEP_PERSONS_DAYS": "10"}, directory=tmp_path).stdout
    found = "\n".join(wrong(told))
    for said in (
        f"months: there is no {month[0].replace('_', '-')} of messages: rows of it wait",
        f"months: there is no {month[1].replace('_', '-')} of events: rows of it wait",
        "months: 1 rows of events wait in no month: is the clock of the database right?",
        "has not begun and has rows (events): the clock of the database stood ahead",
        "into /srv/x began at",
        "unless it runs, it was cut off. The month is in the database, whole: run it again",
        "is archived, but not of messages, receipts, sprints, ussd_hops, access_log",
        "2 of the 3 rows of events of",
        "1 rows of events of",
        "of the access log is past its time: run `flask purge` every night",
    ):
        assert said in found, (said, found)
    assert "months: events: the rows of before and of" in told
    assert "are back: delete its line of archived_months" in told
