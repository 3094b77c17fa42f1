"""What forbids a start with certain settings: each reason is a sentence that says what to do.

docs/developing/trust.md rule 14. It is in this room because it asks every secret, those of
carriers and their profiles too. Whatever starts a process calls `insist`; `flask doctor` shows the
same sentences.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from itertools import combinations, pairwise
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import BaseModel, SecretStr

from gateways.environment import environment
from gateways.profiles.file import ProfileError
from gateways.profiles.shipped import account, paths
from gateways.registry import carriers
from messages.routes import names
from settings import Settings

SHORTEST_KEY: Final = 32  # bytes of our own keys
SHORTEST_HOOK_SECRET: Final = 16  # characters; it is a part of an address
SHORTEST_OF_OTHERS: Final = 12  # characters of what a carrier or provider has given
_FEWEST: Final = {SHORTEST_KEY: 10, SHORTEST_HOOK_SECRET: 6, SHORTEST_OF_OTHERS: 6}
_MAKE: Final = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
_OWN: Final = ("DAKIYA_MASTER_KEY", "DAKIYA_OLD_MASTER_KEYS", "SECRET_KEY")
_ENCRYPTED: Final = ("require", "verify-ca", "verify-full")
# Options of Redis' address with which the server's certificate is still checked.
_CHECKED: Final = {
    "ssl_cert_reqs": {"required"},
    "ssl_check_hostname": {"true", "t", "yes", "y", "1"},
}
_REPLICA: Final = "DATABASE_REPLICA_URL"
_SIMULATED: Final = ("simulator", "simulator_voice")


class UnsafeSettings(ValueError):
    """These settings forbid a start: a line for each reason."""


def insist(settings: Settings) -> None:
    """Raise `UnsafeSettings` where a process must not start with these settings."""
    reasons = unsafe(settings)
    if reasons:
        raise UnsafeSettings("\n".join(reasons))


def unsafe(settings: Settings) -> tuple[str, ...]:
    """Return the reasons that forbid a start, a sentence each, without any secret in it.

    Raises ValueError where a carrier's setting cannot be read.
    """
    if not settings.production:
        return tuple(_unnamed(settings))
    return (
        *_missing(settings),
        *_weak(secrets_of(settings)),
        *_in_clear(settings),
        *_one_role(settings),
        *_simulated(settings),
    )


def secrets_of(settings: Settings) -> Mapping[str, str]:
    """Return every secret that is set, by the name of its variable."""
    found = dict(_fields(settings, lambda name: name.upper()))
    older = names(found.pop("DAKIYA_OLD_MASTER_KEYS", ""))
    found |= {_nth("DAKIYA_OLD_MASTER_KEYS", nth): key for nth, key in enumerate(older, 1)}
    for carrier in carriers():
        own = carrier.settings.read(settings)
        aliases = {name: str(field.alias) for name, field in type(own).model_fields.items()}
        found |= dict(_fields(own, aliases.__getitem__))
    variables = environment(settings)
    for name, path in paths(settings).items():
        try:
            profile = account(name, path, settings).profile
        except ProfileError:  # it is no gateway then, and `flask gateways check` says why
            continue
        asked = {each.variable for each in profile.secrets.values()}
        found |= {variable: variables.get(variable, "") for variable in asked}
    found |= dict(_passwords(settings))
    return {name: secret for name, secret in found.items() if secret}


def _passwords(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the passwords of databases on other machines, one for each role.

    A replica has the roles of its primary, with their passwords.
    """
    application = _postgresql(settings.database_url)
    for name, url in _databases(settings).items():
        link = _postgresql(url)
        if name == _REPLICA and link and application and link.role == application.role:
            continue
        if link is not None and link.elsewhere:
            yield f"the password in {name}", link.password
    if not _local(_redis_host(settings.redis_url)):
        yield "the password in REDIS_URL", unquote(urlsplit(settings.redis_url).password or "")


