"""One article of the small world, with its codes, its places on lists, and who was told what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, get_args

from flows.facts import (
    ArticleFact,
    ArticleState,
    CodeState,
    ExceptionState,
    ItemState,
    Mode,
    Mover,
    OtherTakers,
    Part,
    Purpose,
    Service,
    Takers,
    WishGroup,
    WordState,
)
from flows.trust import NOMINEE_AFTER
from india.calendar import day_of

_ALARM_FOR: Final = timedelta(days=7)  # it is sent so long to a telephone that is off


@dataclass(frozen=True, slots=True)
class CodeIssued:
    """A row of `codes`. `sent_to`: telephones, as `messages` has them."""

    number: int
    released_at: datetime
    expires_at: datetime
    purpose: Purpose
    bearer: str | None  # the staff id of the postman for whom it counts
    used_at: datetime | None = None
    dead_at: datetime | None = None
    sends: int = 0
    sent_to: tuple[str, ...] = ()
    place: int | None = None  # which of the article's places on lists it was issued for
    replaced: bool = False  # it died of the next one
    undone: bool = False  # it died of its own postman's `0`

    def lived_on(self, day: date) -> bool:
        """Tell whether it was good on `day`, as the function `had_code` of the database does."""
        ends = [end for end in (self.expires_at, self.used_at, self.dead_at) if end is not None]
        return day_of(self.released_at) <= day <= day_of(min(ends))

    @property
    def stopped(self) -> bool:
        """Tell whether it proves no handover without network any more (`postal.offline`)."""
        killed = self.dead_at is not None and not (self.replaced or self.undone)
        return killed or self.used_at is not None

    def state(self, now: datetime) -> CodeState:
        """Return what the code is at `now`."""
        if self.used_at is not None:
            return "used"
        if self.dead_at is not None:
            return "dead"
        return "live" if self.expires_at > now else "expired"


@dataclass(frozen=True, slots=True)
class ListedParcel:
    """A row of `delivery_items`."""

    postman: str  # his staff id
    day: date
    serial: int
    state: ItemState = "open"
    approached_at: datetime | None = None
    mode: Mode = "on"  # of the office when it went out
    proof: str | None = None  # on what it was handed over
    question_opened: int = 0  # so often may be asked one more, by the office's hand

    @property
    def approached(self) -> bool:
        """Whether its postman said that he comes."""
        return self.approached_at is not None


@dataclass(frozen=True, slots=True)
class NomineeRow:
    """The row of `nominees` that has not ended."""

    phone: str
    agreed_at: datetime | None = None
    holds_from: datetime | None = None
    signed: bool = False  # two of an office asked him
    told: bool = False  # a text about it arrived at the addressee's telephone

    def agreeing(self, now: datetime) -> NomineeRow:
        """Return the row of one who says yes."""
        holds_from = now + NOMINEE_AFTER if self.told or self.signed else None
        return replace(self, agreed_at=now, holds_from=holds_from)

    def hearing(self, now: datetime) -> NomineeRow:
        """Return the row after a text about it arrived at the addressee's telephone."""
        if self.agreed_at is None or self.holds_from is not None:
            return replace(self, told=True)
        if now - self.agreed_at > _ALARM_FOR:
            return self
        return replace(self, told=True, holds_from=now + NOMINEE_AFTER)


