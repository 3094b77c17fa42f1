"""An authenticator in software (WebAuthn, ES256): what a security key does, and a forger might.

It stands in for the browser and the key, which are outside; test_passkeys_browser.py has real ones.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

_PRESENT, _VERIFIED, _BACKED_UP, _ATTESTED = 0x01, 0x04, 0x18, 0x40


@dataclass(frozen=True)
class Key:
    """A credential at `origin`. `counts`: what it says how often it signed."""

    origin: str = "https://dakiya.test"
    rp_id: str = "dakiya.test"
    verified: bool = True
    synced: bool = False
    counts: int = 1
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    secret: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False
    )

    def but(self, **changed: Any) -> Key:
        """The same key, with something else about it."""
        return replace(self, **changed)

    def made(self, options: str) -> str:
        """What `navigator.credentials.create` returns for `options`, as the page sends it."""
        asked = json.loads(options)
        numbers = self.secret.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        data = self._data(_ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            attestationObject=attestation,
            clientDataJSON=self._client("webauthn.create", asked["challenge"]),
            transports=["usb", "made-up"],
        )

    def signed(self, options: str) -> str:
        """What `navigator.credentials.get` returns for `options`, as the page sends it."""
        client = self._client("webauthn.get", json.loads(options)["challenge"])
        data = self._data()
        signature = self.secret.sign(
            data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256())
        )
        return self._answer(authenticatorData=data, clientDataJSON=client, signature=signature)

    def _data(self, flags: int = 0) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verified else 0) | (_BACKED_UP if self.synced else 0)
        named = hashlib.sha256(self.rp_id.encode()).digest()
        return named + bytes([flags]) + self.counts.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, **response: bytes | list[str]) -> str:
        id_ = bytes_to_base64url(self.id)
        encoded = {
            name: bytes_to_base64url(value) if isinstance(value, bytes) else value
            for name, value in response.items()
        }
        return json.dumps({"id": id_, "rawId": id_, "type": "public-key", "response": encoded})


def challenge_of(options: str) -> bytes:
    """The challenge of what a browser is asked."""
    return base64url_to_bytes(json.loads(options)["challenge"])
