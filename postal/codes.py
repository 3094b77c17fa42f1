"""One-time codes: derived, never stored, compared in constant time.

docs/developing/architecture.md rule 7

The secret of an article is HMAC-SHA256(master key, the article's own salt); the code is its HOTP
(RFC 4226, with SHA-256) at the issue number. Neither the database alone nor the master key alone
yields a code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyotp

from flows.facts import TRIES_PER_DAY, CodeState, CodeVerdict
from flows.grammar.late import SLOW_DOOR

_PURPOSE = b"dakiya/code/1/"
_STALE_ISSUES = 5  # older issues are compared too, to say "that one is old" instead of "wrong"


@dataclass(frozen=True)
class Issue:
    """The last code issued for an article. `salt` is the article's."""

    number: int  # 0: none was ever issued
    state: CodeState
    salt: bytes


def code_of(master_key: bytes, salt: bytes, issue: int, length: int) -> str:
    """Return the code of an article (by its 16-byte `salt`) at `issue`: `length` digits, 6 to 8."""
    secret = hmac.new(master_key, _PURPOSE + salt, hashlib.sha256).digest()
    hotp = pyotp.HOTP(base64.b32encode(secret).decode(), digits=length, digest=hashlib.sha256)
    return str(hotp.at(issue))


def judge(
    entered: str, last: Issue, wrong_tries: int, master_key: bytes, length: int
) -> CodeVerdict:
    """Judge `entered` against the last issue. Call under the article's row lock.

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


@dataclass(frozen=True)
class Past:
    """The lifetime of a code for handing over that was issued for this postman."""

    issue: int
    released_at: datetime
    expires_at: datetime
    used_at: datetime | None
    dead_at: datetime | None  # killed, or replaced by the next

    def alive(self, at: datetime) -> bool:
        """Tell whether the code could have been used `at` that moment."""
        ends = [end for end in (self.expires_at, self.used_at, self.dead_at) if end is not None]
        return self.released_at <= at < min(ends)


@dataclass(frozen=True)
class Late:
    """When a text was written and when it came, about an item whose code counts no more."""

    entered: str
    open: bool  # of the item at present
    written_at: datetime | None
    now: datetime


def judge_late(
    late: Late, past: Sequence[Past], last: Issue, master_key: bytes, length: int
) -> CodeVerdict | None:
    """Judge a code that counts no more by the time when its text was written; None: worthless.

    A code that has only expired since is "right": it was said in time. What was killed or replaced
    since stays dead, and so does an item that was closed: "late", a case for the office. Wrong
    codes are not told apart here, so no try is counted.
    """
    same = [each for each in past if _equal(late.entered, last, each.issue, master_key, length)]
    if not same or same[0].used_at is not None:
        return None
    code = same[0]
    if code.alive(late.now):
        return None  # it still counts: a closed item must not tell whether a guess was right
    if not late.open:
        return "late"
    if late.written_at is not None and code.alive(late.written_at):
        unharmed = code.dead_at is None and code.issue == last.number
        return "right" if unharmed else "late"
    over = code.dead_at is None and late.now - code.expires_at > SLOW_DOOR
    return "late" if over else None


def _equal(entered: str, last: Issue, issue: int, master_key: bytes, length: int) -> bool:
    return hmac.compare_digest(entered, code_of(master_key, last.salt, issue, length))
