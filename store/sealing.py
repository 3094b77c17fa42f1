"""Secrets that the database holds and cannot read: derived from a key, or sealed under one.

A secret begins derived: HMAC-SHA256 of a salt under a key, so nothing of it is stored. When that
key is replaced the secret stays, and from then on is kept sealed under the new key: AES-256-GCM,
bound to its place, so that a sealed secret that is copied into another row opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SEALING: Final = b"dakiya/seal/1/"
_NONCE_BYTES: Final = 12


class SealBroken(ValueError):
    """The seal does not open: another key made it, for another place, or it was changed."""


def seal(key: bytes, bare: bytes, place: str) -> bytes:
    """Return `bare` sealed under `key` for `place`, the one place where it opens."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, bare, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """Return what `seal` was given. Raises `SealBroken`."""
    nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return _cipher(key).decrypt(nonce, rest, place.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"the secret of {place} does not open") from error


@dataclass(frozen=True)
class Hidden:
    """A secret as a row holds it. `number`: of its key. `sealed` None: it is derived from `salt`.

    `derivation` tells what it is derived for, `place` which row it is of.
    """

    number: int
    salt: bytes = field(repr=False)
    sealed: bytes | None = field(repr=False)
    derivation: bytes
    place: str

    def bare(self, root: bytes) -> bytes:
        """Return the 32 bytes of the secret; `root` is those of its key. Raises `SealBroken`."""
        if self.sealed is None:
            return hmac.digest(root, self.derivation + self.salt, "sha256")
        return unseal(root, self.sealed, self.place)


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(hmac.new(key, _SEALING, hashlib.sha256).digest())
