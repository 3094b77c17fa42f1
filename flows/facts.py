"""What a decision may know. `postal/facts.py` reads it under row locks; it contains no secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypedDict

from flows.number import last_digits
from flows.remarks import NO_OTHER_VISIT

ArticleState = Literal[
    "booked", "out_for_delivery", "attempted", "at_office", "delivered", "returned", "recalled"
]
# none: never issued · live · expired: its time is over · used · dead: killed
CodeState = Literal["none", "live", "expired", "used", "dead"]
# right/wrong: compared with the live code · expired/stale: equal to a code that no longer counts ·
# none: there is no code to compare with · locked: five wrong today · unchecked: no code was given ·
# late: right once, or when the text was written, but not usable any more · offline: sent to the
# holder for this place on the list of today, whatever its time, with the three digits beside it
CodeVerdict = Literal[
    "right", "wrong", "expired", "stale", "none", "locked", "unchecked", "late", "offline"
]
# The three digits of a slip, compared with those beside the item; unchecked: none were given.
CheckVerdict = Literal["unchecked", "right", "wrong"]
# open: on my list of today · delivered/attempted/withdrawn: was, with that result · elsewhere: not
# on my list
ItemState = Literal["open", "delivered", "attempted", "withdrawn", "elsewhere"]
CodeRelease = Literal["approach", "dispatch"]
Service = Literal["speed_post", "registered", "parcel", "insured", "money_order"]
Purpose = Literal["handover", "refusal", "window"]
# What a telephone is to an article: the addressee's, of a nominee who agreed, or of one who was
# asked
Part = Literal["addressee", "nominee", "asked"]
# How sure we are who it is (docs/developing/trust.md), the weakest first. call: a caller's number ·
# paper: a slip of an outage, typed by one and vouched for by another of the staff · text: the
# sender of a text, or of a dial · quoted: it quotes the digits of our last text · pin: a postman's
# PIN, or a session of the staff · fresh: a second factor within five minutes · two: two people,
# both so
Proof = Literal["call", "keys", "paper", "text", "quoted", "pin", "fresh", "two"]
# Who wishes that another telephone gets the code (flows/trust.py says what each may).
# door: the postman, for whoever is at the door, and the office agreed.
Mover = Literal["holder", "sender", "booker", "office", "door"]
# The two digits that a text quotes, compared with those that its telephone was shown last.
# unchecked: none were quoted, or nothing is asked · locked: three wrong ones today
QuoteVerdict = Literal["unchecked", "right", "wrong", "locked"]
NomineeState = Literal["none", "asked", "agreed"]
# Whether it may be handed over without its code: nobody asked, the office is asked, it agreed.
ExceptionState = Literal["none", "asked", "granted"]
# OTP delivery at the office that delivers. off: as before, by signature, and no codes · pilot: the
# code is asked, and a signature still suffices · on: nothing but the code
Mode = Literal["off", "pilot", "on"]
Witness = Literal["none", "unconfirmed", "confirmed", "contested"]
# Who may take post in the addressee's place, as he wishes it for all his post: nobody but who gets
# the code, whoever is at home, or a neighbour as well.
Takers = Literal["holder", "household", "neighbour"]
OtherTakers = Literal["household", "neighbour"]
# A household's word: there is none, it was shown and not taken yet, or it is known at home.
WordState = Literal["none", "offered", "chosen"]
# Whom a wish lets in, on which days post comes, and the word: each has its own limit a day.
WishGroup = Literal["who", "when", "word"]
# right/wrong: compared with the household's · none: it chose none, or the postman came too long ago
# · over: three wrong ones today, of this article or by this postman · unchecked: none was given
WordVerdict = Literal["unchecked", "right", "wrong", "none", "over", "used"]

# agent, supervisor, postmaster, clerk and administrator sign in; a postman texts
StaffRole = Literal["agent", "supervisor", "postmaster", "clerk", "administrator", "postman"]

# Wrong codes per article and day, over all issues (docs/developing/domain.md rule 6).
TRIES_PER_DAY = 5
# Door attempts that count; then the office (docs/developing/domain.md rule 3).
MOST_ATTEMPTS = 2


@dataclass(frozen=True)
class ArticleFact:
    """One article at this moment. `amount`: whole rupees to collect at the door."""

    number: str
    state: ArticleState
    otp_required: bool
    amount: int
    code: CodeState
    code_expires_at: datetime | None
    code_issue: int
    wrong_tries: int  # today
    code_sends: int  # code messages of the present issue
    door_only: bool
    code_for: Purpose = "handover"  # what the present code is for
    service: Service = "speed_post"
    passport: bool = False
    authorised: bool = False  # a record says who may take it besides the addressee
    part: Part = "addressee"  # of the telephone whose conversation this is
    linked: bool = True  # a telephone of the recipient is known
    nominee: NomineeState = "none"
    nominations: int = 0  # until now
    attempts: int = 0  # counted ones
    remark: int | None = None
    witness: Witness = "none"
    suspended: bool = False  # the remark: words contest it, and the digit has not come
    final: bool = False  # the remark: the office took the return
    judged: bool = False  # the witness's answer is the office's verdict, after an inquiry
    chosen_day: date | None = None
    choose_until: date | None = None
    held_until: date | None = None
    extended: bool = False
    by_wish: bool = False  # it waits at the office as its addressee wished of all his post
    delivered_at: datetime | None = None
    told_at: datetime | None = None  # this telephone, of how it went; None: at once
    objected: bool = False
    # By other telephones, in the same PIN, today; of those that had a live code there today.
    fraud_reports: int = 0
    had_code: bool = False  # this telephone had one; read for reports of fraud
    # Whom a warning in its PIN would reach; None: one was sent today, or waits for a supervisor.
    herd: int | None = None
    # Who gets the code (docs/developing/trust.md).
    moves: int = 0  # done ones: another telephone became the holder
    asked: bool = False  # whether the code may go to another telephone, and he has not answered
    asked_by: Mover = "sender"  # who wishes that, where he is asked
    questions: int = 0  # of that kind, until now
    frozen: bool = False  # a holder said that it is his: only an office moves it
    disputed: bool = False  # who had it before a move objects: nothing is handed out
    document: bool = False  # the code alone is not enough now: a document is wanted as well
    # when the nominee who agreed becomes the holder; None: the addressee was not told yet
    holds_from: datetime | None = None
    proven: bool = False  # the sender proved that he is the sender
    recalling: bool = False  # he wants it back, and can still object
    quote: QuoteVerdict = "unchecked"  # of the text that is decided
    pieces: int = 1  # under the one number and the one code
    mode: Mode = "on"  # under which it went out last; before that, its office's
    unsure: bool = False  # the holder's telephone may be another person's by now
    withdrawn: bool = False  # its operator says so, and not only a look-up or a text from there
    # This telephone was asked whether the article is for it, and no code went there since; read for
    # "no".
    whose_asked: bool = False
    disowned: bool = False  # it wrote that it is not its own, before it became another's; read then
    # Handed over without a code (docs/developing/trust.md rule 17).
    exception: ExceptionState = "none"  # of the postman who carries it
    exceptions: int = 0  # how often it was asked for, this time among them
    # while it is asked to go without its code: a text about it arrived at its telephone lately, and
    # the account office has not agreed all the same
    within_reach: bool = False
    excepted: bool = False  # it was handed over so
    # it was handed over on a household's word, without network, or to a nominee whom a text named
    on_word: bool = False
    # A postman says that he handed it over without network, and nothing proves it (rule 19).
    claimed: bool = False
    may_take: Takers = "holder"  # as its recipient wishes by now (rule 20)
    takes_from: datetime | None = None  # from when somebody else may, who may not yet
    renumber: bool = False  # what is asked is another telephone, and no handover without a code

    @property
    def coded(self) -> bool:
        """Tell whether a code is sent and asked for: its office delivers with codes."""
        return self.otp_required and self.mode != "off"

    @property
    def doubted(self) -> bool:
        """Tell whether wrong codes were given today: a signature afterwards contradicts them."""
        return self.coded and self.wrong_tries > 0

    @property
    def digits(self) -> str:
        """The last four digits of the number, which the postman must say first."""
        return last_digits(self.number)

    @property
    def locked(self) -> bool:
        return self.wrong_tries >= TRIES_PER_DAY

    @property
    def office_next(self) -> bool:
        """Tell whether it waits at the office from now on (docs/developing/domain.md rule 3)."""
        remarked = self.state == "attempted" and self.remark in NO_OTHER_VISIT
        stands = self.witness != "contested" and not self.suspended
        return self.attempts >= MOST_ATTEMPTS or (remarked and stands)


class Changes(TypedDict, total=False):
    """Fields of an `ArticleFact` that an act changes, with their new values."""

    state: ArticleState
    code: CodeState
    code_expires_at: datetime | None
    code_issue: int
    wrong_tries: int
    code_sends: int
    door_only: bool
    code_for: Purpose
    linked: bool
    nominee: NomineeState
    nominations: int
    attempts: int
    remark: int | None
    witness: Witness
    suspended: bool
    final: bool
    judged: bool
    chosen_day: date | None
    choose_until: date | None
    held_until: date | None
    extended: bool
    by_wish: bool
    delivered_at: datetime | None
    objected: bool
    moves: int
    asked: bool
    asked_by: Mover
    questions: int
    frozen: bool
    disputed: bool
    document: bool
    holds_from: datetime | None
    proven: bool
    recalling: bool
    unsure: bool
    exception: ExceptionState
    exceptions: int
    excepted: bool
    claimed: bool
    renumber: bool
    within_reach: bool
    withdrawn: bool


@dataclass(frozen=True)
class Facts:
    """Base of what a decision may know; each machine has one kind.

    `proof`: how it was proven who brought the event; None: nobody did (a time limit, software).
    """

    now: datetime
    proof: Proof | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class HouseholdFact:
    """What a telephone wishes for all its post (docs/developing/trust.md rule 20).

    `weekdays`: on which it is brought, 1 Monday to 6 Saturday; none: on any. `asks`: about whom it
    was asked last and has not answered; `quote`: the verdict on the digits that this text quotes,
    of whom this text names. Where nothing is asked there is nothing to quote. `spent`: what was
    changed as often today as its telephone may. `doubted`: it may be another person's by now.
    """

    may_take: Takers = "holder"
    weekdays: tuple[int, ...] = ()
    keeps: bool = False
    word: WordState = "none"
    asks: Takers = "holder"
    question: int = 0  # how many were asked
    quote: QuoteVerdict = "unchecked"
    spent: tuple[WishGroup, ...] = ()
    doubted: bool = False

    @property
    def opens(self) -> bool:
        """Tell whether somebody else may take post, or is about to."""
        return self.may_take != "holder" or self.word != "none" or self.asks != "holder"


def wish_digits(question: int, takers: OtherTakers) -> int:
    """Return the number of the digits that answer `question` where it is about `takers`.

    Each has digits of its own, so that a forged text about one spoils no answer about the other.
    """
    return 2 * question + (takers == "neighbour")


@dataclass(frozen=True)
class RecipientFacts(Facts):
    """The articles of one telephone, oldest first, and the rules in force."""

    articles: tuple[ArticleFact, ...]
    release: CodeRelease
    code_ttl: int  # seconds
    day_end: datetime
    may_send_code: bool = True  # the limit of code messages to this telephone allows another
    may_call: bool = True  # a carrier makes calls
    today: date = date.min  # in Asia/Kolkata
    ticket: int = 0  # the number that a ticket opened now would have
    named_is_staff: bool = False  # the telephone that the text names belongs to the staff
    # Had their code here before it went to another telephone: lately, or they were handed over
    # within a week; for `3` and `2`.
    lost: tuple[ArticleFact, ...] = ()
    recalls: tuple[ArticleFact, ...] = ()  # sent by this telephone and called back; for `3`
    texts_arrive: bool = True  # False: the last texts to this telephone could not be delivered
    greeted: bool = False  # this telephone was greeted within a day; read where it greets
    notice: int = 0  # days that its data are kept, where it has to be told so now; 0: not now
    offline: bool = False  # slips show three digits for doors without network
    # Of a telephone that was named at a door: False: it was told so often today, or not of this.
    hears_named: bool = True
    # The articles of which it is asked, and for which it was itself named; read with the answer.
    itself: tuple[str, ...] = ()
    dialled: bool = False  # it was asked by dial, whose sender is easily forged as a caller is
    # Read where the text is about it, or may end it.
    household: HouseholdFact = HouseholdFact()


@dataclass(frozen=True)
class ItemFact:
    """One item that the postman named. `ref`: as he typed it."""

    ref: str
    serial: int
    state: ItemState
    article: ArticleFact | None
    verdict: CodeVerdict = "unchecked"
    approached: bool = False
    approaches: int = 0  # within the last ten minutes
    offered_to: str = ""  # the staff id of the colleague who is asked to take it over
    approached_since: bool = False  # he went there himself, after he had offered it
    check: CheckVerdict = "unchecked"
    word: WordVerdict = "unchecked"  # the household's, that he was told
    unheard: bool = False  # its last code's text did not arrive; read where he comes again
    listed: date | None = None  # the day of its list, where it is an earlier one


@dataclass(frozen=True)
class DayFact:
    """The results of a postman's list of today. Rupees: `cash` was taken, `due` is open."""

    delivered: int
    failed: int  # with a remark
    open: int
    first_open: int | None
    cash: int
    due: int


