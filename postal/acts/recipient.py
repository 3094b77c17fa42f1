"""The recipient's decisions in the books: witness, chosen day, office, nominee, language."""

from __future__ import annotations

from datetime import datetime

from flows.acts.hold import (
    LISTED_WITHIN,
    AskRecall,
    BringAgain,
    ChooseDay,
    EndRecall,
    ExtendHold,
    KeepAtOffice,
    KeepByWish,
    KeepOn,
    RecallArticle,
    ReopenArticle,
    ReturnToSender,
)
from flows.acts.nominee import AcceptNomination, EndNomination, Nominate
from flows.acts.phone import ConfirmNumber, OptIn, OptOut, SetLanguage, Unlink
from flows.acts.remarks import ConfirmRemark, ContestRemark, JudgeRemark, SuspendRemark
from flows.trust import NOMINEE_AFTER, at_least
from india.calendar import day_of
from postal import households
from postal.acts import household
from postal.acts.books import Books, writes
from postal.people import numbers

# ---- the witness of a remark -------------------------------------------------------------------


_COUNTS_AGAIN = (
    "attempts = attempts + (coalesce(remark_counts, false) AND suspended_at IS NOT NULL)::int,"
    " suspended_at = NULL"
)


@writes(SuspendRemark)
def suspend_remark(books: Books, act: SuspendRemark, whose: str) -> None:
    article = books.update(
        act.article,
        "suspended_at = %(now)s, attempts = attempts - coalesce(remark_counts, false)::int",
        "witness = 'unconfirmed' AND suspended_at IS NULL",
    )
    books.feed("remark_suspended", article)


@writes(ConfirmRemark)
def confirm_remark(books: Books, act: ConfirmRemark, whose: str) -> None:
    article = books.update(
        act.article,
        f"witness = 'confirmed', witness_by = %(proof)s, {_COUNTS_AGAIN}",
        "witness = 'unconfirmed'",
        proof=books.proof,
    )
    books.feed("remark_confirmed", article, proof=books.proof)


@writes(ContestRemark)
def contest_remark(books: Books, act: ContestRemark, whose: str) -> None:
    article = books.update(
        act.article,
        "witness = 'contested', witness_by = %(proof)s,"
        " attempts = attempts - (remark_counts AND suspended_at IS NULL)::int,"
        " suspended_at = NULL, remark_counts = false, state = 'attempted', held_until = NULL",
        "witness IN ('unconfirmed', 'confirmed')",
        proof=books.proof,
    )
    books.feed("remark_contested", article, proof=books.proof)


@writes(JudgeRemark)
def judge_remark(books: Books, act: JudgeRemark, whose: str) -> None:
    article = books.held[act.article]
    contested = act.verdict == "contested"
    books.update(
        act.article,
        "witness = %(verdict)s, witness_by = %(proof)s,"
        " attempts = attempts + CASE WHEN NOT remark_counts THEN 0"
        "   WHEN %(contested)s THEN -(suspended_at IS NULL)::int"
        "   ELSE (suspended_at IS NOT NULL)::int END,"
        " suspended_at = NULL,"
        " remark_counts = remark_counts AND NOT %(contested)s,"
        " held_until = CASE WHEN %(contested)s THEN NULL ELSE held_until END,"
        " state = CASE WHEN %(contested)s THEN 'attempted' ELSE state END",
        "witness <> %(verdict)s AND state IN ('attempted', 'at_office')",
        verdict=act.verdict,
        contested=contested,
        proof=books.proof,
    )
    books.feed("remark_contested" if contested else "remark_confirmed", article)


@writes(ReopenArticle)
def reopen_article(books: Books, act: ReopenArticle, whose: str) -> None:
    article = books.update(
        act.article,
        "state = 'attempted', attempts = least(attempts, 1), remark = NULL, witness = NULL,"
        " remark_counts = NULL, suspended_at = NULL, held_until = NULL, extended = false,"
        " kept_by_wish = false,"
        " delivered_at = NULL,"
        " not_received_at = NULL, disputed_at = NULL, witness_by = NULL, collected = NULL,"
        " document = NULL, document_last4 = NULL",
        "state IN ('attempted', 'at_office', 'delivered')",
    )
    books.feed("reopened", article)


