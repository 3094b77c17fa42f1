"""What one process works with: settings, database, Valkey, gateways, providers and the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from redis import Redis

from gateways.base import Gateway
from gateways.build import build as build_gateways
from gateways.build import refuse_unregistered
from providers import registry as providers_registry
from providers.base import Provider, ProviderName
from settings import Settings
from store.database import Database


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Runtime:
    """Made once per process and handed to whoever needs a part of it."""

    settings: Settings
    database: Database
    redis: Redis
    gateways: Mapping[str, Gateway]
    now: Callable[[], datetime] = utc_now
    providers: Mapping[ProviderName, Provider] = field(default_factory=dict)

    @classmethod
    def build(cls, settings: Settings, now: Callable[[], datetime] = utc_now) -> Self:
        """Connects nothing yet: the pool opens with `database.open()`, Valkey on first use.

        Raises ValueError where routes lack what they need or would send what is not registered.
        """
        gateways = build_gateways(settings)
        refuse_unregistered(settings, gateways)
        database = Database(settings.database_url, settings.database_pool)
        return cls(
            settings=settings,
            database=database,
            redis=Redis.from_url(
                settings.redis_url,
                socket_timeout=5,
                socket_connect_timeout=2,
                health_check_interval=30,
            ),
            gateways=gateways,
            now=now,
            providers=providers_registry.build(settings, database, now),
        )