@dataclass(frozen=True)
class OfferFact:
    """What a colleague offers to this postman, and he has not answered. `by`: the colleague."""

    id: int
    by: str  # staff id
    to: str  # this postman's own
    asked_at: datetime
    serial: int  # that the first item would have on his own list
    fits: bool  # there is room on it, and no code of them goes to his own telephone


@dataclass(frozen=True)
class ExceptionRate:
    """What a postman's exceptions are among his handovers of the last 30 days. `staff`: his id."""

    staff: str
    exceptions: int
    handovers: int


@dataclass(frozen=True)
class PostmanFacts(Facts):
    """The items that the postman named, in his order, and his list of today.

    Where he answers a colleague's offer, the items are those offered, on the colleague's list.
    """

    items: tuple[ItemFact, ...]
    has_list: bool
    left: int
    next_serial: int | None
    written_at: datetime | None = None  # by the carrier, if it is trusted
    colleague: str | None = None  # the staff id of the one named, if he is of the same office
    day: DayFact | None = None  # at its beginning and its end
    offer: OfferFact | None = None  # of a colleague
    exceptions_left: int = 0  # that he may ask for today; read where he asks
    offline_left: int = 0  # that he may hand over today without network; read where he says so
    named_is_staff: bool = False  # the telephone that he names belongs to the staff
    # The answer to his last handover without a code arrived; read where he takes it back.
    told_at: datetime | None = None


