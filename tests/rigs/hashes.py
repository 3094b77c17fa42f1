"""Hashes of passwords and PINs: in the tests, the cheapest that argon2 makes.

One of the service's own takes as long as several tests, in a thread that gives way to all others.
tests/postal/people/test_hashes.py hashes as the service does, and states what that costs.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import pytest
from argon2 import PasswordHasher

from postal.people import passwords, pins

_CHEAPEST: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_OWN: Final = {room: room._HASHER for room in (passwords, pins)}


@cache
def hash_of(secret: str) -> str:
    """Return the hash of the password or PIN of somebody whom a test finds there."""
    return _CHEAPEST.hash(secret)


def hash_cheaply(patch: pytest.MonkeyPatch) -> None:
    """Let the service hash as cheaply as a test does."""
    for room in _OWN:
        patch.setattr(room, "_HASHER", _CHEAPEST)


def hash_dearly(patch: pytest.MonkeyPatch) -> None:
    """Let the service hash as it does outside of the tests."""
    for room, own in _OWN.items():
        patch.setattr(room, "_HASHER", own)
