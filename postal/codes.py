"""One-time codes (DESIGN.md rule 7): derived, never stored, compared in constant time.

The secret of an article is HMAC-SHA256(master key, the article's own salt); the code is its HOTP
(RFC 4226, with SHA-256) at the issue number. Neither the database alone nor the master key alone
gives a code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

import pyotp

from flows.facts import TRIES_PER_DAY, CodeState, CodeVerdict

_PURPOSE = b"dakiya/code/1/"
_STALE_ISSUES = 5  # older issues are compared too, to say "that one is old" instead of "wrong"


@dataclass(frozen=True)
class Issue:
    """The last code issued for an article. `salt` is the article's."""

    number: int  # 0: none was ever issued
    state: CodeState
    salt: bytes


def code_of(master_key: bytes, salt: bytes, issue: int, length: int) -> str:
    """The code of an article (by its 16-byte `salt`) at `issue`, `length` digits (6 to 8)."""
    secret = hmac.new(master_key, _PURPOSE + salt, hashlib.sha256).digest()
    hotp = pyotp.HOTP(base64.b32encode(secret).decode(), digits=length, digest=hashlib.sha256)
    return str(hotp.at(issue))


def judge(
    entered: str, last: Issue, wrong_tries: int, master_key: bytes, length: int
) -> CodeVerdict:
    """What `entered` is worth against the last issue. Call under the article's row lock.

    After five wrong codes in a day nothing is compared any more. Only a wrong code against a live
    or expired one is a guess ("wrong"); an earlier code of the same article is "stale".
    """
    if wrong_tries >= TRIES_PER_DAY:
        return "locked"
    if last.number == 0:
        return "none"
    if _equal(entered, last, last.number, master_key, length):
        if last.state == "live":
            return "right"
        return "expired" if last.state == "expired" else "stale"
    older = range(max(1, last.number - _STALE_ISSUES), last.number)
    if any([_equal(entered, last, issue, master_key, length) for issue in older]):
        return "stale"
    return "wrong" if last.state in ("live", "expired") else "none"


def _equal(entered: str, last: Issue, issue: int, master_key: bytes, length: int) -> bool:
    return hmac.compare_digest(entered, code_of(master_key, last.salt, issue, length))
