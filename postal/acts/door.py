"""The acts at the door, written into the books: codes, handovers, remarks, and their undoing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from flows.acts.codes import CountWrongCode, IssueCode, KillCode
from flows.acts.door import HandOver, MarkApproached, UndoApproach, UndoHandOver
from flows.acts.remarks import MakeFinal, RecordRemark, UndoRemark
from flows.acts.reports import ReportLate
from flows.grammar.postman import LAST4
from india.calendar import bounds
from postal.acts import cod
from postal.acts.books import Books, Held, of_article, of_item, writes
from postal.acts.offline import stands, undone
from postal.checks import KEY_OF_DAY
from postal.households import NO_WORD
from store import feed, keyring
from store.feed import NewEvent
from store.together import Awaited


@writes(IssueCode)
def issue_code(books: Books, act: IssueCode, whose: str) -> None:
    article = books.held[act.article]
    books.conn.execute(
        "UPDATE codes SET dead_at = %s, dead_reason = 'expired'"
        " WHERE article_id = %s AND used_at IS NULL AND dead_at IS NULL",
        [books.now, article.id],
    )
    books.one(
        "WITH next AS (UPDATE articles SET code_issue = code_issue + 1"  # noqa: S608
        " WHERE id = %(id)s RETURNING id, code_issue)"
        " INSERT INTO codes (article_id, issue, key, postman_id, purpose, released_at, expires_at,"
        " item_id, check_key)"
        " SELECT id, code_issue, %(key)s, %(bearer)s, %(purpose)s, %(now)s, %(expires)s,"
        f" %(place)s, CASE WHEN %(place)s::bigint IS NOT NULL THEN {KEY_OF_DAY} END FROM next",
        article,
        place=article.item_id if act.purpose == "handover" else None,
        day_began=bounds(books.today)[0],
        key=keyring.current(books.conn, "codes"),
        bearer=None if act.purpose == "window" else article.postman_id,
        purpose=act.purpose,
        expires=act.expires_at,
    )
    books.feed("code_issued", article, purpose=act.purpose, expires_at=act.expires_at.isoformat())


@dataclass(frozen=True)
class SentCode:
    """The present code of an article, by its row: the digits are filled in when it is sent."""

    id: int
    expires_at: datetime


def count_sent(books: Books, number: str) -> Awaited[SentCode]:
    """Count the present code of the article `number` as sent once more, and ask for it."""
    cursor = books.conn.execute(
        "UPDATE codes SET sends = sends + 1"
        " WHERE article_id = %s AND used_at IS NULL AND dead_at IS NULL"
        " RETURNING id, expires_at",
        [books.held[number].id],
    )

    def sent(row: tuple[Any, ...] | None) -> SentCode:
        assert row is not None
        return SentCode(*row)

    return Awaited(cursor.fetchone).then(sent)


@writes(KillCode)
def kill_code(books: Books, act: KillCode, whose: str) -> None:
    article = books.held[act.article]
    books.one(
        "UPDATE codes SET dead_at = %(now)s, dead_reason = %(reason)s"
        " WHERE article_id = %(id)s AND used_at IS NULL AND dead_at IS NULL",
        article,
        reason=act.reason,
    )
    books.feed("code_killed", article, reason=act.reason)


@writes(CountWrongCode)
def count_wrong_code(books: Books, act: CountWrongCode, whose: str) -> None:
    article = books.held[act.article]
    attempt(books, article, "wrong")
    books.feed("code_wrong", article)


@writes(MarkApproached)
def mark_approached(books: Books, act: MarkApproached, whose: str) -> None:
    article = books.update_item(act.article, "approached_at = %(now)s")
    books.feed("approached", article)


@writes(UndoApproach)
def undo_approach(books: Books, act: UndoApproach, whose: str) -> None:
    article = books.update_item(act.article, "approached_at = NULL")
    books.feed("approach_undone", article)


@writes(HandOver)
def hand_over(books: Books, act: HandOver, whose: str) -> None:
    article = books.held[act.article]
    evidence = times(act.written_at, books.now)
    shown = {"document": act.document} if act.document else {}
    excepted, worded = act.proof == "exception", act.proof == "word"
    offline = act.proof == "offline"
    without = {"missing": list(act.missing)} if act.missing else {}
    data = {"proof": act.proof, "payment": act.payment, **shown, **without, **evidence}
    event = NewEvent("delivered", article.id, books.now, data)
    books.together(
        [
            *((_USE_CODE, _ATTEMPT) if act.proof == "code" else ()),
            *((_USE_SENT_CODE, _ATTEMPT) if offline else ()),
            of_item(
                "state = 'delivered', payment = %(payment)s, proof = %(proof)s,"
                " finished_at = %(now)s"
            ),
            *((_USE_EXCEPTION,) if excepted else ()),
            *((_USE_WORD,) if worded else ()),
            of_article(
                "state = 'delivered', delivered_at = %(now)s, pieces_missing = %(missing)s,"
                + (_SHOWN if excepted else " document = %(document)s, document_last4 = %(last4)s"),
                "state = 'out_for_delivery'",
            ),
            feed.APPEND,
        ],
        article,
        said=act.written_at or books.now,
        outcome="right",
        item_state="open",
        payment=act.payment,
        proof=act.proof,
        document=act.document,
        missing=list(act.missing) or None,
        recipient=article.recipient_phone,
        last4=books.apart[LAST4] if act.document else None,
        kind=event.kind,
        data=Jsonb(data),
    )
    if offline:
        stands(books, article)
    if act.payment == "upi":
        cod.enter_door_upi(books, article)
        return
    if excepted or article.holder_phone == article.nominee_phone:
        return
    used = {"used_at": books.now} if act.proof in ("code", "offline") else {}
    made = {"state": "delivered", "delivered_at": books.now, "updated_at": books.now}
    books.made[act.article] = {**made, **used, "on_word": worded or offline}


@writes(UndoHandOver)
def undo_hand_over(books: Books, act: UndoHandOver, whose: str) -> None:
    article = books.held[act.article]
    _spend_codes(books, article)
    books.conn.execute(
        "UPDATE exceptions SET outcome = 'undone' WHERE article_id = %s AND outcome = 'used'",
        [article.id],
    )
    undone(books, article)
    books.conn.execute(_PIECES_ARE_THERE, {"id": article.id, "now": books.now})
    _reopen_item(books, article, "delivered")
    cod.undo_door_upi(books, article)
    books.update(
        act.article,
        "state = 'out_for_delivery', delivered_at = NULL, pieces_missing = NULL,"
        " not_received_at = NULL,"
        " document = NULL, document_last4 = NULL",
        "state = 'delivered'",
    )
    books.feed("handover_undone", article)


@writes(RecordRemark)
def record_remark(books: Books, act: RecordRemark, whose: str) -> None:
    article = books.update_item(
        act.article,
        "state = 'attempted', remark = %(remark)s, finished_at = %(now)s",
        remark=act.remark,
    )
    if act.proven:
        use_code(books, article)
    books.update(
        act.article,
        "state = 'attempted', remark = %(remark)s, witness = %(witness)s, witness_by = NULL,"
        " suspended_at = NULL, remark_counts = %(counts)s, remark_final_at = NULL,"
        " attempts = attempts + %(counts)s::int",
        "state = 'out_for_delivery'",
        remark=act.remark,
        counts=act.counts,
        witness="confirmed" if act.proven else "unconfirmed",
    )
    books.feed("attempted", article, remark=act.remark, counts=act.counts, proven=act.proven)


@writes(MakeFinal)
def make_final(books: Books, act: MakeFinal, whose: str) -> None:
    article = books.update(
        act.article,
        "remark_final_at = %(now)s",
        "remark IS NOT NULL AND remark_final_at IS NULL AND state IN ('attempted', 'at_office')",
    )
    books.feed("remark_final", article, by=act.by)


@writes(UndoRemark)
def undo_remark(books: Books, act: UndoRemark, whose: str) -> None:
    article = books.held[act.article]
    _spend_codes(books, article)
    _reopen_item(books, article, "attempted")
    books.update(
        act.article,
        "state = 'out_for_delivery', remark = NULL, witness = NULL, witness_by = NULL,"
        " attempts = attempts - (remark_counts AND suspended_at IS NULL)::int,"
        " suspended_at = NULL, remark_counts = NULL",
        "state = 'attempted'",
    )
    books.feed("remark_undone", article)


@writes(ReportLate)
def report_late(books: Books, act: ReportLate, whose: str) -> None:
    article = books.held[act.article]
    books.conn.execute(
        "INSERT INTO tickets (kind, article_id, phone, staff_id, at)"
        " SELECT 'late_handover', %(article)s, %(phone)s::phone,"
        " (SELECT id FROM staff WHERE phone = %(phone)s::phone AND active"
        " AND role = 'postman'), %(now)s"
        " ON CONFLICT DO NOTHING",
        {"article": article.id, "phone": whose, "now": books.now},
    )
    books.feed("late_handover", article, **times(act.written_at, books.now))


def times(written_at: datetime | None, came_at: datetime) -> dict[str, str]:
    """Return when a text that the carrier dated was written and when it came, as evidence."""
    if written_at is None:
        return {}
    return {"written_at": written_at.isoformat(), "came_at": came_at.isoformat()}


_USE_CODE = """
    UPDATE codes SET used_at = %(now)s WHERE article_id = %(id)s
    AND used_at IS NULL AND dead_at IS NULL AND expires_at > %(said)s
