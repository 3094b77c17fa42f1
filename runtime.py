"""The runtime of one process: settings, database, Valkey, keys, gateways, providers, clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Self

from redis import Redis

from gateways.base import Gateway
from gateways.build import build as build_gateways
from gateways.build import refuse_unregistered
from gateways.lookups import build as lookups
from gateways.lookups.base import NumberLookup
from providers import registry as providers_registry
from providers.base import Provider, ProviderName
from settings import Settings
from store import valkey
from store.database import Database
from store.keyring import Keyring
from store.limits import Limits
from store.replica import ReadTransaction, reading

_REPLICA_POOL: Final = 4
_REPLICA_SECONDS: Final = 1.0  # after which the primary is asked


@dataclass(frozen=True)
class Runtime:
    """The dependencies of one process, made once and passed to what needs a part of them."""

    settings: Settings
    database: Database
    redis: Redis
    gateways: Mapping[str, Gateway]
    keys: Keyring
    now: Callable[[], datetime]
    replica: Database | None = None
    providers: Mapping[ProviderName, Provider] = field(default_factory=dict)
    lookup: NumberLookup | None = None
    _within: dict[Limits, Self] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def build(cls, settings: Settings, now: Callable[[], datetime] | None = None) -> Self:
        """Return a runtime that connects later: `database.open()` opens the pool, first use Valkey.

        `now`: the clock; None: PostgreSQL's. Raises ValueError where routes lack settings or would
        send unregistered texts.
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
        now = now or database.now
        return cls(
            settings=settings,
            database=database,
            replica=_replica(settings, keys.masters[0]),
            redis=valkey.connect(settings.redis_url),
            gateways=gateways,
            keys=keys,
            now=now,
            providers=providers_registry.build(settings, database, now),
            lookup=lookups.build(settings),
        )

    def within(self, limits: Limits) -> Self:
        """Return the same runtime, of which each transaction has these limits."""
        kept = self._within.get(limits)
        if kept is None:  # each page asks a dozen times
            replica = self.replica and self.replica.within(limits)
            kept = replace(self, database=self.database.within(limits), replica=replica)
            self._within[limits] = kept
        return kept

    def reading(self) -> AbstractContextManager[ReadTransaction]:
        """Enclose a transaction that only reads and may be a little old: see store/replica.py."""
        return reading(self.replica, self.database)


def _replica(settings: Settings, master: str) -> Database | None:
    if not settings.database_replica_url:
        return None
    return Database(
        settings.database_replica_url,
        _REPLICA_POOL,
        master,
        wait=_REPLICA_SECONDS,
        prepares=settings.database_prepares or None,
    )
