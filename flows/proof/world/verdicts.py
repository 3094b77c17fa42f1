"""What entered digits are worth in the small world: as `postal.codes` and `postal.quotes` judge.

The digits are made up (`books.code_of`, `books.quote_of`); only whether they are equal counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flows.facts import (
    CheckVerdict,
    CodeState,
    CodeVerdict,
    OtherTakers,
    QuoteVerdict,
    WordVerdict,
    wish_digits,
)
from flows.grammar.late import SLOW_DOOR
from flows.proof.world.books import SmallWorld, check_of, code_of, quote_of, word_of
from flows.proof.world.parcel import CodeIssued, HouseholdRow, ListedParcel, Parcel
from flows.trust import MOST_WORDS, WATCH, WORD_FOR, WRONG_QUOTES

_STALE_ISSUES = 5
_TRIES = 5


def issue_of(world: SmallWorld, parcel: Parcel, entered: str) -> CodeIssued | None:
    """Return the issue of the article's whose code was entered, if it is one of the last."""
    last = parcel.codes[-1 - _STALE_ISSUES :]
    return next(
        (each for each in last if entered == code_of(world, parcel.number, each.number)), None
    )


def at_door(
    world: SmallWorld,
    parcel: Parcel,
    item: ListedParcel,
    entered: str,
    postman: str,
    written_at: datetime | None,
) -> CodeVerdict:
    """Judge a code that the postman with that staff id entered for an item of his list."""
    now, code = world.now, parcel.code
    locked = parcel.wrong_today(now) >= _TRIES
    verdict: CodeVerdict = "unchecked"
    if item.state == "open":
        bound = code is not None and code.bearer in (postman, None) and code.purpose != "window"
        state: CodeState = code.state(now) if code is not None and bound else "dead"
        verdict = _judge(world, parcel, entered, state)
    over = verdict in ("expired", "stale") or item.state in ("attempted", "withdrawn")
    if not over or locked:
        return verdict
    late = _late(world, parcel, entered, postman, item.state == "open", written_at)
    return late or verdict


def without_network(
    world: SmallWorld, parcel: Parcel, entered: str, digits: str, postman: str
) -> tuple[CodeVerdict, CheckVerdict]:
    """Judge a code and the three digits of a slip as `postal.offline.judge`."""
    now, last = world.now, parcel.code
    bound = last is not None and last.bearer in (postman, None) and last.purpose != "window"
    worth = _judge(world, parcel, entered, last.state(now) if last and bound else "dead")
    if worth == "locked":
        return worth, "unchecked"
    here = len(parcel.items) - 1
    mine = [each for each in parcel.codes if each.place == here]
    right = bool(mine) and digits == check_of(world, parcel.number, here)
    if worth == "right":
        return worth, "right" if right else "wrong"
    if not mine:
        return "none", "unchecked"
    usable = _usable(parcel, mine, postman, parcel.holder(now))
    code = issue_of(world, parcel, entered)
    if not usable or (code is not None and code not in usable):
        return "stale", "unchecked"
    return ("offline", "right") if code is not None and right else ("wrong", "wrong")


def _usable(
    parcel: Parcel, mine: list[CodeIssued], postman: str, holder: str | None
) -> list[CodeIssued]:
    usable: list[CodeIssued] = []
    for each in reversed(parcel.codes):
        if each.stopped or each.purpose != "handover":
            break
        fresh = each.number > parcel.code_at_move and each.sent_to == (holder,)
        if each in mine and each.bearer == postman and fresh:
            usable.append(each)
    return usable


def at_window(world: SmallWorld, parcel: Parcel, said: str) -> CodeVerdict:
    """Judge a code that was said at the office window."""
    code = parcel.code
    window = code is not None and code.purpose == "window"
    state: CodeState = code.state(world.now) if code is not None and window else "none"
    return _judge(world, parcel, said, state)


def on_paper(
    world: SmallWorld, parcel: Parcel, postman: str, entered: str, said_at: datetime
) -> CodeVerdict:
    """Judge a code on the slip of a postman by the codes of that time (`codes.judge_on_paper`)."""
    if parcel.wrong_today(world.now) >= _TRIES:
        return "locked"
    past = [each for each in parcel.codes if each.purpose == "handover" and each.bearer == postman]
    if not past:
        return "none"
    code = issue_of(world, parcel, entered)
    if code is None or code not in past or not _alive_about(code, said_at):
        return "wrong"
    last = parcel.code
    unharmed = code.dead_at is None and code.used_at is None
    return "right" if unharmed and last is not None and code.number == last.number else "late"