"""
# Whenever its time was over: it was told at a door without network. His `0` may have ended it.
_USE_SENT_CODE = """
    UPDATE codes SET used_at = %(now)s, dead_at = NULL, dead_reason = NULL
    WHERE id = (SELECT id FROM codes WHERE article_id = %(id)s AND used_at IS NULL
                AND coalesce(dead_reason = 'undone', true) ORDER BY issue DESC LIMIT 1)
"""
_USE_EXCEPTION = """
    UPDATE exceptions SET ended_at = %(now)s, outcome = 'used' WHERE article_id = %(id)s
    AND ended_at IS NULL AND granted_at IS NOT NULL
"""
# Opened with the handover that is taken back, about pieces that are no longer said to be missing.
_PIECES_ARE_THERE = """
    UPDATE tickets t SET closed_at = %(now)s, outcome = 'nothing_to_do' FROM articles a
    WHERE a.id = %(id)s AND a.pieces_missing IS NOT NULL AND t.article_id = a.id
      AND t.kind = 'overlooked' AND t.at = a.delivered_at AND t.closed_at IS NULL
"""
# It was heard at a door: for anything more the household chooses another.
_USE_WORD = f"""
    UPDATE households SET {NO_WORD}
    WHERE phone = %(recipient)s AND word_state = 'chosen'