@dataclass(frozen=True)
class SentOffer:
    """What a postman offered to the colleague `to` (staff id), without an answer yet."""

    id: int
    to: str
    count: int  # of items that are open still


@dataclass(frozen=True)
class OfferFacts(Facts):
    """All that a postman offered to colleagues and nobody answered, oldest first."""

    offers: tuple[SentOffer, ...]


@dataclass(frozen=True)
class NewPhoneFacts(Facts):
    """A telephone that the office named as a postman's; the PIN is counted when it is read."""

    staff: str  # letters and digits of his staff id; "": not named any more
    pin: Literal["unchecked", "right", "wrong", "locked"] = "unchecked"
    left: int = 0  # tries of the PIN
    old_phone: bool = False  # he has another one, which is not blocked


@dataclass(frozen=True)
class PartyFacts(Facts):
    """For senders, offices and strangers: the article asked about, if they may know it."""

    article: ArticleFact | None = None
    today: date = date.min  # in Asia/Kolkata
    ticket: int = 0  # the number that a ticket opened now would have
    named_is_staff: bool = False  # the telephone that the text names belongs to the staff
    greeted: bool = False  # this telephone was greeted within a day; read where it greets
    rate: ExceptionRate | None = None  # of the postman who asks the office for an exception
    answerable: bool = True  # by this telephone: it is not that postman's
    full: bool = False  # this office agreed to as many exceptions today as it may alone
    several: bool = False  # questions are open, and the answer names none of them
    # The answer was written before this question was asked, by its carrier, and quotes it not.
    before: bool = False
    # This telephone is of the office which keeps the accounts of the one that is asked; read where
    # a text arrived at the article's telephone.
    above: bool = False


