"""The runtime of one process: settings, database, Valkey, keys, gateways, providers, clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Self

from redis import Redis

from gateways.base import Gateway
from gateways.build import build as build_gateways
from gateways.build import refuse_unregistered
from providers import registry as providers_registry
from providers.base import Provider, ProviderName
from settings import Settings
from store import valkey
from store.database import Database
from store.keyring import Keyring
from store.limits import Limits


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Runtime:
    """The dependencies of one process, made once and passed to what needs a part of them."""

    settings: Settings
    database: Database
    redis: Redis
    gateways: Mapping[str, Gateway]
    keys: Keyring
    now: Callable[[], datetime] = utc_now
    providers: Mapping[ProviderName, Provider] = field(default_factory=dict)

    @classmethod
    def build(cls, settings: Settings, now: Callable[[], datetime] = utc_now) -> Self:
        """Return a runtime that connects later: `database.open()` opens the pool, first use Valkey.

        Raises ValueError where routes lack settings or would send unregistered texts.
        """
        gateways = build_gateways(settings)
        refuse_unregistered(settings, gateways)
        keys = Keyring(settings.masters)
        # The name tells which master a process runs on: `flask keys retire` asks PostgreSQL.
        database = Database(
            settings.database_url,
            settings.database_pool,
            keys.masters[0],
            prepares=settings.database_prepares or None,
        )
        return cls(
            settings=settings,
            database=database,
            redis=valkey.connect(settings.redis_url),
            gateways=gateways,
            keys=keys,
            now=now,
            providers=providers_registry.build(settings, database, now),
        )

    def within(self, limits: Limits) -> Self:
        """Return the same runtime, of which each transaction has these limits."""
        return replace(self, database=self.database.within(limits))
