"""Reading of the facts that a decision needs. Call under the locks of the articles concerned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from psycopg.rows import namedtuple_row

from flows.facts import ArticleFact, CodeState, CodeVerdict, DayFact, ItemFact, ItemState
from flows.trust import APPROACHES_WITHIN
from postal import codes, herd, modes, quotes
from postal.acts.books import Held
from store.database import Conn
from store.keyring import Keyring

_ARTICLE = f"""
    a.number, a.state, a.otp_required, a.cod_amount AS amount, a.door_only, a.code_issue,
    a.code_salt, a.passport, a.authorised_person IS NOT NULL AS authorised,
    CASE WHEN a.registration THEN 'registered' ELSE a.service END AS service,
    a.recipient_phone IS NOT NULL AS linked, a.attempts, a.remark,
    coalesce(a.witness, 'none') AS witness,
    a.suspended_at IS NOT NULL AS suspended,
    a.remark IS NOT NULL AND a.remark_final_at IS NOT NULL AS final,
    coalesce(a.witness_by IN ('pin', 'fresh', 'two'), false) AS judged,
    a.chosen_day, a.choose_until, a.held_until, a.extended,
    a.delivered_at, a.not_received_at IS NOT NULL AS objected,
    a.moves, a.questions, a.move_asked_at IS NOT NULL AS asked, a.frozen_at IS NOT NULL AS frozen,
    a.disputed_at IS NOT NULL AS disputed, coalesce(a.document_until > %(now)s, false) AS document,
    a.sender_proven_at IS NOT NULL AS proven, a.recall_asked_at IS NOT NULL AS recalling,
    n.holds_from,
    c.expires_at, c.used_at, c.dead_at, coalesce(c.sends, 0) AS sends, c.postman_id AS bound_to,
    coalesce(c.purpose, 'handover') AS code_for,
    CASE WHEN n.phone = %(phone)s AND a.recipient_phone IS DISTINCT FROM n.phone
         THEN CASE WHEN n.agreed_at IS NULL THEN 'asked' ELSE 'nominee' END
         ELSE 'addressee' END AS part,
    CASE WHEN n.id IS NULL THEN 'none' WHEN n.agreed_at IS NULL THEN 'asked' ELSE 'agreed' END
        AS nominee,
    (SELECT count(*) FROM nominees m WHERE m.article_id = a.id) AS nominations,
    {modes.OF_ARTICLE} AS mode,
    (SELECT count(*) FROM code_attempts t
     WHERE t.article_id = a.id AND t.day = %(today)s AND t.outcome = 'wrong') AS wrong_tries
"""  # noqa: S608
# Two arms, each an index look-up: one OR over both tables reads the whole list.
_NAMED_ITEMS = """
    SELECT n.id FROM delivery_lists l JOIN delivery_items n ON n.list_id = l.id
    WHERE l.postman_id = %(postman)s AND l.date = %(today)s AND n.serial = ANY(%(serials)s)
    UNION
    SELECT n.id FROM articles b JOIN delivery_items n ON n.article_id = b.id
    JOIN delivery_lists l ON l.id = n.list_id
    WHERE b.number = ANY(%(numbers)s) AND l.postman_id = %(postman)s AND l.date = %(today)s
"""
_APPROACHES = """
    (SELECT count(*) FROM events e
     WHERE e.article_id = a.id AND e.kind = 'approached' AND e.at > %(lately)s)
"""
_JOINED = """
    LEFT JOIN codes c ON c.article_id = a.id AND c.issue = a.code_issue
    LEFT JOIN nominees n ON n.article_id = a.id AND n.ended_at IS NULL
