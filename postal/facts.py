"""Reading of the facts that a decision needs. Call under the locks of the articles concerned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from flows import trust
from flows.facts import (
    ArticleFact,
    CheckVerdict,
    CodeState,
    CodeVerdict,
    DayFact,
    ItemFact,
    ItemState,
)
from flows.grammar.postman import WORD
from flows.grammar.postman_numbers import CHECKED
from flows.trust import EXCEPTION_OBJECT, OBJECT_UNTIL
from postal import article_rows, codes, herd, households, offline, quotes
from postal.acts.books import Held, as_held
from postal.article_rows import OPEN, ArticleRow, Items
from store.database import Conn
from store.keyring import Keyring
from store.together import Awaited

_LATELY: Final = timedelta(days=2)  # what ended since is still a recipient's
_UNDER_WAY: Final = frozenset(("booked", "out_for_delivery", "attempted", "at_office"))


def _is_long(row: ArticleRow) -> bool:
    """Tell whether what was handed over can be contested for a week."""
    return bool(row.excepted or row.on_word)


@dataclass(frozen=True)
class Reader:
    """The reads of one turn. `today` is in Asia/Kolkata.

    What was read under the turn's locks is kept until an act changes it: `forget` says so.
    """

    conn: Conn
    now: datetime
    today: date
    keys: Keyring
    code_length: int
    written_at: datetime | None = None  # of the text that is decided; None: it came when written
    _rows: dict[str, ArticleRow] = field(default_factory=dict, repr=False)
    _items: dict[Items, list[ArticleRow]] = field(default_factory=dict, repr=False)

    def hold_ids(self, article_ids: Sequence[int]) -> Awaited[dict[str, Held]]:
        """Lock the articles; ask for them by number."""
        if not article_ids:
            return Awaited(dict)
        asked = article_rows.hold_ids(self.conn, article_ids, self.now, self.today)
        return asked.then(self.keep)

    def hold_numbers(self, numbers: Sequence[str]) -> Awaited[dict[str, Held]]:
        """Lock the articles with these numbers; ask for them by number."""
        asked = article_rows.hold_numbers(self.conn, numbers, self.now, self.today)
        return asked.then(self.keep)

    def hold_of_recipient(self, phone: str) -> Awaited[dict[str, Held]]:
        """Lock the articles that a recipient's answer can be about; ask for them by number."""
        asked = article_rows.hold_of_recipient(self.conn, phone, self.now, self.today)
        return asked.then(self.keep)

    def hold_items(self, items: Items) -> Awaited[dict[str, Held]]:
        """Lock the articles of `items`; ask for them by number."""
        if not items.refs:
            return Awaited(dict)

        def keep(rows: list[ArticleRow]) -> dict[str, Held]:
            self._items[items] = rows
            return self.keep(rows)

        return article_rows.hold_items(self.conn, items, self.now, self.today).then(keep)

    def keep(self, rows: Sequence[ArticleRow]) -> dict[str, Held]:
        """Keep what was read; return it by number as the books hold it."""
        self._rows.update((row.number, row) for row in rows)
        return {row.number: as_held(row) for row in rows}

    def forget(self, number: str) -> None:
        """Read the article again when it is asked for: the books have changed."""
        self._rows.pop(number, None)
        self._items.clear()

    def change(self, number: str, made: Mapping[str, object] | None) -> None:
        """Keep the article as an act `made` its columns; None: read it again, as `forget` says."""
        row = self._rows.get(number)
        self.forget(number)
        if row is None or made is None:
            return
        alive = row.expires_at is not None and row.used_at is None and row.dead_at is None
        if alive or "used_at" not in made:  # else an issue before the last was used
            self._rows[number] = row._replace(**made)

    def _of(self, numbers: Collection[str]) -> list[ArticleRow]:
        """Return the rows of the articles, in one statement where they are not known."""
        missing = [number for number in numbers if number not in self._rows]
        if missing:
            rows = article_rows.of_numbers(self.conn, missing, self.now, self.today)
            self._rows.update((row.number, row) for row in rows)
        return [self._rows[number] for number in numbers if number in self._rows]

    def of_recipient(
        self, phone: str, named: str | None, held: Collection[str]
    ) -> tuple[ArticleFact, ...]:
        """Return the articles of a telephone, its own and those it was asked to take, oldest first.

        Of those that the turn holds, by number: the open ones and the last two days'; and the
        article `named`, even where the telephone has nothing to do with it any more.
        """
        wanted = dict.fromkeys([*held, *([named] if named else [])])
        rows = [
            row
            for row in self._of(wanted)
            if row.number == named
            or (
                phone in (row.recipient_phone, row.nominee_phone)
                and (row.state in _UNDER_WAY or self._ended_lately(row, phone))
            )
        ]
        rows.sort(key=lambda row: (row.number == named, row.updated_at, row.id))
        return tuple(self._article(row, phone) for row in rows)

    def _ended_lately(self, row: ArticleRow, phone: str) -> bool:
        """Tell whether what ended is still a recipient's: of what he can object to, for longer."""
        if row.updated_at > self.now - _LATELY:
            return True
        if not _is_long(row):
            return False
        told_at = self._told_at(row, phone) or row.updated_at
        last: datetime = max(row.updated_at, told_at)
        return last > self.now - EXCEPTION_OBJECT

    def _told_at(self, row: ArticleRow, phone: str) -> datetime | None:
        """Return when `phone` was told of a handover; None: at once, or it makes no difference.

        Asked apart, where a week has gone since then: that is rare.
        """
        at = row.delivered_at
        if not phone or at is None or not EXCEPTION_OBJECT < self.now - at <= OBJECT_UNTIL:
            return None
        mine = phone in (row.recipient_phone, row.nominee_phone)
        if mine and not _is_long(row):
            return None
        return told_of_end(self.conn, Leaving(row.id, at if mine else None), phone, self.now)

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

    def with_question(
        self, articles: tuple[ArticleFact, ...], phone: str
    ) -> tuple[ArticleFact, ...]:
        """Return `articles`; of those in doubt, whether `phone` was asked last whose they are."""
        return tuple(
            replace(each, whose_asked=self._whose_asked(each.number, phone))
            if each.unsure and each.state == "out_for_delivery"
            else each
            for each in articles
        )

    def _whose_asked(self, number: str, phone: str) -> bool:
        row = self.conn.execute(
            "SELECT template = 'number_asked' FROM messages"
            " WHERE article_id = %s AND phone = %s AND direction = 'out'"
            " AND (template = 'number_asked' OR code_id IS NOT NULL)"
            " ORDER BY at DESC, id DESC LIMIT 1",
            [self._of([number])[0].id, phone],
        ).fetchone()
        return row == (True,)

    def with_denials(
        self, articles: tuple[ArticleFact, ...], phone: str
    ) -> tuple[ArticleFact, ...]:
        """Return `articles`, which left `phone`, with which of them it said are not its own."""
        if not articles:
            return ()
        rows = self.conn.execute(
            "SELECT a.number FROM moves m JOIN articles a ON a.id = m.article_id"
            " WHERE a.number = ANY(%s) AND m.from_phone = %s AND m.by = 'denial'",
            [[each.number for each in articles], phone],
        ).fetchall()
        disowned = {row[0] for row in rows}
        return tuple(replace(each, disowned=each.number in disowned) for each in articles)

    def numbered(self, phone: str, numbers: Collection[str]) -> tuple[ArticleFact, ...]:
        """Return the articles with these numbers as `phone` may know them, in any state."""
        rows = sorted(self._of(numbers), key=lambda row: (row.updated_at, row.id))
        return tuple(self._article(row, phone) for row in rows)

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
        rows = self._of([number])
        if not rows or (rows[0].sender_phone != phone and not self._is_office(phone)):
            return None
        return self._article(rows[0], phone)

    def _is_office(self, phone: str) -> bool:
        row = self.conn.execute(
            "SELECT EXISTS (SELECT FROM offices WHERE phone = %s)", [phone]
        ).fetchone()
        return row == (True,)

    def of_itself(self, number: str) -> ArticleFact:
        """Return the article for its own conversation."""
        return self._article(self._of([number])[0], "")

    def of_items(
        self,
        postman_id: int,
        refs: Sequence[str],
        entered: Mapping[str, str],
        listed: Items | None = None,
    ) -> tuple[ItemFact, ...]:
        """Return the item of each of `refs` (serials of today's list, or article numbers).

        `listed`: the same on a list of another day.

        `entered`: the code that the postman entered for a ref; it is judged here and goes no
        further.
        """
        if not refs:
            return ()
        items = listed or Items(postman_id, tuple(refs))
        if items not in self._items:
            rows = article_rows.of_items(self.conn, items, self.now, self.today)
            self._items[items] = rows
            self.keep(rows)
        by_ref: dict[str, ArticleRow] = {}
        for row in self._items[items]:
            # Of an earlier day, and a colleague carries it by now: what he says is not his.
            if items.earlier and row.place != row.item_id and row.postman_id != postman_id:
                continue
            by_ref[str(row.serial)] = row
            by_ref[row.number] = row
        found = [self._item(ref, by_ref.get(ref), entered, postman_id) for ref in refs]
        if WORD not in entered:
            return tuple(found)
        return tuple(
            self._told_word(item, by_ref.get(item.ref), entered[WORD], postman_id) for item in found
        )

    def _told_word(
        self, item: ItemFact, row: ArticleRow | None, told: str, postman_id: int
    ) -> ItemFact:
        """Return the item with the verdict on the household's word that its postman was told."""
        if row is None or item.state != "open":
            return item
        visit = households.DoorVisit(row.recipient_phone, row.item_id, postman_id)
        word = households.judge(self.conn, self.keys, visit, told, self.now, self.today)
        return replace(item, word=word)

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

    def _item(
        self, ref: str, row: ArticleRow | None, codes_of: Mapping[str, str], postman_id: int
    ) -> ItemFact:
        if row is None:
            return ItemFact(ref, int(ref) if ref.isdigit() else 0, "elsewhere", None)
        state: ItemState = row.item_state
        article = self._article(row, "")
        verdict: CodeVerdict = "unchecked"
        check: CheckVerdict = "unchecked"
        entered, three = codes_of.get(ref), codes_of.get(f"{ref}{CHECKED}")
        if entered is not None and self._has_code(article):
            # A code counts only for the postman to whom it was issued
            # (docs/developing/domain.md rule 6).
            bound = row.bound_to in (postman_id, None) and article.code_for != "window"
            last = codes.Issue(
                article.code_issue,
                article.code if bound else "dead",
                bytes(row.code_salt),
                codes.known_roots(self.conn, self.keys, row.keys),
            )
            issued = [] if three is None else offline.of_article(self.conn, row.id)
            if three is not None and state == "open" and trust.offline(article) is None:
                said = offline.OfflineSaid(
                    entered, three, row.place, postman_id, article.wrong_tries, row.holder_phone
                )
                root = offline.root_of(self.conn, self.keys, issued, row.place)
                verdict, check = offline.judge(said, issued, last, root, self.code_length)
            else:
                verdict = self._verdict(entered, last, state, article, postman_id)
                if three is not None and verdict != "right":
                    sent = offline.was_sent(issued, row.place)
                    verdict = verdict if sent else "none"
        came = row.approached, row.approaches
        listed = row.listed if row.listed < self.today else None
        return ItemFact(ref, row.serial, state, article, verdict, *came, check=check, listed=listed)

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

    def _article(self, row: ArticleRow, phone: str) -> ArticleFact:
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
            part=article_rows.part(row, phone),
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
            by_wish=row.by_wish,
            delivered_at=row.delivered_at,
            told_at=self._told_at(row, phone),
            objected=row.objected,
            moves=row.moves,
            asked=row.asked,
            asked_by=row.named_by or "sender",
            questions=row.questions,
            frozen=row.frozen,
            disputed=row.disputed,
            document=row.document,
            holds_from=row.holds_from,
            proven=row.proven,
            recalling=row.recalling,
            pieces=row.pieces,
            mode=row.mode,
            unsure=row.doubt is not None,
            withdrawn=row.doubt == "withdrawn",
            exception=row.exception,
            exceptions=row.exceptions,
            excepted=row.excepted,
            on_word=row.on_word,
            claimed=row.claimed,
            may_take=row.may_take,
            takes_from=row.takes_from,
            renumber=row.renumber,
            within_reach=row.excepting and self._within_reach(row),
        )

    def _within_reach(self, row: ArticleRow) -> bool:
        """Tell whether its telephone was reached, and nobody above agreed all the same.

        Asked apart, where an exception is open: beside each article's row it would open every month
        of messages and events for every turn.
        """
        found = self.conn.execute(
            _WITHIN_REACH,
            {"article": row.id, "phone": row.holder_phone, "above": list(trust.EXCEPTION_ABOVE)},
        ).fetchone()
        return found == (True,)

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


