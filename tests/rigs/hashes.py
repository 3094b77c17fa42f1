"""Hashes of the passwords and PINs of people whom a test finds there and who did not choose it.

They are the cheapest that argon2 makes: verifying costs what the hash says, and what the service
hashes itself (a chosen password, a PIN given to the API) keeps its own cost, which
tests/postal/people/test_hashes.py states.
"""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher

_CHEAPEST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@cache
def hash_of(secret: str) -> str:
    return _CHEAPEST.hash(secret)
