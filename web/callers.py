"""The callers of blueprints. The application refuses to start with a blueprint without one."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from flask import Blueprint, Flask


class Caller(StrEnum):
    """A kind of caller of a blueprint, and the check that admits it."""

    CARRIER = "a carrier: its signature or the secret in the path, checked by its gateway"
    PROVIDER = "a payment provider: its signature over the raw body, checked by its own file"
    TOKEN = "the department's software: a bearer token, checked before every call"  # noqa: S105
    STAFF = "staff, signed in with both factors, in the roles that each route names"
    ANYONE = "anyone: it shows nothing of anybody"
    DEVELOPMENT = "anyone on this machine, where the simulated carrier is configured; else 404"


_STATED: Final[dict[str, Caller]] = {}


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
