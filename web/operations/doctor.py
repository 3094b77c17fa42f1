"""The checks of an installation: what is wrong with it, and what to do.

They run without valid settings and without a database. No secret is shown: errors of libraries
are named by their kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
import requests
from pydantic import ValidationError
from redis import Redis, RedisError

from gateways.base import ConfiguredGateway, Gateway, NotTold
from gateways.build import build
from gateways.registry import carriers, offers
from gateways.safety import unsafe
from messages import dlt
from messages.catalogue import CatalogueError, catalogue
from messages.check import check
from outbox import heartbeat
from settings import Settings
from store import migrate
from web import loopback
from web.operations import (
    doctor_calls,
    doctor_carriers,
    doctor_cluster,
    doctor_exceptions,
    doctor_keys,
    doctor_months,
    doctor_payments,
    doctor_releases,
    doctor_replica,
    doctor_roles,
    doctor_servers,
    patroni,
)
from web.operations.findings import CONNECT_SECONDS, Finding, unreachable
from web.operations.patroni import PatroniTold

OLDEST_POSTGRESQL: Final = 15
MOST_SKEW_SECONDS: Final = 5.0
_LONGEST_SILENCE_SECONDS: Final = 30


def examine() -> Iterator[Finding]:
    """Yield all findings, in the order in which one would mend them."""
    settings, findings = _settings()
    yield from findings
    yield from _keys(settings)
    yield from _proxies(settings)
    yield from _simulator(settings)
    yield from _time_zone()
    yield from _catalogue()
    told = patroni.ask(settings)
    yield from doctor_cluster.examine(settings, told, datetime.now(UTC))
    yield from _guarded("database", lambda: _database(settings, told))
    yield from _guarded("redis", lambda: _redis(settings))
    yield from _guarded("releases", lambda: doctor_releases.examine(settings))
    yield from _guarded("gateways", lambda: _gateways(settings))
    yield from _guarded("payments", lambda: doctor_payments.examine(settings, datetime.now(UTC)))
    yield from _guarded("public address", lambda: _public_address(settings))


# ---- settings ------------------------------------------------------------------------------------


def _settings() -> tuple[Settings, list[Finding]]:
    """Return the settings that can be read, the rest at their defaults, and what is wrong."""
    findings: list[Finding] = []
    defaults: dict[str, Any] = {}
    while True:
        try:
            settings = Settings(**defaults)
            break
        except ValidationError as error:
            bad = {str(each["loc"][0]): each["msg"] for each in error.errors() if each["loc"]}
            if not bad or bad.keys() <= defaults.keys():
                raise
            for name, why in bad.items():
                findings.append(Finding("wrong", name.upper(), f"{why}: see settings.py"))
                defaults[name] = Settings.model_fields[name].get_default()
    for name, why in _unreadable(settings).items():
        findings.append(Finding("wrong", name, f"{why}: see docs/gateways.md"))
        settings = settings.giving(**{name: None})
    findings += [Finding("wrong", "settings", each) for each in unsafe(settings)]
    if not findings:
        findings.append(Finding("ok", "settings", f"{settings.dakiya_env}, all can be read"))
    return settings, findings


def _unreadable(settings: Settings) -> dict[str, str]:
    """Return the variables of carriers with a value that cannot be, and why."""
    found: dict[str, str] = {}
    for carrier in carriers():
        try:
            carrier.settings.read(settings)
        except ValidationError as error:
            found |= {str(each["loc"][0]): each["msg"] for each in error.errors()}
    return found


def _keys(settings: Settings) -> Iterator[Finding]:
    for name in ("dakiya_master_key", "secret_key"):
        if not getattr(settings, name).get_secret_value() and not settings.production:
            says = f"made once for development, in {settings.var_dir}/keys"
            yield Finding("note", name.upper(), says)


def _simulator(settings: Settings) -> Iterator[Finding]:
    if loopback.open_to_all(settings):
        says = "ANYBODY who reaches this service may text as anybody and read every code; unset it"
        yield Finding("wrong", "SIMULATOR_PUBLIC", says)
    elif loopback.simulated(settings):
        yield Finding("note", "simulator", "for callers on this machine alone")


def _proxies(settings: Settings) -> Iterator[Finding]:
    if settings.production and not settings.proxies:
        says = (
            "empty: behind a proxy all people seem to be at one place, and wrong passwords of one"
            " make everybody wait; name the proxies' networks"
        )
        yield Finding("note", "TRUSTED_PROXIES", says)


def _time_zone() -> Iterator[Finding]:
    try:
        ZoneInfo("Asia/Kolkata")
    except ZoneInfoNotFoundError:
        says = "Asia/Kolkata is unknown to this machine: install tzdata"
        yield Finding("wrong", "time zone", says)


def _catalogue() -> Iterator[Finding]:
    try:
        report = check(catalogue())
    except CatalogueError as error:
        yield Finding("wrong", "texts", f"{error}: mend the file in messages/catalogue")
        return
    for problem in report.problems:
        yield Finding("wrong", "texts", f"{problem}: docs/messages.md")
    if not report.problems:
        yield Finding("ok", "texts", f"{len(report.rows)} texts, no problem")


# ---- PostgreSQL and Valkey -----------------------------------------------------------------------


def _database(settings: Settings, told: Sequence[PatroniTold]) -> Iterator[Finding]:
    if not settings.database_url:
        if not settings.production:
            says = f"embedded, in {settings.var_dir}/: ./script/server runs it"
            yield Finding("note", "database", says)
        return
    with psycopg.connect(
        settings.database_url,
        connect_timeout=CONNECT_SECONDS,
        prepare_threshold=settings.database_prepares or None,
    ) as conn:
        yield from _server(conn, settings)
        yield from doctor_servers.examine(conn, settings, told)
        yield from doctor_replica.examine(conn, settings)
        yield from _schema(conn)
        if migrate.version(conn).current:
            yield from doctor_keys.examine(conn, settings, datetime.now(UTC))
            yield from doctor_roles.examine(conn, settings)
            yield from doctor_months.examine(conn, settings, datetime.now(UTC))
            yield from doctor_carriers.examine(conn, settings, datetime.now(UTC))
            yield from doctor_exceptions.examine(conn, datetime.now(UTC))
        yield from _clock("database", conn)


def _server(conn: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    version = conn.info.server_version // 10_000
    if version < OLDEST_POSTGRESQL:
        says = f"PostgreSQL {version}: at least {OLDEST_POSTGRESQL} is needed"
        yield Finding("wrong", "database", says)
    else:
        yield Finding("ok", "database", f"PostgreSQL {version} answers")

    def setting(name: str) -> str:
        row = conn.execute(f"SHOW {name}").fetchone()
        return str(row[0]) if row else ""

    if setting("server_encoding") != "UTF8":
        says = f"its encoding is {setting('server_encoding')}: make the database anew with UTF8"
        yield Finding("wrong", "database", says)
    for name in ("fsync", "synchronous_commit"):
        if setting(name) == "off":
            says = f"{name} is off: what was acknowledged may be lost; switch it on"
            yield Finding("wrong", "database", says)
    room = int(setting("max_connections")) - int(setting("superuser_reserved_connections"))
    if settings.database_pool * 4 > room:
        says = (
            f"max_connections leaves {room}: four processes of DATABASE_POOL ="
            f" {settings.database_pool} may want more; raise one or lower the other"
        )
        yield Finding("wrong", "database", says)


def _schema(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    found = migrate.version(conn)
    yield Finding("ok" if found.current else "wrong", "schema", found.says)
    if not found.current:
        return
    offices = conn.execute("SELECT count(*) FROM offices").fetchone()
    if offices == (0,):
        says = "none: add your district at /administration, or nobody can be given an article"
        yield Finding("wrong", "offices", says)


def _clock(what: str, conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = conn.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    yield from _skew(what, abs((datetime.now(UTC) - row[0]).total_seconds()))


def _skew(what: str, seconds: float) -> Iterator[Finding]:
    if seconds > MOST_SKEW_SECONDS:
        says = (
            f"this machine and the {what}'s differ by {seconds:.0f} s: codes would live too long or"
            " too short; run NTP on both"
        )
        yield Finding("wrong", "clock", says)


def _redis(settings: Settings) -> Iterator[Finding]:
    if not settings.redis_url:
        if not settings.production:
            says = f"embedded, in {settings.var_dir}/: ./script/server runs it"
            yield Finding("note", "redis", says)
        return
    with Redis.from_url(
        settings.redis_url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS
    ) as redis:
        redis.ping()
        yield Finding("ok", "redis", "answers")
        seconds, microseconds = redis.time()
        now = datetime.now(UTC).timestamp()
        yield from _skew("Valkey", abs(now - seconds - microseconds / 1_000_000))
        yield from _processes(redis)


def _processes(redis: Redis) -> Iterator[Finding]:
    for name in heartbeat.PROCESSES:
        age = heartbeat.silence(redis, name)
        if age is None or age > _LONGEST_SILENCE_SECONDS:
            says = f"no {name} runs: start `python worker.py{' clock' if name == 'clock' else ''}`"
            yield Finding("wrong", name, says)
        else:
            yield Finding("ok", name, f"seen {age:.0f} s ago")


# ---- carriers ------------------------------------------------------------------------------------


def _gateways(settings: Settings) -> Iterator[Finding]:
    try:
        gateways = build(settings)
    except ValueError as error:
        yield Finding("wrong", "SMS_ROUTES", f"{error}: docs/gateways.md")
        return
    for name in settings.carriers:
        address = gateways[name].address
        if not address:
            yield Finding("note", name, "sends nothing out of this machine")
            continue
        trouble = unreachable(address)
        where = urlsplit(address).hostname
        if trouble:
            says = f"{where} cannot be reached ({trouble}): a firewall, a proxy or the address"
            yield Finding("wrong", name, says)
        else:
            yield Finding("ok", name, f"{where} can be reached")
            yield from _hooks(gateways[name])
    yield from doctor_calls.examine(settings, gateways)
    if any(gateways[name].dlt for name in settings.routing.gateways):
        yield from _registered()


def _hooks(gateway: Gateway) -> Iterator[Finding]:
    """Check at the carrier that it calls us, and repeats what we could not take."""
    if not isinstance(gateway, ConfiguredGateway):
        return
    try:
        found = gateway.hook_settings()
    except NotTold as error:
        says = f"it did not say how it calls us ({error}): compare docs/gateways.md"
        yield Finding("note", gateway.name, says)
        return
    for each in found:
        yield Finding("ok" if each.right else "wrong", gateway.name, each.says)


def _registered() -> Iterator[Finding]:
    problems = list(dlt.unregistered(catalogue()))
    for problem in problems[:10]:
        yield Finding("wrong", "DLT", f"{problem}: docs/messages.md")
    if len(problems) > 10:
        says = f"and {len(problems) - 10} more: flask --app app messages export-dlt --only-missing"
        yield Finding("wrong", "DLT", says)
    if not problems:
        yield Finding("ok", "DLT", "every text is registered")


def _public_address(settings: Settings) -> Iterator[Finding]:
    """Check that carriers and payment providers reach this service at PUBLIC_URL."""
    if not settings.production:
        return
    for path, expected in _public_paths(settings).items():
        try:
            answer = requests.get(
                f"{settings.public_url}{path}", timeout=CONNECT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            says = f"does not answer ({type(error).__name__}): carriers could deliver nothing"
            yield Finding("wrong", "PUBLIC_URL", says)
            return
        if answer.status_code != expected:
            says = f"answers {answer.status_code} to {path}: it leads to something else"
            yield Finding("wrong", "PUBLIC_URL", says)
            return
    yield Finding("ok", "PUBLIC_URL", "leads here, the hooks too")


def _public_paths(settings: Settings) -> dict[str, int]:
    """Return the paths to ask, and the status of this service alone: hooks take only POST."""
    hooks = {
        **{
            offer.name: f"/hooks{hook.path}"
            for offer in offers()
            for hook in offer.hooks[:1]
            if "<" not in hook.path  # a secret is not asked for in clear
        },
        "razorpay": "/hooks/razorpay",
        "cashfree": "/hooks/cashfree",
    }
    used = {*settings.carriers, settings.takes_upi_by}
    return {"/healthz": 200} | {path: 405 for name, path in hooks.items() if name in used}


def _guarded(what: str, examined: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield the findings of one part; where it does not answer, the others are still checked."""
    try:
        yield from examined()
    except (psycopg.Error, RedisError) as error:  # their texts hold addresses and passwords
        says = f"does not answer ({type(error).__name__}): started? address and password right?"
        yield Finding("wrong", what, says)
