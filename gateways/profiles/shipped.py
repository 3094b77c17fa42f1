"""The available profiles: those shipped beside this file, and an operator's own.

The values that a profile needs from the environment are read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog

from gateways.environment import environment
from gateways.profiles.file import ProfileError, read
from gateways.profiles.gateway import HttpGateway
from gateways.profiles.profile import HOOK, Profile
from gateways.profiles.templates import Unfilled
from gateways.registry import offers
from messages.catalogue import catalogue
from settings import Settings

log = structlog.get_logger(__name__)

SHIPPED: Final = Path(__file__).parent
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{16,}")


@dataclass(frozen=True)
class ProfileAccount:
    """A profile with its values from the environment; `missing` says what is absent."""

    name: str
    profile: Profile
    values: Mapping[str, str] = field(repr=False)
    missing: tuple[str, ...]


def paths(settings: Settings) -> Mapping[str, Path]:
    """Return the file of each profile by its name. An operator's own hides a shipped one.

    Raises ValueError where HTTP_PROFILES is no directory.
    """
    folders = [SHIPPED]
    if settings.http_profiles:
        folders.append(Path(settings.http_profiles))
        if not folders[-1].is_dir():
            raise ValueError(f"HTTP_PROFILES: {settings.http_profiles} is no directory")
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def account(name: str, path: Path, settings: Settings) -> ProfileAccount:
    """Return the profile at `path` and its values. Raises `ProfileError`."""
    profile = _shipped(path) if path.parent == SHIPPED else read(path)
    variables = environment(settings)
    values = {
        key: variables.get(each.variable, "") or each.default or ""
        for key, each in profile.variables.items()
    }
    return ProfileAccount(name, profile, values, tuple(_missing(name, profile, values, settings)))


def configured(settings: Settings) -> Mapping[str, HttpGateway]:
    """Return the gateways of all complete profiles.

    Raises ValueError where SMS_ROUTES names a profile that cannot be read or is incomplete.
    """
    gateways: dict[str, HttpGateway] = {}
    for name, path in paths(settings).items():
        routed = name in settings.routing.gateways
        try:
            found = account(name, path, settings)
        except ProfileError as error:
            if routed:
                raise ValueError(f"SMS_ROUTES names {name}: {error}") from error
            log.warning("profile_unusable", file=path.name, problems=len(error.problems))
            continue
        if not found.missing:
            gateways[name] = HttpGateway(
                name, found.profile, found.values, settings, catalogue().dlt
            )
        elif routed:
            raise ValueError(f"SMS_ROUTES names {name}, which needs {'; '.join(found.missing)}")
    return gateways


@cache
def _shipped(path: Path) -> Profile:
    """Return a shipped profile, read once: every process has all of them, and they never change."""
    return read(path)


def _missing(
    name: str, profile: Profile, values: Mapping[str, str], settings: Settings
) -> Iterator[str]:
    taken = {offer.name for offer in offers()}
    if name in taken or not _NAME.fullmatch(name):
        yield f"another file name: {name} cannot be one of a gateway"
    for key, each in profile.variables.items():
        if not values[key] and each.default is None:
            yield each.variable + (f" ({each.meaning})" if each.meaning else "")
    if HOOK in values and values[HOOK] and not _SECRET.fullmatch(values[HOOK]):
        variable = profile.secrets[HOOK].variable
        yield f"{variable} of 16 characters or more, of A-Z a-z 0-9 _ and -"
    if settings.production and not _guarded(profile, values):
        yield "an https address: keys and telephone numbers would be sent in clear"


def _guarded(profile: Profile, values: Mapping[str, str]) -> bool:
    """Tell whether the address is https, or on this machine or in a private network."""
    try:
        address = profile.request.url.fill(lambda name: values.get(name, "x")) or ""
    except Unfilled:
        return True  # a variable is missing, which is reported elsewhere
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        private = ip_address(host).is_private
    except ValueError:
        private = "." not in host
    return parts.scheme == "https" or private
