"""One-time codes: derived, never stored, compared in constant time.

docs/developing/architecture.md rule 7

The secret of an issue is HMAC-SHA256(its key, the article's own salt); the code is its HOTP (RFC
4226, with SHA-256) at the issue number. Neither the database alone nor a key alone yields a code.
Each issue names the key that it was made with (`store/keyring.py`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyotp

from flows.facts import TRIES_PER_DAY, CodeState, CodeVerdict
from flows.grammar.late import SLOW_DOOR
from flows.trust import WATCH
from store.database import Conn
from store.keyring import Keyring, UnknownKey

_PURPOSE = b"dakiya/code/1/"
_MOST_COMPARED = 50
_MINUTE = timedelta(minutes=1)
_STALE_ISSUES = 5  # older issues are compared too, to say "that one is old" instead of "wrong"


@dataclass(frozen=True)
class Issue:
    """The last code issued for an article. `salt` is the article's.

    `roots`: the key of each issue, by its number. Of one that is missing the key was retired: its
    code can be compared with nothing and is old.
    """

    number: int  # 0: none was ever issued
    state: CodeState
    salt: bytes = field(repr=False)
    roots: Mapping[int, bytes] = field(repr=False)


def code_of(root: bytes, salt: bytes, issue: int, length: int) -> str:
    """Return the code of an article (by its 16-byte `salt`) at `issue`: `length` digits, 6 to 8.

    `root`: the bytes of the issue's key.
    """
    secret = hmac.new(root, _PURPOSE + salt, hashlib.sha256).digest()
    hotp = pyotp.HOTP(base64.b32encode(secret).decode(), digits=length, digest=hashlib.sha256)
    return str(hotp.at(issue))


def judge(entered: str, last: Issue, wrong_tries: int, length: int) -> CodeVerdict:
    """Judge `entered` against the last issue. Call under the article's row lock.

    After five wrong codes in a day nothing is compared any more. Only a wrong code against a live
    or expired one is a guess ("wrong"); an earlier code of the same article is "stale".
    """
    if wrong_tries >= TRIES_PER_DAY:
        return "locked"
    if last.number == 0:
        return "none"
    if last.number not in last.roots:
        return "stale"
    if is_equal(entered, last, last.number, length):
        if last.state == "live":
            return "right"
        return "expired" if last.state == "expired" else "stale"
    older = range(max(1, last.number - _STALE_ISSUES), last.number)
    if any([is_equal(entered, last, issue, length) for issue in older]):
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

    def alive_about(self, at: datetime) -> bool:
        """Tell the same of a moment read from a watch, in whole minutes."""
        ends = [end for end in (self.expires_at, self.used_at, self.dead_at) if end is not None]
        return self.released_at - WATCH < at + _MINUTE and at - WATCH < min(ends)


@dataclass(frozen=True)
class Late:
    """When a text was written and when it came, about an item whose code counts no more."""

    entered: str
    open: bool  # of the item at present
    written_at: datetime | None
    now: datetime


def judge_late(late: Late, past: Sequence[Past], last: Issue, length: int) -> CodeVerdict | None:
    """Judge a code that counts no more by the time when its text was written; None: worthless.

    A code that has only expired since is "right": it was said in time. What was killed or replaced
    since stays dead, and so does an item that was closed: "late", a case for the office. Wrong
    codes are not told apart here, so no try is counted.
    """
    same = [each for each in past if is_equal(late.entered, last, each.issue, length)]
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


def judge_on_paper(
    entered: str, past: Sequence[Past], last: Issue, said_at: datetime, length: int
) -> CodeVerdict:
    """Judge a code on the slip of an outage by the codes that could be told at `said_at`.

    `past`: the codes for handing over that were issued for that postman. "right": it lived then, by
    a watch that may be `WATCH` slow or fast, and only expired since; "late": it was killed or
    replaced since. All others are "wrong" without a difference, so that no guess teaches anything
    (docs/developing/trust.md rule 15). The caller counts the tries.
    """
    if not past:
        return "none"
    # All are compared, whichever is equal: how long it takes tells nothing.
    same = [code for code in past if is_equal(entered, last, code.issue, length)]
    told = [code for code in same if code.alive_about(said_at)]
    if not told:
        return "wrong"
    unharmed = told[0].dead_at is None and told[0].used_at is None
    return "right" if unharmed and told[0].issue == last.number else "late"


def is_equal(entered: str, last: Issue, issue: int, length: int) -> bool:
    """Tell whether it is the code of that `issue`, in constant time."""
    root = last.roots.get(issue)
    return root is not None and hmac.compare_digest(
        entered, code_of(root, last.salt, issue, length)
    )


def in_use(conn: Conn, now: datetime) -> Mapping[int, int]:
    """Return how many codes each key has that live, or that a late text may still bring.

    The key of the three digits beside a code counts too.

    `now`: a code that expired more than a day ago is of no use to anybody.
    """
    rows = conn.execute(
        "SELECT used, count(*) FROM (SELECT DISTINCT id, unnest(ARRAY[key, check_key]) AS used"
        " FROM codes WHERE expires_at > %(now)s - interval '1 day'"
        " AND released_at > %(now)s - interval '3 days') bound"
        " WHERE used IS NOT NULL GROUP BY used",
        {"now": now},
    ).fetchall()
    return dict(rows)


def roots(conn: Conn, keys: Keyring, number: str) -> Mapping[int, bytes]:
    """Return the key of each of the last issues of an article, without those that were retired."""
    rows = conn.execute(
        "SELECT c.issue, c.key FROM codes c JOIN articles a ON a.id = c.article_id"
        " WHERE a.number = %s ORDER BY c.issue DESC LIMIT %s",
        (number, _MOST_COMPARED),
    ).fetchall()
    return known_roots(conn, keys, rows)


def known_roots(conn: Conn, keys: Keyring, issued: Sequence[Sequence[int]]) -> Mapping[int, bytes]:
    """Return the key of each issue; `issued`: its number, and that of its key."""
    found: dict[int, bytes] = {}
    for issue, key in issued:
        with suppress(UnknownKey):
            found[issue] = keys.root(conn, "codes", key)
    return found
