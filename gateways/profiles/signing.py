"""The steps by which a profile makes a value out of others: digests, HMACs, entities, a choice.

sha512, sha256, sha1, md5       of the text `of`
hmac-sha512, -sha256, -sha1     of the text `of` with the key `key`
entities                        `of` with each UTF-16 unit that is not ASCII as &#N;
entities-all                    `of` with every UTF-16 unit as &#N;, where `of` is not all ASCII
choose                          the value in `values` for `of`, else `otherwise`

Basic and bearer authentication are no steps but `[request.basic]` and `[request.bearer]`.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from typing import Final, Literal, get_args

Digest = Literal["sha512", "sha256", "sha1", "md5"]
Keyed = Literal["hmac-sha512", "hmac-sha256", "hmac-sha1"]
Doing = Literal[Digest, Keyed, "entities", "entities-all", "choose"]
Written = Literal["hex", "base64"]
DIGESTS: Final[tuple[str, ...]] = get_args(Digest)
KEYED: Final[tuple[str, ...]] = get_args(Keyed)


def digest(name: str, text: str, written: Written) -> str:
    """Return a digest of `text` in UTF-8. MD5 and SHA-1 are here as some carriers require them."""
    made = hashlib.new(name, text.encode(), usedforsecurity=False)
    return _written(made.digest(), written)


def keyed(name: str, key: str, text: str, written: Written) -> str:
    """Return the HMAC of `text` under `key`, both in UTF-8; `name` as `hmac-sha256`."""
    made = hmac.new(key.encode(), text.encode(), name.removeprefix("hmac-"))
    return _written(made.digest(), written)


def entities(text: str) -> str:
    """Return `text` with each UTF-16 unit that is not ASCII as &#N;."""
    return "".join(letter if letter.isascii() else _units(letter) for letter in text)


def all_entities(text: str) -> str:
    """Return `text` with every UTF-16 unit as &#N;; a text that is all ASCII is unchanged."""
    return text if text.isascii() else "".join(map(_units, text))


def _units(letter: str) -> str:
    raw = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"&#{raw[at] << 8 | raw[at + 1]};" for at in range(0, len(raw), 2))


def _written(raw: bytes, written: Written) -> str:
    return raw.hex() if written == "hex" else b64encode(raw).decode()
