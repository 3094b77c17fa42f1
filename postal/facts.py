"""Reads the facts that a decision needs. Call under the locks of the articles concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flows.facts import ArticleFact, CodeState, CodeVerdict, ItemFact, ItemState
from postal import codes
from store.database import Conn

_ARTICLE = """
    a.number, a.state, a.otp_required, a.cod_amount, a.door_only, a.code_issue, a.code_salt,
    c.expires_at, c.used_at, c.dead_at, coalesce(c.sends, 0), c.postman_id,
    (SELECT count(*) FROM code_attempts t
     WHERE t.article_id = a.id AND t.day = %(today)s AND t.outcome = 'wrong')
"""
# Two arms, each an index look-up: one OR over both tables reads the whole list.
_NAMED_ITEMS = """
    SELECT n.id FROM delivery_lists l JOIN delivery_items n ON n.list_id = l.id
    WHERE l.postman_id = %(postman)s AND l.date = %(today)s AND n.serial = ANY(%(serials)s)
    UNION
    SELECT n.id FROM articles b JOIN delivery_items n ON n.article_id = b.id
    JOIN delivery_lists l ON l.id = n.list_id
    WHERE b.number = ANY(%(numbers)s) AND l.postman_id = %(postman)s AND l.date = %(today)s
"""
_CODE = "LEFT JOIN codes c ON c.article_id = a.id AND c.issue = a.code_issue"


@dataclass(frozen=True)
class Reader:
    """Reads within one turn. `today` is in Asia/Kolkata."""

    conn: Conn
    now: datetime
    today: date
    master_key: bytes
    code_length: int
    written_at: datetime | None = None  # the text that is decided on; None: it came as written

    def of_recipient(self, phone: str, named: str | None) -> tuple[ArticleFact, ...]:
        """The articles of a telephone, oldest first: the open ones, and the last two days'.

        At most fifty, the article `named` always among them.
        """
        rows = self.conn.execute(
            f"SELECT {_ARTICLE} FROM articles a {_CODE} WHERE a.recipient_phone = %(phone)s"  # noqa: S608
            " AND (a.state IN ('booked', 'out_for_delivery', 'attempted', 'at_office')"
            "      OR a.updated_at > %(now)s - interval '2 days')"
            " ORDER BY a.number = %(named)s DESC, a.updated_at DESC, a.id DESC LIMIT 50",
            {"phone": phone, "now": self.now, "today": self.today, "named": named or ""},
        ).fetchall()
        return tuple(self._article(row) for row in reversed(rows))

    def of_party(self, number: str, phone: str) -> ArticleFact | None:
        """The article, where `phone` is its sender's or that of an office or staff."""
        row = self.conn.execute(
            f"SELECT {_ARTICLE} FROM articles a {_CODE} WHERE a.number = %(number)s"  # noqa: S608
            " AND (a.sender_phone = %(phone)s"
            "      OR EXISTS (SELECT 1 FROM offices o WHERE o.phone = %(phone)s))",
            {"number": number, "phone": phone, "today": self.today},
        ).fetchone()
        return self._article(row) if row else None

    def of_items(
        self, postman_id: int, refs: Sequence[str], entered: Mapping[str, str]
    ) -> tuple[ItemFact, ...]:
        """What stands behind each of `refs` (serials of today's list, or article numbers).

        `entered`: the code that the postman gave for a ref; it is judged here and goes no further.
        """
        serials = [int(ref) for ref in refs if ref.isdigit()]
        numbers = [ref for ref in refs if not ref.isdigit()]
        rows = self.conn.execute(
            f"SELECT i.serial, i.state, i.approached_at IS NOT NULL, {_ARTICLE}"  # noqa: S608
            f" FROM delivery_items i JOIN articles a ON a.id = i.article_id {_CODE}"
            f" WHERE i.id IN ({_NAMED_ITEMS}) ORDER BY i.id",
            {
                "postman": postman_id,
                "today": self.today,
                "serials": serials,
                "numbers": numbers,
            },
        ).fetchall()
        by_ref: dict[str, Any] = {}
        for row in rows:
            by_ref[str(row[0])] = row
            by_ref[row[3]] = row
        return tuple(self._item(ref, by_ref.get(ref), entered.get(ref), postman_id) for ref in refs)

    def left(self, postman_id: int) -> tuple[bool, int, int | None]:
        """Whether the postman has a list today, how many items are open, and the next serial."""
        row = self.conn.execute(
            "SELECT count(*), count(*) FILTER (WHERE i.state = 'open'),"
            " min(i.serial) FILTER (WHERE i.state = 'open')"
            " FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id"
            " WHERE l.postman_id = %s AND l.date = %s",
            [postman_id, self.today],
        ).fetchone()
        assert row is not None
        return row[0] > 0, row[1], row[2]

    def _item(self, ref: str, row: Any, entered: str | None, postman_id: int) -> ItemFact:
        if row is None:
            return ItemFact(ref, int(ref) if ref.isdigit() else 0, "elsewhere", None)
        state: ItemState = row[1]
        article = self._article(row[3:])
        verdict: CodeVerdict = "unchecked"
        if entered is not None and article.otp_required:
            bound_to, salt = row[14], bytes(row[9])
            # A code speaks only for the postman that it was issued for (DOMAIN rule 6).
            code = article.code if bound_to == postman_id or bound_to is None else "dead"
            last = codes.Issue(article.code_issue, code, salt)
            verdict = self._verdict(entered, last, state, article, postman_id)
        return ItemFact(ref, row[0], state, article, verdict, row[2])

    def _verdict(
        self,
        entered: str,
        last: codes.Issue,
        state: ItemState,
        article: ArticleFact,
        postman_id: int,
    ) -> CodeVerdict:
        key, length = self.master_key, self.code_length
        verdict: CodeVerdict = "unchecked"
        if state == "open":
            verdict = codes.judge(entered, last, article.wrong_tries, key, length)
        counts_no_more = verdict in ("expired", "stale") or state in ("attempted", "withdrawn")
        if not counts_no_more or article.locked:
            return verdict
        late = codes.Late(entered, state == "open", self.written_at, self.now)
        past = self._past(article.number, postman_id)
        return codes.judge_late(late, past, last, key, length) or verdict

    def _past(self, number: str, postman_id: int) -> list[codes.Past]:
        """The last codes that this postman could have handed over on, the newest first."""
        rows = self.conn.execute(
            "SELECT c.issue, c.released_at, c.expires_at, c.used_at, c.dead_at"
            " FROM codes c JOIN articles a ON a.id = c.article_id"
            " WHERE a.number = %s AND c.postman_id = %s AND c.purpose = 'handover'"
            " ORDER BY c.issue DESC LIMIT 5",
            [number, postman_id],
        ).fetchall()
        return [codes.Past(*row) for row in rows]

    def _article(self, row: Any) -> ArticleFact:
        number, state, otp, amount, door_only, issue = row[:6]
        expires, used, dead, sends, _, wrong = row[7:]
        return ArticleFact(
            number=number,
            state=state,
            otp_required=otp,
            amount=amount,
            code=self._code_state(issue, expires, used, dead),
            code_expires_at=expires,
            code_issue=issue,
            wrong_tries=wrong,
            code_sends=sends,
            door_only=door_only,
        )

    def _code_state(
        self, issue: int, expires: datetime | None, used: datetime | None, dead: datetime | None
    ) -> CodeState:
        if issue == 0 or expires is None:
            return "none"
        if used is not None:
            return "used"
        if dead is not None:
            return "dead"
        return "live" if expires > self.now else "expired"