# A supervisor, or another office than the postman's, may agree though it was reached.
_REACHED: Final = article_rows.REACHED.format(
    article="%(article)s", phone="%(phone)s", place="x.item_id"
)
_WITHIN_REACH: Final = f"""
    SELECT NOT EXISTS (SELECT FROM staff b WHERE b.staff_id = x.answer_by
                       AND (b.role = ANY(%(above)s) OR b.office_id IS DISTINCT FROM x.office_id))
        AND {_REACHED}
    FROM exceptions x WHERE x.article_id = %(article)s AND x.ended_at IS NULL
"""  # noqa: S608
_LOST_WITHIN: Final = timedelta(days=2)
_LOST: Final = f"""
SELECT m.article_id, max(a.delivered_at), bool_or(
       m.ended_at > %(since)s OR a.delivered_at >= %(handed_over)s
       OR a.state IN {OPEN} AND (a.recipient_phone IS NULL OR EXISTS (
           SELECT FROM moves k WHERE k.article_id = a.id AND k.by <> 'holder'
           AND k.outcome = 'done' AND k.ended_at > %(since)s)))
FROM moves m JOIN articles a ON a.id = m.article_id
WHERE m.from_phone = %(phone)s AND m.by <> 'holder' AND m.outcome = 'done'
  AND a.recipient_phone IS DISTINCT FROM %(phone)s
  AND (a.state IN {OPEN} OR m.ended_at > %(since)s OR a.delivered_at >= %(longest)s)
GROUP BY m.article_id ORDER BY m.article_id DESC LIMIT 20
"""  # noqa: S608
# The alarms of how it went, or that its code went away: when the first arrived. Where none did,
# when the last was given up.
_TOLD: Final = """
SELECT coalesce(min(m.delivered_at), least(max(m.not_after), %(now)s)) FROM messages m
WHERE m.article_id = %(article)s AND m.phone = %(phone)s AND m.direction = 'out'
  AND m.lane = 'alarm' AND m.at >= coalesce(%(since)s, (
      SELECT max(v.ended_at) FROM moves v WHERE v.article_id = %(article)s
      AND v.from_phone = %(phone)s AND v.by <> 'holder' AND v.outcome = 'done'))
"""


