"""Secrets in the tracked files: `python script/leaks.py`, one line for each and status 1.

The secret itself is not printed. What is meant to be there is in `leaks-allowed.toml`, by file and
kind, with the reason; an entry that allows nothing any more is told too.
"""

from __future__ import annotations

import math
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ALLOWED: Final = "script/leaks-allowed.toml"
KINDS: Final = {
    "private key": r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----",
    "AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "Google key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "GitHub token": r"\bgh[pousr]_[0-9A-Za-z]{36,}\b|\bgithub_pat_[0-9A-Za-z_]{40,}\b",
    "GitLab token": r"\bglpat-[0-9A-Za-z_-]{20,}\b",
    "Slack token": r"\bxox[abprs]-[0-9A-Za-z-]{10,}\b",
    "telephony account": r"\bAC[0-9a-f]{32}\b",
    "telephony key": r"\bSK[0-9a-f]{32}\b",
    "Razorpay live key": r"\brzp_live_[0-9A-Za-z]{14,}\b",
    "Cashfree key": r"\bcfsk_(?:ma_)?(?:prod|live)_[0-9a-f]{16,}\w*",
    "Dakiya token": r"\bdakiya_[0-9A-Za-z_-]{43}(?![0-9A-Za-z_-])",
    "webhook secret": r"\bwhsec_[0-9A-Za-z+/]{40,}=*",
    "JSON web token": r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}",
    # Words in capitals stand for what one fills in: postgresql://USER:PASSWORD@HOST/DATABASE.
    "password in an address": r"\b[a-z][a-z0-9+]*://[^\s/:@\"'{}<>$]+:(?!PASSWORD@)[^\s/@\"'{}<>$]{6,}@[\w.-]+",
}
_ASSIGNED: Final = "assigned secret"
# name = "value", "name": "value", NAME=value; of what is a secret by its name.
_ASSIGNMENT: Final = re.compile(
    r"(?i)\w*(?:secret|token|passw(?:or)?d|api_?key|auth_?key|master_?key|private_?key|credential)"
    r"\w*[\"']?\s*[:=]{1,2}\s*[\"']?(?P<value>[0-9A-Za-z+/_=.~-]{20,})"
)
_BITS: Final = 3.7  # of entropy per character: words of a language have fewer, random ones more
_PATTERNS: Final = {kind: re.compile(pattern) for kind, pattern in KINDS.items()}


@dataclass(frozen=True, order=True)
class Leak:
    """A place where a secret seems to be."""

    file: str
    line: int
    kind: str


def in_text(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line (from 1) and the kind of each secret in `text`."""
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, pattern in _PATTERNS.items():
            if pattern.search(line):
                yield number, kind
        if any(_is_random(found["value"]) for found in _ASSIGNMENT.finditer(line)):
            yield number, _ASSIGNED


def _is_random(value: str) -> bool:
    """Tell whether a value looks like chance: letters, digits and much entropy."""
    mixed = any(each.isdigit() for each in value) and any(each.isalpha() for each in value)
    counts = Counter(value).values()
    bits = -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
    return mixed and bits >= _BITS


def in_repository(root: Path) -> list[Leak]:
    """Return the secrets in the tracked files of the repository at `root`, allowed ones too."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True
    ).stdout.decode()
    leaks = []
    for name in filter(None, listed.split("\0")):
        path = root / name
        if not path.is_file() or path.is_symlink():
            continue
        raw = path.read_bytes()
        if b"\0" in raw:
            continue  # a picture or a font
        leaks += [Leak(name, *found) for found in in_text(raw.decode("utf-8", "replace"))]
    return sorted(leaks)


def told(root: Path) -> list[str]:
    """Return a line for each secret that is not allowed, and for each allowance of nothing."""
    leaks = in_repository(root)
    allowed = _allowed(root)
    here = {(leak.file, leak.kind) for leak in leaks}
    return [
        *(
            f"{leak.file}:{leak.line}: {leak.kind}"
            for leak in leaks
            if (leak.file, leak.kind) not in allowed
        ),
        *(
            f"{ALLOWED}: {file} holds no {kind} any more: take the entry out"
            for file, kind in sorted(allowed - here)
        ),
    ]


def _allowed(root: Path) -> set[tuple[str, str]]:
    path = root / ALLOWED
    if not path.exists():
        return set()
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["allow"]
    for each in entries:
        if len(each["reason"]) < 10:
            raise SystemExit(f"{ALLOWED}: {each['file']}: say why it may be there")
    return {(each["file"], each["kind"]) for each in entries}


if __name__ == "__main__":
    found = told(Path.cwd())
    print("\n".join(found) or "no secrets in the tracked files")
    sys.exit(1 if found else 0)