"""
_OPEN = "('booked', 'out_for_delivery', 'attempted', 'at_office')"


@dataclass(frozen=True)
class Reader:
    """The reads of one turn. `today` is in Asia/Kolkata."""

    conn: Conn
    now: datetime
    today: date
    keys: Keyring
    code_length: int
    written_at: datetime | None = None  # of the text that is decided; None: it came when written

    def of_recipient(
        self, phone: str, named: str | None, held: Collection[int]
    ) -> tuple[ArticleFact, ...]:
        """Return the articles of a telephone, its own and those it was asked to take, oldest first.

        Of those whose rows the turn holds: the open ones and the last two days'; and the article
        `named`, even where the telephone has nothing to do with it any more.
        """
        rows = self._read(
            f"SELECT {_ARTICLE} FROM articles a {_JOINED}"  # noqa: S608
            " WHERE a.number = %(named)s OR"
            " (a.id = ANY(%(held)s)"
            " AND (a.recipient_phone = %(phone)s OR a.id = ANY(%(nominated)s))"
            f" AND (a.state IN {_OPEN} OR a.updated_at > %(now)s - interval '2 days'))"
            " ORDER BY a.number = %(named)s DESC, a.updated_at DESC, a.id DESC",
            phone=phone,
            held=list(held),
            named=named or "",
            nominated=nominated(self.conn, phone),
        )
        return tuple(self._article(row) for row in reversed(rows))

    def with_herds(self, articles: tuple[ArticleFact, ...], phone: str) -> tuple[ArticleFact, ...]:
        """Return `articles` with what decides whether a report of fraud warns their PINs."""
        numbers = [each.number for each in articles]
        rows = self.conn.execute(
            "SELECT number, recipient_pin FROM articles WHERE number = ANY(%s)", [numbers]
        ).fetchall()
        found = {pin: herd.reported(self.conn, pin, self.today, phone) for _, pin in rows}
        there = {number: found[pin] for number, pin in rows}
        return tuple(
            replace(
                each,
                fraud_reports=there[each.number].others,
                had_code=there[each.number].had_code,
                herd=there[each.number].to_be_warned,
            )
            for each in articles
        )

    def numbered(self, phone: str, numbers: Collection[str]) -> tuple[ArticleFact, ...]:
        """Return the articles with these numbers as `phone` may know them, in any state."""
        if not numbers:
            return ()
        rows = self._read(
            f"SELECT {_ARTICLE} FROM articles a {_JOINED}"  # noqa: S608
            " WHERE a.number = ANY(%(numbers)s) ORDER BY a.updated_at, a.id",
            phone=phone,
            numbers=list(numbers),
        )
        return tuple(self._article(row) for row in rows)

    def quoting(
        self, article: ArticleFact, held: Held, phone: str, question: int, quoted: str
    ) -> ArticleFact:
        """Return `article` with the verdict on the digits that `phone` quotes of `question`."""
        if quotes.tries_over(self.conn, phone, self.today):
            return replace(article, quote="locked")
        key = quotes.key_of(self.conn, held.id, phone, question)
        if key is None:
            return replace(article, quote="wrong")
        root = self.keys.root(self.conn, "codes", key)
        right = quotes.quote_of(root, held.salt, phone, question)
        return replace(article, quote=quotes.judge(quoted, right))

    def of_party(self, number: str, phone: str) -> ArticleFact | None:
        """Return the article, where `phone` is its sender's or that of an office or staff."""
        rows = self._read(
            f"SELECT {_ARTICLE} FROM articles a {_JOINED} WHERE a.number = %(number)s"  # noqa: S608
            " AND (a.sender_phone = %(phone)s"
            "      OR EXISTS (SELECT 1 FROM offices o WHERE o.phone = %(phone)s))",
            phone=phone,
            number=number,
        )
        return self._article(rows[0]) if rows else None

    def of_itself(self, number: str) -> ArticleFact:
        """Return the article for its own conversation."""
        rows = self._read(
            f"SELECT {_ARTICLE} FROM articles a {_JOINED} WHERE a.number = %(number)s",  # noqa: S608
            number=number,
        )
        return self._article(rows[0])

    def _read(self, sql: str, phone: str = "", **values: object) -> list[Any]:
        with self.conn.cursor(row_factory=namedtuple_row) as cursor:
            bound = {"phone": phone, "now": self.now, "today": self.today, **values}
            return cursor.execute(sql, bound).fetchall()

    def of_items(
        self, postman_id: int, refs: Sequence[str], entered: Mapping[str, str]
    ) -> tuple[ItemFact, ...]:
        """Return the item of each of `refs` (serials of today's list, or article numbers).

        `entered`: the code that the postman entered for a ref; it is judged here and goes no
        further.
        """
        serials = [int(ref) for ref in refs if ref.isdigit()]
        numbers = [ref for ref in refs if not ref.isdigit()]
        rows = self._read(
            f"SELECT i.serial, i.state AS item_state,"  # noqa: S608
            f" i.approached_at IS NOT NULL AS approached, {_APPROACHES} AS approaches, {_ARTICLE}"
            f" FROM delivery_items i JOIN articles a ON a.id = i.article_id {_JOINED}"
            f" WHERE i.id IN ({_NAMED_ITEMS}) ORDER BY i.id",
            postman=postman_id,
            serials=serials,
            numbers=numbers,
            lately=self.now - APPROACHES_WITHIN,
        )
        by_ref: dict[str, Any] = {}
        for row in rows:
            by_ref[str(row.serial)] = row
            by_ref[row.number] = row
        return tuple(self._item(ref, by_ref.get(ref), entered.get(ref), postman_id) for ref in refs)

    def left(self, postman_id: int) -> tuple[bool, int, int | None]:
        """Return whether the postman has a list today, its number of open items, and the next
        serial."""
        row = self.conn.execute(
            "SELECT count(*), count(*) FILTER (WHERE i.state = 'open'),"
            " min(i.serial) FILTER (WHERE i.state = 'open')"
            " FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id"
            " WHERE l.postman_id = %s AND l.date = %s",
            [postman_id, self.today],
        ).fetchone()
        assert row is not None
        return row[0] > 0, row[1], row[2]

    def day(self, postman_id: int) -> DayFact:
        """Return what became of the postman's list of today, without what left it."""
        row = self.conn.execute(
            "SELECT count(*) FILTER (WHERE i.state = 'delivered'),"
            " count(*) FILTER (WHERE i.state = 'attempted'),"
            " count(*) FILTER (WHERE i.state = 'open'),"
            " min(i.serial) FILTER (WHERE i.state = 'open'),"
            " coalesce(sum(a.cod_amount) FILTER (WHERE i.state = 'delivered'"
            " AND i.payment = 'cash'), 0),"
            " coalesce(sum(a.cod_amount) FILTER (WHERE i.state = 'open'), 0)"
            " FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id"
            " JOIN articles a ON a.id = i.article_id"
            " WHERE l.postman_id = %s AND l.date = %s",
            [postman_id, self.today],
        ).fetchone()
        assert row is not None
        return DayFact(*row)

    def _item(self, ref: str, row: Any, entered: str | None, postman_id: int) -> ItemFact:
        if row is None:
            return ItemFact(ref, int(ref) if ref.isdigit() else 0, "elsewhere", None)
        state: ItemState = row.item_state
        article = self._article(row)
        verdict: CodeVerdict = "unchecked"
        if entered is not None and self._has_code(article):
            # A code counts only for the postman to whom it was issued
            # (docs/developing/domain.md rule 6).
            bound = row.bound_to in (postman_id, None) and article.code_for != "window"
            last = codes.Issue(
                article.code_issue,
                article.code if bound else "dead",
                bytes(row.code_salt),
                codes.roots(self.conn, self.keys, article.number),
            )
            verdict = self._verdict(entered, last, state, article, postman_id)
        return ItemFact(ref, row.serial, state, article, verdict, row.approached, row.approaches)

    def _has_code(self, article: ArticleFact) -> bool:
        """Tell whether the article has a code: it needs one, or one can prove its refusal."""
        return article.coded or article.code_for == "refusal"

    def _verdict(
        self,
        entered: str,
        last: codes.Issue,
        state: ItemState,
        article: ArticleFact,
        postman_id: int,
    ) -> CodeVerdict:
        length = self.code_length
        verdict: CodeVerdict = "unchecked"
        if state == "open":
            verdict = codes.judge(entered, last, article.wrong_tries, length)
        counts_no_more = verdict in ("expired", "stale") or state in ("attempted", "withdrawn")
        if not counts_no_more or article.locked:
            return verdict
        late = codes.Late(entered, state == "open", self.written_at, self.now)
        past = self.past_codes(article.number, postman_id)
        return codes.judge_late(late, past, last, length) or verdict

    def past_codes(self, number: str, postman_id: int) -> list[codes.Past]:
        """Return the last codes on which this postman could have handed over, the newest first."""
        rows = self.conn.execute(
            "SELECT c.issue, c.released_at, c.expires_at, c.used_at, c.dead_at"
            " FROM codes c JOIN articles a ON a.id = c.article_id"
            " WHERE a.number = %s AND c.postman_id = %s AND c.purpose = 'handover'"
            " ORDER BY c.issue DESC LIMIT 5",
            [number, postman_id],
        ).fetchall()
        return [codes.Past(*row) for row in rows]

    def _article(self, row: Any) -> ArticleFact:
        return ArticleFact(
            number=row.number,
            state=row.state,
            otp_required=row.otp_required,
            amount=row.amount,
            code=self._code_state(row.code_issue, row.expires_at, row.used_at, row.dead_at),
            code_expires_at=row.expires_at,
            code_issue=row.code_issue,
            wrong_tries=row.wrong_tries,
            code_sends=row.sends,
            door_only=row.door_only,
            code_for=row.code_for,
            service=row.service,
            passport=row.passport,
            authorised=row.authorised,
            part=row.part,
            linked=row.linked,
            nominee=row.nominee,
            nominations=row.nominations,
            attempts=row.attempts,
            remark=row.remark,
            witness=row.witness,
            suspended=row.suspended,
            final=row.final,
            judged=row.judged,
            chosen_day=row.chosen_day,
            choose_until=row.choose_until,
            held_until=row.held_until,
            extended=row.extended,
            delivered_at=row.delivered_at,
            objected=row.objected,
            moves=row.moves,
            asked=row.asked,
            questions=row.questions,
            frozen=row.frozen,
            disputed=row.disputed,
            document=row.document,
            holds_from=row.holds_from,
            proven=row.proven,
            recalling=row.recalling,
            mode=row.mode,
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
    """Return the ids of the articles of `refs` on today's list, which must be locked."""
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
    """Return the ids of the articles that a recipient's answer can be about."""
    rows = conn.execute(
        "SELECT id FROM articles WHERE (recipient_phone = %s OR id = ANY(%s))"  # noqa: S608
        f" AND (state IN {_OPEN} OR updated_at > %s - interval '3 days')"
        " ORDER BY (state = 'out_for_delivery') DESC, updated_at DESC, id DESC LIMIT 250",
        [phone, nominated(conn, phone), now],
    ).fetchall()
    return [row[0] for row in rows]


_LOST_WITHIN: Final = timedelta(days=2)


def articles_lost(conn: Conn, phone: str, now: datetime) -> list[int]:
    """Return the ids of the articles whose code left `phone` lately; it can object.

    Not what came back to it: its no is about what it is asked of that.
    """
    rows = conn.execute(
        "SELECT DISTINCT m.article_id FROM moves m JOIN articles a ON a.id = m.article_id"
        " WHERE m.from_phone = %(phone)s AND m.by <> 'holder' AND m.outcome = 'done'"
        " AND m.ended_at > %(since)s AND a.recipient_phone IS DISTINCT FROM %(phone)s LIMIT 20",
        {"phone": phone, "since": now - _LOST_WITHIN},
    )
    return [row[0] for row in rows.fetchall()]


def articles_recalled(conn: Conn, phone: str) -> list[int]:
    """Return the ids of the articles that `phone` is said to want back, and can still leave."""
    rows = conn.execute(
        "SELECT id FROM articles WHERE sender_phone = %s AND recall_asked_at IS NOT NULL"
        " ORDER BY recall_asked_at DESC LIMIT 20",
        [phone],
    )
    return [row[0] for row in rows.fetchall()]


def article_sent(conn: Conn, phone: str, since: datetime) -> str | None:
    """Return the number of the one article under way that `phone` sent.

    Where none is, that of the one delivered after `since`; None where there are several.
    """
    rows = conn.execute(
        f"(SELECT number, true FROM articles WHERE sender_phone = %(phone)s"  # noqa: S608
        f" AND state IN {_OPEN} LIMIT 2) UNION ALL"
        " (SELECT number, false FROM articles WHERE sender_phone = %(phone)s"
        " AND state = 'delivered' AND delivered_at > %(since)s LIMIT 2)",
        {"phone": phone, "since": since},
    ).fetchall()
    under_way = [str(number) for number, is_open in rows if is_open]
    meant = under_way or [str(number) for number, _ in rows]
    return meant[0] if len(meant) == 1 else None


def nominated(conn: Conn, phone: str) -> list[int]:
    """Return the ids of the articles that the person of `phone` was asked to take."""
    rows = conn.execute(
        "SELECT article_id FROM nominees WHERE phone = %s AND ended_at IS NULL LIMIT 20", [phone]
    )
    return [row[0] for row in rows.fetchall()]


def articles_numbered(conn: Conn, numbers: Sequence[str]) -> list[int]:
    """Return the ids of the articles with these numbers."""
    rows = conn.execute("SELECT id FROM articles WHERE number = ANY(%s)", [list(numbers)])
    return [row[0] for row in rows.fetchall()]
