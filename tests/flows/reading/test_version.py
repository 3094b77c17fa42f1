"""The same text is read the same for ever by one version: who changes the reading raises it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from flows.reading import understand

_FOLDER = Path(understand.__file__).parent
# Of each version, the digest of all that decides. Keep the old lines.
DIGESTS = {1: "e8640d9f8b938729", 2: "4e260e8c27215271"}


def digest() -> str:
    """Return the digest of the code, words, rules and model of the reading."""
    whole = sha256()
    for path in sorted((*_FOLDER.glob("*.py"), *_FOLDER.glob("*.toml"), *_FOLDER.glob("*.json"))):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:16]


def test_a_changed_reading_has_another_version() -> None:
    assert DIGESTS.get(understand.VERSION) == digest(), (
        "the reading changed: raise VERSION in flows/reading/understand.py and add its digest here"
    )
    assert max(DIGESTS) == understand.VERSION