def _databases(settings: Settings) -> Mapping[str, str]:
    """Return the addresses of PostgreSQL that are set, each a role's, by their variables."""
    addresses = {
        "DATABASE_URL": settings.database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url,
        "DATABASE_PURGE_URL": settings.database_purge_url,
        "DATABASE_REPLICA_URL": settings.database_replica_url,
    }
    return {name: address for name, address in addresses.items() if address}


def _fields(model: BaseModel, named: Any) -> Iterator[tuple[str, str]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, SecretStr):
            yield named(name), value.get_secret_value()


# ---- production ----------------------------------------------------------------------------------


def _missing(settings: Settings) -> Iterator[str]:
    keys = {"DAKIYA_MASTER_KEY": settings.dakiya_master_key, "SECRET_KEY": settings.secret_key}
    missing = [name for name, key in keys.items() if not key.get_secret_value()]
    servers = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url}
    missing += [name for name, address in servers.items() if not address]
    if missing:
        yield (
            f"production needs {', '.join(missing)} (keys: at least {SHORTEST_KEY} bytes; make one"
            f" with: {_MAKE})"
        )
    if not settings.public_url.startswith("https://"):
        yield "PUBLIC_URL must be the https address that carriers call"


def _weak(secrets: Mapping[str, str]) -> Iterator[str]:
    """Yield what is too short, hardly random, or used twice."""
    for name, secret in secrets.items():
        shortest = _shortest(name)
        if len(secret.encode()) < shortest:
            yield f"{name} is too short: at least {shortest} bytes. {_advice(name)}"
        elif _trivial(secret, _FEWEST[shortest]):
            yield f"{name} has hardly any different characters, or repeats itself. {_advice(name)}"
    alike = defaultdict[str, list[str]](list)
    for name, secret in secrets.items():
        alike[secret].append(name)
    for same in alike.values():
        if len(same) > 1:
            yield (
                f"{' and '.join(sorted(same))} are the same: who has one would have both. Make"
                " another for one of them"
            )


def _shortest(name: str) -> int:
    if name.startswith(_OWN):
        return SHORTEST_KEY
    ours = name.endswith(("HOOK_SECRET", "WEBHOOK_SECRET"))
    return SHORTEST_HOOK_SECRET if ours else SHORTEST_OF_OTHERS


def _advice(name: str) -> str:
    if name.startswith(_OWN) or name.endswith("HOOK_SECRET"):
        return f"Make one with: {_MAKE}"
    return "Have it changed where it was given, then set the new one"


def _trivial(secret: str, fewest: int) -> bool:
    """Tell whether a secret is of few characters, a repetition (abcabc…) or a row (abcd…)."""
    repeats = (secret + secret).find(secret, 1) < len(secret)
    steps = {ord(after) - ord(before) for before, after in pairwise(secret)}
    return len(set(secret)) < fewest or repeats or len(steps) == 1


def _in_clear(settings: Settings) -> Iterator[str]:
    """Yield each link to a database outside of this machine that is not encrypted."""
    for name, url in _databases(settings).items():
        parts = _postgresql(url)
        if parts is None:
            yield f"{name} cannot be read: postgresql://USER:PASSWORD@HOST/DATABASE"
        elif parts.elsewhere and parts.sslmode not in _ENCRYPTED:
            yield (
                f"{name} leads to {parts.elsewhere} in clear: add ?sslmode=verify-full"
                " (with sslrootcert), or at least ?sslmode=require"
            )
    yield from _redis_in_clear(settings.redis_url)


def _redis_in_clear(url: str) -> Iterator[str]:
    redis = urlsplit(url)
    if redis.scheme == "unix" or _local(_redis_host(url)):
        return
    if redis.scheme != "rediss":
        yield f"REDIS_URL leads to {_redis_host(url)} in clear: rediss://… is encrypted"
    for option, values in parse_qs(redis.query).items():
        if option in _CHECKED and not {each.lower() for each in values} <= _CHECKED[option]:
            yield (
                f"REDIS_URL says {option}={values[0]}: whoever answers for {_redis_host(url)} would"
                f" be believed. Take {option} away; ssl_ca_certs=FILE names an authority of your"
                " own"
            )