"""  # noqa: S608
# What the postman was shown when he asked for the exception.
_SHOWN = """
    (document, document_last4) = (SELECT document, last4 FROM exceptions
                                  WHERE article_id = %(id)s AND ended_at IS NULL)
"""
_ATTEMPT = """
    INSERT INTO code_attempts (article_id, staff_id, day, at, outcome)
    VALUES (%(id)s, %(postman)s, %(today)s, %(now)s, %(outcome)s)
"""


def use_code(books: Books, article: Held, written_at: datetime | None = None) -> None:
    """Use up the code of `article`, alive now or when the text was written; note the right try."""
    books.one(_USE_CODE, article, said=written_at or books.now)
    attempt(books, article, "right")


def attempt(books: Books, article: Held, outcome: str) -> None:
    """Note that a code was tried: `right` or `wrong`."""
    books.one(_ATTEMPT, article, outcome=outcome)


def _spend_codes(books: Books, article: Held) -> None:
    """Kill a code that was spoken: a second proof needs a new one."""
    books.conn.execute(
        "UPDATE codes SET used_at = NULL, dead_at = %s, dead_reason = 'undone'"
        " WHERE article_id = %s AND used_at IS NOT NULL",
        [books.now, article.id],
    )


def _reopen_item(books: Books, article: Held, state: str) -> None:
    changes = "state = 'open', remark = NULL, payment = NULL, proof = NULL, finished_at = NULL"
    books.update_item(article.number, changes, state)