# ---- another day, and the office ---------------------------------------------------------------


@writes(ChooseDay)
def choose_day(books: Books, act: ChooseDay, whose: str) -> None:
    article = books.update(
        act.article,
        "chosen_day = %(day)s, choose_until = %(until)s,"
        " held_until = CASE WHEN state = 'at_office'"
        " THEN greatest(held_until, %(listed)s) ELSE held_until END,"
        " kept_by_wish = kept_by_wish OR state = 'at_office'",
        day=act.day,
        until=act.until,
        listed=act.day + LISTED_WITHIN,
    )
    books.feed("day_chosen", article, day=act.day.isoformat())


@writes(KeepAtOffice)
def keep_at_office(books: Books, act: KeepAtOffice, whose: str) -> None:
    article = books.update(
        act.article,
        "state = 'at_office', held_until = %(until)s, kept_by_wish = false, chosen_day = NULL",
        "(state IN ('attempted', 'booked') OR kept_by_wish AND held_until = %(until)s)",
        until=act.until,
    )
    books.feed("at_office", article, until=act.until.isoformat())


@writes(KeepByWish)
def keep_by_wish(books: Books, act: KeepByWish, whose: str) -> None:
    article = books.update(
        act.article,
        "state = 'at_office', held_until = %(until)s, extended = true, kept_by_wish = true",
        "state = 'booked'",
        until=act.until,
    )
    since = households.kept_since(books.conn, article.recipient_phone)
    wished = {"since": day_of(since).isoformat()} if since else {}
    books.feed("at_office", article, until=act.until.isoformat(), wished=True, **wished)


@writes(KeepOn)
def keep_on(books: Books, act: KeepOn, whose: str) -> None:
    article = books.update(act.article, "chosen_day = NULL", "state = 'at_office' AND kept_by_wish")
    books.feed("at_office", article, wished=True)


@writes(BringAgain)
def bring_again(books: Books, act: BringAgain, whose: str) -> None:
    article = books.update(
        act.article,
        "held_until = %(until)s, kept_by_wish = true, choose_until = CASE"
        " WHEN kept_by_wish AND held_until = %(until)s THEN choose_until ELSE %(last)s END",
        "state = 'at_office' AND held_until <= %(until)s",
        until=act.until,
        last=act.choose_until,
    )
    books.feed("hold_ended", article)


@writes(ExtendHold)
def extend_hold(books: Books, act: ExtendHold, whose: str) -> None:
    article = books.update(
        act.article,
        "held_until = %(until)s, extended = true",
        "state = 'at_office' AND NOT extended",
        until=act.until,
    )
    books.feed("hold_extended", article, until=act.until.isoformat())


@writes(ReturnToSender)
def return_to_sender(books: Books, act: ReturnToSender, whose: str) -> None:
    article = books.update(act.article, "state = 'returned'", "state IN ('attempted', 'at_office')")
    books.feed("returned", article)


@writes(RecallArticle)
def recall_article(books: Books, act: RecallArticle, whose: str) -> None:
    article = books.update(
        act.article,
        "state = 'recalled', recall_asked_at = NULL",
        "state IN ('booked', 'attempted', 'at_office')",
    )
    books.feed("recalled", article)


@writes(AskRecall)
def ask_recall(books: Books, act: AskRecall, whose: str) -> None:
    article = books.update(act.article, "recall_asked_at = %(now)s", "recall_asked_at IS NULL")
    books.feed("recall_asked", article)


@writes(EndRecall)
def end_recall(books: Books, act: EndRecall, whose: str) -> None:
    article = books.update(act.article, "recall_asked_at = NULL", "recall_asked_at IS NOT NULL")
    books.feed("recall_ended", article, why=act.why)


# ---- who takes it ------------------------------------------------------------------------------


