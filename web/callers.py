"""The callers of blueprints. The application refuses to start with a blueprint without one."""

from __future__ import annotations

import hmac
from enum import StrEnum
from ipaddress import ip_address
from typing import Final

from flask import Blueprint, Flask, request

from web.running import runtime


class Caller(StrEnum):
    """A kind of caller of a blueprint, and the check that admits it."""

    CARRIER = "a carrier: its signature or the secret in the path, checked by its gateway"
    PROVIDER = "a payment provider: its signature over the raw body, checked by its own file"
    TOKEN = "the department's software: a bearer token, checked before every call"  # noqa: S105
    OPERATOR = "anyone: yes or no; the rest to this machine itself or by METRICS_TOKEN"
    STAFF = "staff, signed in with both factors, in the roles that each route names"
    ANYONE = "anyone: it shows nothing of anybody"
    DEVELOPMENT = "anyone on this machine, where the simulated carrier is configured; else 404"


_STATED: Final[dict[str, Caller]] = {}


_FORWARDED: Final = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "Via")
_SCHEME: Final = "bearer "


def is_here() -> bool:
    """Tell whether the caller is a process of this machine itself.

    What a proxy on this machine passes on comes from its loopback address too, and says so in a
    header; docs/operations.md asks for that header.
    """
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def is_operator() -> bool:
    """Tell whether the caller may see how the service fares: on this machine, or by its token."""
    token = runtime().settings.metrics_token.get_secret_value().encode()
    given = request.headers.get("Authorization", "")
    if token and given.lower().startswith(_SCHEME):
        shown = given[len(_SCHEME) :].strip().encode("utf-8", "replace")
        if hmac.compare_digest(shown, token):
            return True
    return is_here()


def states(blueprint: Blueprint, caller: Caller) -> None:
    """Declare who may call the routes of `blueprint`."""
    _STATED[blueprint.name] = caller


def stated(name: str) -> Caller:
    """Return who may call the blueprint `name`. Raises LookupError if it was not declared."""
    try:
        return _STATED[name]
    except KeyError:
        raise LookupError(
            f"blueprint {name} does not state who may call it: web/callers.py"
        ) from None


def insist(app: Flask) -> None:
    """Raise LookupError if a blueprint of `app` does not state its caller."""
    for name in app.blueprints:
        stated(name)