@dataclass(frozen=True)
class Leaving:
    """An article, by its row, that was handed over at `at`; None: after its code went away."""

    article_id: int
    at: datetime | None


def told_of_end(conn: Conn, leaving: Leaving, phone: str, now: datetime) -> datetime | None:
    """Return when a telephone was told; None: it was sent no alarm.

    Of one that is still on its way: now.
    """
    row = conn.execute(
        _TOLD, {"article": leaving.article_id, "phone": phone, "since": leaving.at, "now": now}
    ).fetchone()
    told_at: datetime | None = row[0] if row else None
    return told_at


def articles_lost(conn: Conn, phone: str, now: datetime) -> list[int]:
    """Return the ids of the articles whose code left `phone`; it can object.

    Lately, or they were handed over lately, or it was told of that lately; of one that was disowned
    there, as long as it is nobody's, and after it became another's. Not what came back to it: its
    no is about what it is asked of that.
    """
    since, handed_over = now - _LOST_WITHIN, now - EXCEPTION_OBJECT
    values = {
        "phone": phone,
        "since": since,
        "handed_over": handed_over,
        "longest": now - OBJECT_UNTIL,
    }
    found = conn.execute(_LOST, values).fetchall()
    return [
        article_id
        for article_id, delivered_at, lately in found
        if lately or (delivered_at is not None and _was_told_late(conn, article_id, phone, now))
    ]


def _was_told_late(conn: Conn, article_id: int, phone: str, now: datetime) -> bool:
    told_at = told_of_end(conn, Leaving(article_id, None), phone, now)
    return told_at is not None and now - told_at <= EXCEPTION_OBJECT


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
        f" AND state IN {OPEN} LIMIT 2) UNION ALL"
        " (SELECT number, false FROM articles WHERE sender_phone = %(phone)s"
        " AND state = 'delivered' AND delivered_at > %(since)s LIMIT 2)",
        {"phone": phone, "since": since},
    ).fetchall()
    under_way = [str(number) for number, is_open in rows if is_open]
    meant = under_way or [str(number) for number, _ in rows]
    return meant[0] if len(meant) == 1 else None


def articles_numbered(conn: Conn, numbers: Sequence[str]) -> list[int]:
    """Return the ids of the articles with these numbers."""
    rows = conn.execute("SELECT id FROM articles WHERE number = ANY(%s)", [list(numbers)])
    return [row[0] for row in rows.fetchall()]