@dataclass(frozen=True, slots=True)
class MoveRow:
    """The row of `moves` that has not ended: the holder is asked. `whose`: who had it then."""

    phone: str
    by: Mover
    whose: str | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """The row of `exceptions` that has not ended. `postman`: the staff id of who asked."""

    postman: str
    asked_at: datetime
    granted_at: datetime | None = None
    by: str = ""  # who agreed: a staff id; "": the office's telephone
    proof: str | None = None  # of the agreement
    above: bool = False  # who agreed is no postmaster of the postman's office
    phone: str | None = None  # that was named as the right one; None: it is about the code
    place: int = 0  # which of the article's places on lists it was asked at
    left: int = 0  # of `ListedParcel.question_opened`, if the bare telephone says no


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A row of `offline_claims`. `postman`: the staff id of who says so."""

    postman: str
    day: date
    outcome: str  # stands, unproven, settled, undone


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """A row of `households`. `drawn`: how many words were, `taken`: which of them counts;
    for the proof of its wish, `proof`.
    """

    may_take: OtherTakers | None = None
    may_take_from: datetime | None = None
    proof: str | None = None
    set_at: datetime | None = None  # for the proof
    asks: OtherTakers | None = None
    asked_at: datetime | None = None
    question: int = 0
    shown: frozenset[int] = frozenset()  # the questions whose digits it was shown
    wrong_on: tuple[date, ...] = ()
    wished_on: tuple[tuple[WishGroup, date], ...] = ()
    weekdays: tuple[int, ...] = ()
    keeps: bool = False
    word: WordState = "none"
    drawn: int = 0
    offered: bool = False  # the last that was drawn is shown, and not taken
    taken: int = 0
    word_at: datetime | None = None

    def asking(self, now: datetime) -> OtherTakers | None:
        """Return about whom it is asked, as long as the digits of that question answer it."""
        open_ = self.asked_at is not None and self.asked_at > now - timedelta(hours=24)
        return self.asks if open_ else None

    def spent(self, today: date) -> tuple[WishGroup, ...]:
        """Return what was changed as often today as its telephone may."""
        return tuple(
            each for each in get_args(WishGroup) if self.wished_on.count((each, today)) >= 8
        )

    def closed(self) -> HouseholdRow:
        """Return the row in which nobody else may take post."""
        return replace(
            self, may_take=None, may_take_from=None, asks=None, word="none", offered=False
        )


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row of `articles`, and of the tables that belong to it."""

    number: str
    booked_at: datetime
    recipient: str | None
    sender: str
    otp: bool = True
    amount: int = 0
    pieces: int = 1
    service: Service = "speed_post"
    passport: bool = False
    authorised: bool = False
    state: ArticleState = "booked"
    updated_at: datetime | None = None
    codes: tuple[CodeIssued, ...] = ()
    wrong_on: tuple[date, ...] = ()  # the days of wrong codes
    items: tuple[ListedParcel, ...] = ()
    approaches: tuple[datetime, ...] = ()
    door_only: bool = False
    attempts: int = 0
    remark: int | None = None
    counts: bool = False  # the remark, as an attempt
    suspended: bool = False  # by own words: then it does not
    witness: str | None = None
    final: bool = False
    judged: bool = False  # the witness's answer is the office's verdict
    chosen_day: date | None = None
    choose_until: date | None = None
    held_until: date | None = None
    extended: bool = False
    by_wish: bool = False
    delivered_at: datetime | None = None
    objected: bool = False
    unlinked: bool = False
    nominee: NomineeRow | None = None
    nominations: int = 0
    move: MoveRow | None = None
    questions: int = 0
    moves: int = 0
    frozen: bool = False
    disputed: bool = False
    document_until: datetime | None = None
    proven: bool = False
    recalled_at: datetime | None = None  # he wants it back, since then
    left: tuple[tuple[str, datetime], ...] = ()  # who lost the code without wishing it, and when
    held_before: frozenset[str] = frozenset()  # telephones whose code it was once
    wrong_quotes: tuple[tuple[str, date], ...] = ()
    shown: frozenset[tuple[str, int]] = frozenset()  # which digits which telephone was shown
    tickets: frozenset[tuple[str, str | None]] = frozenset()
    code_at_move: int = 0  # the last issue when the code went to another telephone: for the proof
    moved_at: datetime | None = None  # when that was not begun by the holder: for the proof
    home: Mode = "on"  # of its office now
    doubted: frozenset[str] = frozenset()  # telephones that may be another person's by now
    withdrawn: frozenset[str] = frozenset()  # of these, whose operator says so
    disowned: str | None = None  # who said last that it is not his
    denials: frozenset[str] = frozenset()  # who ever did
    whose: frozenset[str] = frozenset()  # who was asked whether it is theirs, and no code since
    off: frozenset[str] = frozenset()  # telephones that no text arrives at
    exception: ExceptionRow | None = None
    excepted_on: tuple[tuple[str, date], ...] = ()  # each asking: by which postman, on which day
    named_on: tuple[tuple[str, date], ...] = ()  # of these, where another telephone was named
    refused_on: tuple[tuple[str, date], ...] = ()  # of these, what the bare telephone refused
    claims: tuple[ClaimRow, ...] = ()  # what postmen say that they handed over without network
    households: tuple[tuple[str, HouseholdRow], ...] = ()  # of every telephone
    words_on: tuple[tuple[str, date], ...] = ()  # wrong words: by which postman, on which day
    worded_on: date | None = None  # when it was last handed over on a word, taken back or not

    @property
    def code(self) -> CodeIssued | None:
        """The code issued last."""
        return self.codes[-1] if self.codes else None

    @property
    def item(self) -> ListedParcel | None:
        """The article's last place on a list."""
        return self.items[-1] if self.items else None

    @property
    def mode(self) -> Mode:
        """The mode under which it went out last; before that, its office's."""
        return self.items[-1].mode if self.items else self.home

    @property
    def coded(self) -> bool:
        """Whether a code is sent and asked for."""
        return self.otp and self.mode != "off"

    def holder(self, now: datetime) -> str | None:
        """Return the telephone that gets the code at `now`."""
        nominee = self.nominee
        if nominee is None or nominee.holds_from is None or nominee.holds_from > now:
            return self.recipient
        return nominee.phone

    def taken_by_named(self) -> bool:
        """Tell whether a nominee took it whom a text had named."""
        nominee, at = self.nominee, self.delivered_at
        if nominee is None or nominee.holds_from is None or at is None:
            return False
        return not nominee.signed and nominee.holds_from <= at

    def part(self, phone: str) -> Part:
        """Return what `phone` is to the article."""
        nominee = self.nominee
        if nominee is None or nominee.phone != phone or self.recipient == phone:
            return "addressee"
        return "asked" if nominee.agreed_at is None else "nominee"

    def wrong_today(self, now: datetime) -> int:
        """Return how many wrong codes count against it today."""
        return self.wrong_on.count(day_of(now))

    def with_code(self, **changes: object) -> Parcel:
        """Return the parcel with a changed last code."""
        assert self.codes
        last = replace(self.codes[-1], **changes)  # type: ignore[arg-type]  # by the field's name
        return replace(self, codes=(*self.codes[:-1], last))

    def with_item(self, **changes: object) -> Parcel:
        """Return the parcel with a changed last place on a list."""
        assert self.items
        last = replace(self.items[-1], **changes)  # type: ignore[arg-type]  # by the field's name
        return replace(self, items=(*self.items[:-1], last))

    def with_claim(self, postman: str, day: date, outcome: str) -> Parcel:
        """Return the parcel with what a postman says of it on a day."""
        others = tuple(row for row in self.claims if (row.postman, row.day) != (postman, day))
        return replace(self, claims=(*others, ClaimRow(postman, day, outcome)))

    def with_claims(self, before: str, after: str) -> Parcel:
        """Return the parcel with all of its claims that were `before` as `after`."""
        rows = (replace(r, outcome=after) if r.outcome == before else r for r in self.claims)
        return replace(self, claims=tuple(rows))

    def household(self) -> HouseholdRow | None:
        """Return what its recipient's telephone wishes."""
        return next((row for phone, row in self.households if phone == self.recipient), None)

    def may_take(self, now: datetime) -> Takers:
        """Return who may take it, as its recipient wishes by `now`."""
        row = self.household()
        if row is None or row.may_take is None or row.may_take_from is None:
            return "holder"
        return row.may_take if row.may_take_from <= now else "holder"

    def takes_from(self, now: datetime) -> datetime | None:
        """Return from when somebody else may take it, where that is to come."""
        row = self.household()
        from_ = None if row is None else row.may_take_from
        return from_ if from_ is not None and from_ > now else None

    def exception_state(self) -> ExceptionState:
        """Return what the exception of the postman who carries it is."""
        row, item = self.exception, self.item
        if row is None or item is None or row.postman != item.postman:
            return "none"
        if row.place != len(self.items):
            return "none"
        return "asked" if row.granted_at is None else "granted"

    def reached(self, now: datetime) -> bool:
        """Tell whether texts arrive at the telephone that gets its code."""
        return self.holder(now) not in (None, *self.off)

    def within_reach(self, now: datetime) -> bool:
        """Tell whether its telephone tells more of a door than the postman who asks there."""
        row = self.exception
        if row is None or self.exception_state() == "none":
            return False
        return not row.above and self.reached(now)

    def fact(self, now: datetime, phone: str = "") -> ArticleFact:
        """Return what a decision may know, as `postal.facts` reads it."""
        code, nominee = self.code, self.nominee
        return ArticleFact(
            number=self.number,
            state=self.state,
            otp_required=self.otp,
            amount=self.amount,
            pieces=self.pieces,
            code=code.state(now) if code else "none",
            code_expires_at=code.expires_at if code else None,
            code_issue=len(self.codes),
            wrong_tries=self.wrong_today(now),
            code_sends=code.sends if code else 0,
            door_only=self.door_only,
            code_for=code.purpose if code else "handover",
            service=self.service,
            passport=self.passport,
            authorised=self.authorised,
            part=self.part(phone),
            linked=self.recipient is not None,
            nominee="none" if nominee is None else "asked" if not nominee.agreed_at else "agreed",
            nominations=self.nominations,
            attempts=self.attempts,
            remark=self.remark,
            witness=self.witness or "none",  # type: ignore[arg-type]  # a Witness, or NULL
            final=self.remark is not None and self.final,
            judged=self.judged,
            suspended=self.suspended,
            chosen_day=self.chosen_day,
            choose_until=self.choose_until,
            held_until=self.held_until,
            extended=self.extended,
            by_wish=self.by_wish,
            delivered_at=self.delivered_at,
            objected=self.objected,
            moves=self.moves,
            asked=self.move is not None,
            asked_by=self.move.by if self.move is not None else "sender",
            questions=self.questions,
            frozen=self.frozen,
            disputed=self.disputed,
            document=self.document_until is not None and self.document_until > now,
            holds_from=nominee.holds_from if nominee else None,
            proven=self.proven,
            recalling=self.recalled_at is not None,
            mode=self.mode,
            unsure=self.holder(now) in self.doubted,
            withdrawn=self.holder(now) in self.withdrawn,
            exception=self.exception_state(),
            exceptions=len(self.excepted_on) if self.exception else 0,
            renumber=self.exception is not None and self.exception.phone is not None,
            within_reach=self.within_reach(now),
            excepted=self.state == "delivered"
            and self.item is not None
            and self.item.proof == "exception",
            on_word=self.state == "delivered"
            and (
                (self.item is not None and self.item.proof in ("word", "offline"))
                or self.taken_by_named()
            ),
            claimed=any(row.outcome == "unproven" for row in self.claims),
            may_take=self.may_take(now),
            takes_from=self.takes_from(now),
        )