def _alive_about(code: CodeIssued, at: datetime) -> bool:
    ends = [end for end in (code.expires_at, code.used_at, code.dead_at) if end is not None]
    return code.released_at - WATCH < at + timedelta(minutes=1) and at - WATCH < min(ends)


def _judge(world: SmallWorld, parcel: Parcel, entered: str, state: CodeState) -> CodeVerdict:
    if parcel.wrong_today(world.now) >= _TRIES:
        return "locked"
    if parcel.code is None:
        return "none"
    meant = issue_of(world, parcel, entered)
    if meant is None:
        return "wrong" if state in ("live", "expired") else "none"
    if meant.number != parcel.code.number:
        return "stale"
    return {"live": "right", "expired": "expired"}.get(state, "stale")  # type: ignore[return-value]


def _late(
    world: SmallWorld,
    parcel: Parcel,
    entered: str,
    postman: str,
    is_open: bool,
    written_at: datetime | None,
) -> CodeVerdict | None:
    """Judge a code that counts no more by when its text was written (`codes.judge_late`)."""
    code = issue_of(world, parcel, entered)
    if code is None or code.purpose != "handover" or code.bearer != postman:
        return None
    if code.used_at is not None or _alive(code, world.now):
        return None
    if not is_open:
        return "late"
    if written_at is not None and _alive(code, written_at):
        last = parcel.code
        unharmed = code.dead_at is None and last is not None and code.number == last.number
        return "right" if unharmed else "late"
    over = code.dead_at is None and world.now - code.expires_at > SLOW_DOOR
    return "late" if over else None


def _alive(code: CodeIssued, at: datetime) -> bool:
    ends = [end for end in (code.expires_at, code.used_at, code.dead_at) if end is not None]
    return code.released_at <= at < min(ends)


_WORD_KEPT = timedelta(days=7)


def word(
    world: SmallWorld, parcel: Parcel, item: ListedParcel, told: str, postman: str
) -> WordVerdict:
    """Judge a household's word that a postman was told (`postal.households.judge`)."""
    phone, row, since = parcel.recipient, parcel.household(), world.now - WORD_FOR
    if item.approached_at is None or item.approached_at <= since:
        return "none"
    if row is not None and not (row.word == "chosen" and _is_kept(row, world)):
        row = None
    mine = (each for each in world.parcels.values() if each.recipient == phone)
    if row is None and any(each.worded_on == world.today for each in mine):
        return "used"
    wrong = [each for other in world.parcels.values() for each in other.words_on]
    if wrong.count((postman, world.today)) >= MOST_WORDS:
        return "over"
    if row is None or phone is None:
        return "wrong"
    return "right" if told == word_of(phone, row.taken) else "wrong"


def _is_kept(row: HouseholdRow, world: SmallWorld) -> bool:
    return row.word_at is not None and row.word_at > world.now - _WORD_KEPT


def household_quote(
    world: SmallWorld, phone: str, takers: OtherTakers, quoted: str
) -> QuoteVerdict:
    """Judge the digits that `phone` quotes of our question about all its post."""
    row = world.households.get(phone)
    if row is None:
        return "unchecked"
    if row.wrong_on.count(world.today) >= WRONG_QUOTES:
        return "locked"
    if row.asking(world.now) is None:
        return "unchecked"
    question = wish_digits(row.question, takers)
    if question not in row.shown:
        return "wrong"
    return "right" if quoted == quote_of(world, "", phone, question) else "wrong"


def _wrong_quotes(world: SmallWorld, phone: str) -> int:
    """As `postal.quotes.tries_over` counts: about whatever article."""
    wrong = [each for parcel in world.parcels.values() for each in parcel.wrong_quotes]
    return wrong.count((phone, world.today))


def quote(world: SmallWorld, number: str, phone: str, question: int, quoted: str) -> QuoteVerdict:
    """Judge the digits that `phone` quotes of `question` about the article."""
    if _wrong_quotes(world, phone) >= WRONG_QUOTES:
        return "locked"
    if (phone, question) not in world.parcels[number].shown:
        return "wrong"
    return "right" if quoted == quote_of(world, number, phone, question) else "wrong"