@dataclass(frozen=True)
class HelpedFacts(Facts):
    """For the conversation about a closed ticket.

    `open`: the number of the ticket, or of another of its kind, if it is open; 0: none is. `busy`:
    the telephone waits for something of its post. `collect`: the last digits of its article that
    waits at the office, for whose code a 1 could be meant; "": of none.
    """

    open: int = 0
    busy: bool = False
    collect: str = ""


@dataclass(frozen=True)
class WindowFact:
    """What was said at the office window, and who of the staff is there.

    `by`, `second`: the roles of who serves and of the other who saw the document; None: nobody
    who works has that staff id.
    """

    verdict: CodeVerdict = "unchecked"  # of the code, against the code of the window
    by: StaffRole | None = None
    second: StaffRole | None = None


@dataclass(frozen=True)
class PaperFact:
    """What the books know of a line on the slip of an outage.

    `verdict`: of the code, by the time on the slip. `late`: right at that time, but the code was
    killed or replaced since. What fits no code of that time is `wrong`, whatever is wrong with it.
    """

    verdict: CodeVerdict = "unchecked"
    item: ItemState = "elsewhere"  # of the article on that slip
    closed: bool = False  # the list, or the office's day, was closed since
    covered: bool = False  # the time is over, of the slip's day, and within the outage
    by: StaffRole | None = None  # who types; None: nobody who works has that staff id
    opener: StaffRole | None = None  # who vouches for the outage
    alone: bool = False  # both are the same person