@writes(Nominate)
def nominate(books: Books, act: Nominate, whose: str) -> None:
    article = books.held[act.article]
    books.one(
        "INSERT INTO nominees (article_id, phone, asked_at, signed)"
        " VALUES (%(id)s, %(phone)s, %(now)s, %(signed)s)",
        article,
        phone=act.phone,
        signed=at_least(books.proof, "fresh"),
    )
    books.feed("nominee_asked", article)


@writes(AcceptNomination)
def accept_nomination(books: Books, act: AcceptNomination, whose: str) -> None:
    """Note the yes. Whom a text named holds nothing before the addressee was told: `nominees`."""
    article = books.update(act.article, "moves = moves + 1")
    holds_from = books.now + NOMINEE_AFTER
    books.one(
        "UPDATE nominees SET agreed_at = %(now)s,"
        " holds_from = CASE WHEN signed THEN %(holds_from)s::timestamptz END"
        " WHERE article_id = %(id)s AND phone = %(whose)s AND ended_at IS NULL",
        article,
        whose=whose,
        holds_from=holds_from,
    )
    books.conn.execute(
        "INSERT INTO moves (article_id, by, from_phone, to_phone, asked_at, asked_proof, ended_at,"
        " outcome, consent)"
        " SELECT article_id, 'holder', %s, phone, asked_at, 'text', %s, 'done', %s"
        " FROM nominees WHERE article_id = %s AND ended_at IS NULL",
        [article.recipient_phone, holds_from, books.proof, article.id],
    )
    numbers.doubt_named(books.conn, whose, books.default_language, books.now)
    books.feed("nominee_agreed", article, proof=books.proof)


@writes(EndNomination)
def end_nomination(books: Books, act: EndNomination, whose: str) -> None:
    article = books.held[act.article]
    books.one(
        "UPDATE nominees SET ended_at = %(now)s, ended = %(why)s"
        " WHERE article_id = %(id)s AND ended_at IS NULL",
        article,
        why=act.why,
    )
    books.feed("nomination_ended", article, why=act.why)


@writes(Unlink)
def unlink(books: Books, act: Unlink, whose: str) -> None:
    article = books.update(
        act.article,
        "recipient_phone = NULL, unlinked_at = %(now)s",
        "recipient_phone = %(whose)s",
        whose=whose,
    )
    books.conn.execute(
        "INSERT INTO moves (article_id, by, from_phone, asked_at, asked_proof, ended_at, outcome)"
        " VALUES (%s, 'denial', %s, %s, %s, %s, 'done')",
        [article.id, whose, books.now, books.proof, books.now],
    )
    # Whoever says "not mine" of this says nothing of the next: but that one is asked first.
    numbers.doubt_denied(books.conn, whose, books.now)
    books.feed("recipient_denied", article, proof=books.proof)


# ---- the telephone -----------------------------------------------------------------------------


@writes(ConfirmNumber)
def confirm_number(books: Books, act: ConfirmNumber, whose: str) -> None:
    article = books.held[act.article]
    books.one(numbers.CONFIRM, article, phone=whose)
    household.close(books.conn, whose)  # who may take it was wished by whoever had it before
    books.feed("number_confirmed", article, proof=books.proof)


@writes(SetLanguage)
def set_language(books: Books, act: SetLanguage, whose: str) -> None:
    books.conn.execute(
        "INSERT INTO phones (phone, language, chosen) VALUES (%s, %s, true) ON CONFLICT (phone)"
        " DO UPDATE SET language = excluded.language, chosen = true",
        [whose, act.language],
    )


@writes(OptOut)
def opt_out(books: Books, act: OptOut, whose: str) -> None:
    _opt(books, whose, books.now)


@writes(OptIn)
def opt_in(books: Books, act: OptIn, whose: str) -> None:
    _opt(books, whose, None)


def _opt(books: Books, whose: str, at: datetime | None) -> None:
    books.conn.execute(
        "INSERT INTO phones (phone, language, opted_out_at) VALUES (%s, %s, %s)"
        " ON CONFLICT (phone) DO UPDATE SET opted_out_at = excluded.opted_out_at",
        [whose, books.default_language, at],
    )