def _redis_host(url: str) -> str:
    """Return the host as the client reads it: `host` of the query where the address has none."""
    parts = urlsplit(url)
    return parts.hostname or parse_qs(parts.query).get("host", ["localhost"])[0]


def _one_role(settings: Settings) -> Iterator[str]:
    """Yield which of the database's roles are the same: whoever has one could rewrite or remove.

    An address that is not set here is not compared: each process has only its own
    (`embedded.servers.resolve` asks the database about the one that it has).
    """
    roles = {
        name: link.role
        for name, url in _databases(settings).items()
        if (link := _postgresql(url)) is not None
    }
    for first, second in combinations(roles, 2):
        if {first, second} == {"DATABASE_URL", _REPLICA}:
            continue  # a replica has its primary's roles, and nobody writes there
        if roles[first] == roles[second]:
            yield (
                f"{first} and {second} name the same role: the application could rewrite what is"
                " append-only. Give each its own, then run `flask --app app db roles`"
                " (docs/operations.md, Nobody rewrites)"
            )


def _simulated(settings: Settings) -> Iterator[str]:
    simulated = {
        "SMS_ROUTES": "simulator" in settings.routing.gateways,
        "VOICE_ROUTES": "simulator_voice" in settings.voices,
        "UPI_PROVIDER": settings.upi_provider == "simulator",
    }
    for name, is_simulated in simulated.items():
        if is_simulated:
            yield (
                f"{name}: the simulator is for development and tests only: name your own"
                " (docs/gateways.md, docs/payments.md)"
            )


# ---- any start -----------------------------------------------------------------------------------


def _unnamed(settings: Settings) -> Iterator[str]:
    """Yield what is real where nobody has said which kind of installation this is.

    It would be one for development, whose accounts have public passwords.
    """
    if "dakiya_env" in settings.model_fields_set:
        return
    real: list[str] = []
    for name, url in _databases(settings).items():
        parts = _postgresql(url)
        if parts is None or parts.elsewhere:
            real.append(f"{name} names another machine")
    if not _local(_redis_host(settings.redis_url)):
        real.append("REDIS_URL names another machine")
    carriers_ = [name for name in settings.carriers if name not in _SIMULATED]
    if carriers_:
        real.append(f"texts or calls go by {', '.join(carriers_)}")
    if settings.takes_upi_by not in ("", "simulator"):
        real.append(f"money comes by {settings.takes_upi_by}")
    if real:
        yield (
            f"DAKIYA_ENV is not set, and {'; '.join(real)}: set DAKIYA_ENV=production, or"
            " DAKIYA_ENV=development if you do mean a development with accounts whose passwords are"
            " public"
        )


class _Link:
    """Where a PostgreSQL address leads: another machine, if it does, and how it is encrypted."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        hosts = str(parts.get("host") or os.environ.get("PGHOST", "")).split(",")
        addresses = str(parts.get("hostaddr") or os.environ.get("PGHOSTADDR", "")).split(",")
        named = [*hosts, *addresses]
        if parts.get("service") or os.environ.get("PGSERVICE"):
            named.append("a service of pg_service.conf")
        self.elsewhere = next((each for each in named if not _local(each)), "")
        self.role = str(parts.get("user") or os.environ.get("PGUSER", ""))
        self.password = str(parts.get("password") or "")
        self.sslmode = str(parts.get("sslmode") or os.environ.get("PGSSLMODE", ""))


def _postgresql(url: str) -> _Link | None:
    """Return where the address leads; None where it cannot be read."""
    try:
        return _Link(conninfo_to_dict(url))
    except (psycopg.Error, UnicodeError):
        return None


def _local(host: str) -> bool:
    """Tell whether a host is this machine: no host is a socket here, and so is a path."""
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _nth(name: str, nth: int) -> str:
    return name if nth == 1 else f"{name} ({nth})"