@dataclass(frozen=True)
class ClockFacts(Facts):
    """For an article's own conversation: its facts and the day.

    `window`: where somebody is at the office window for it. `paper`: where a slip tells of it.
    """

    today: date
    article: ArticleFact
    window: WindowFact | None = None
    named_is_staff: bool = False  # the telephone that the event names belongs to the staff
    named_has_it: bool = False  # that telephone is the recipient's already
    paper: PaperFact | None = None


@dataclass(frozen=True)
class MoveFacts(Facts):
    """For the conversation about an article's move, or its recall.

    `silence_ends`: when the holder, asked now, has been silent for long enough.
    """

    article: ArticleFact
    silence_ends: datetime
    named: str = ""  # the telephone (E.164) about which the holder is asked
    by: Mover = "sender"  # who named it
    named_is_staff: bool = False  # it belongs to the staff by now
    named_has_it: bool = False  # it is the recipient's already, or was when the turn began


@dataclass(frozen=True)
class ExceptionFacts(Facts):
    """For the conversation about an exception: may this article be handed over without its code?

    `until`: when a question that is asked now ends without an answer. `by`: the role of who
    answers; None: the office's telephone, or nobody who works. `same`: it is the postman himself.
    `elsewhere`: who answers belongs to another office than the postman, which answers for it.
    `full`: the office agreed to as many today as it may alone. Where another telephone is wished,
    `named` is that (E.164).
    """

    article: ArticleFact
    until: datetime
    by: StaffRole | None = None
    same: bool = False
    elsewhere: bool = False
    full: bool = False
    named: str = ""
    named_is_staff: bool = False  # it belongs to the staff
    named_has_it: bool = False  # it is the recipient's already