def articles_of_items(conn: Conn, postman_id: int, today: date, refs: Sequence[str]) -> list[int]:
    """The ids of the articles behind `refs` on today's list: what must be locked."""
    rows = conn.execute(
        f"SELECT article_id FROM delivery_items WHERE id IN ({_NAMED_ITEMS})",  # noqa: S608
        {
            "postman": postman_id,
            "today": today,
            "serials": [int(ref) for ref in refs if ref.isdigit()],
            "numbers": [ref for ref in refs if not ref.isdigit()],
        },
    ).fetchall()
    return [row[0] for row in rows]


def articles_of_recipient(conn: Conn, phone: str, now: datetime) -> list[int]:
    """The ids of the articles that a recipient's answer can be about."""
    rows = conn.execute(
        "SELECT id FROM articles WHERE recipient_phone = %s"
        " AND (state IN ('booked', 'out_for_delivery', 'attempted', 'at_office')"
        "      OR updated_at > %s - interval '3 days') ORDER BY updated_at DESC LIMIT 60",
        [phone, now],
    ).fetchall()
    return [row[0] for row in rows]


def articles_numbered(conn: Conn, numbers: Sequence[str]) -> list[int]:
    """The ids of the articles with these numbers."""
    rows = conn.execute("SELECT id FROM articles WHERE number = ANY(%s)", [list(numbers)])
    return [row[0] for row in rows.fetchall()]
