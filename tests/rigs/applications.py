"""What of the settings an application is made of; the rest it reads anew for each request."""

from __future__ import annotations

from typing import Any, Final

from settings import Settings

APP_SETTINGS: Final = ("by_https", "dakiya_env", "production", "proxies", "secret_key")


class NotedSettings:
    """Settings that note which of them are read."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self._settings, name)
