"""The books of the small world as a value, and its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from flows.events import Language
from flows.facts import Mode
from flows.machine import Standing
from flows.proof.world.parcel import HouseholdRow, NomineeRow, Parcel
from india.calendar import day_of

HOLDER: Final = "+919876500001"
NOMINEE: Final = "+919876500002"
STRANGER: Final = "+919876500003"
NEIGHBOUR: Final = "+919876500004"
SENDER: Final = "+919811100001"
POSTMAN: Final = "+919839000001"
COLLEAGUE: Final = "+919839000002"
NEW_PHONE: Final = "+919839000009"
OFFICE: Final = "+915512340000"
PHONES: Final = (
    HOLDER, NOMINEE, STRANGER, NEIGHBOUR, SENDER, POSTMAN, COLLEAGUE, NEW_PHONE, OFFICE,
)  # fmt: skip

CLERK: Final = "1001"  # a postman who serves at the window, as in the transcripts
POSTMASTER: Final = "2001"
SUPERVISOR: Final = "4001"
BOTH: Final = "3001"  # the postmaster's account of the postman 1001: one human, one telephone

Whose = tuple[str, str]  # a conversation: a telephone or an article's number, and its machine


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation that has begun; `due_at`: when its time limit fires."""

    standing: Standing
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class PostmanRow:
    """A postman. `next_phone`: named by two of the office as his new one."""

    staff: str
    phone: str
    next_phone: str | None = None
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A row of `offers` without an answer. `items`: article and serial on the giver's list."""

    id: int
    giver: str  # staff id
    to: str  # staff id
    asked_at: datetime
    items: tuple[tuple[str, int], ...] = ()

    def is_of(self, day: date) -> bool:
        """Tell whether its items are on the list of `day`: yesterday's are nobody's to pass on."""
        return day_of(self.asked_at) == day


@dataclass(frozen=True, slots=True)
class SmallWorld:
    """Everything that is in the books at one moment.

    `got`: the codes that telephones were sent, the last ones, as article and issue; `quoted`: the
    digits that each was shown, as article and question.
    """

    now: datetime
    parcels: Mapping[str, Parcel] = field(default_factory=dict)  # in the order of booking
    talks: Mapping[Whose, Talk] = field(default_factory=dict)
    postmen: Mapping[str, PostmanRow] = field(default_factory=dict)
    got: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    quoted: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    frauds: frozenset[tuple[str, date]] = frozenset()
    phones: Mapping[str, tuple[Language | None, bool]] = field(default_factory=dict)  # and STOP
    tickets: frozenset[tuple[str, str | None]] = frozenset()  # of no article
    morning: date | None = None  # the last one whose lists were made
    office: str = ""  # its telephone
    # Telephones that were told that they are named: for which article, on which day; and what for
    # which article they were not told the end of.
    named: tuple[tuple[str, str, date], ...] = ()
    naming: frozenset[tuple[str, str]] = frozenset()
    greeted: Mapping[str, datetime] = field(default_factory=dict)  # telephones, when last
    warned: frozenset[date] = frozenset()
    offers: tuple[OfferRow, ...] = ()  # what postmen offer to colleagues
    last_offer: int = 0  # its id
    questioned: frozenset[str] = frozenset()  # whose last digits are about a closed ticket
    mode: Mode = "on"  # of the office
    doubted: frozenset[str] = frozenset()  # telephones that may be another person's by now
    withdrawn: frozenset[str] = frozenset()  # of these, whose operator says so
    off: frozenset[str] = frozenset()  # telephones that no text arrives at
    # The three digits that each telephone was shown last, as article and place on its lists.
    checks: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    households: Mapping[str, HouseholdRow] = field(default_factory=dict)  # by telephone

    def named_today(self, phone: str) -> int:
        """Return how often that telephone was told today that it is named at a door."""
        return sum((each, day) == (phone, self.today) for each, _, day in self.named)

    def with_household(self, phone: str, row: HouseholdRow) -> SmallWorld:
        """Return the world in which that telephone wishes so for its post."""
        households = {**self.households, phone: row}
        each = tuple(sorted(households.items()))
        parcels = {
            number: replace(parcel, households=each) for number, parcel in self.parcels.items()
        }
        return replace(self, parcels=parcels, households=households)

    def without_texts(self, off: frozenset[str]) -> SmallWorld:
        """Return the world with just these telephones switched off."""
        parcels = {
            number: replace(parcel, off=off, nominee=self._hearing(parcel, off))
            for number, parcel in self.parcels.items()
        }
        return replace(self, parcels=parcels, off=off)

    def _hearing(self, parcel: Parcel, off: frozenset[str]) -> NomineeRow | None:
        """Return the row of its nominee: the addressee, switched on, hears of him."""
        if parcel.nominee is None or parcel.recipient not in self.off - off:
            return parcel.nominee
        return parcel.nominee.hearing(self.now)

    def in_doubt(self, doubted: frozenset[str]) -> SmallWorld:
        """Return the world with just these telephones in doubt."""
        return self._doubting(doubted, self.withdrawn & doubted)

    def withdrawing(self, phone: str) -> SmallWorld:
        """Return the world in which the operator of that telephone withdrew its number."""
        return self._doubting(self.doubted | {phone}, self.withdrawn | {phone})

    def _doubting(self, doubted: frozenset[str], withdrawn: frozenset[str]) -> SmallWorld:
        parcels = {
            number: replace(parcel, doubted=doubted, withdrawn=withdrawn)
            for number, parcel in self.parcels.items()
        }
        return replace(self, parcels=parcels, doubted=doubted, withdrawn=withdrawn)

    def in_mode(self, mode: Mode) -> SmallWorld:
        """Return the world with the office in another mode: what is out keeps the one it had."""
        parcels = {number: replace(parcel, home=mode) for number, parcel in self.parcels.items()}
        return replace(self, parcels=parcels, mode=mode)

    @property
    def today(self) -> date:
        """The day in India."""
        return day_of(self.now)

    def index(self, number: str) -> int:
        """Return which article `number` is, counted in the order of booking."""
        return tuple(self.parcels).index(number)

    def postman_of(self, phone: str) -> PostmanRow | None:
        """Return the postman for whom `phone` speaks."""
        found = (p for p in self.postmen.values() if p.phone == phone and not p.blocked)
        return next(found, None)

    def newest_offer(self, staff: str, named: int | None) -> OfferRow | None:
        """Return the offer `named` of those of today to this postman; None: the newest of them."""
        found = [
            offer
            for offer in self.offers
            if offer.to == staff and named in (None, offer.id) and offer.is_of(self.today)
        ]
        return max(found, key=lambda each: (each.asked_at, each.id), default=None)

    def offers_of(self, phone: str) -> tuple[OfferRow, ...]:
        """Return what the postman with this telephone offers today, the oldest first."""
        return tuple(
            offer
            for offer in self.offers
            if self.postmen[offer.giver].phone == phone and offer.is_of(self.today)
        )

    def without_offers(self, giver: str) -> SmallWorld:
        """Return the world in which this postman offers nothing: his telephone is another."""
        return replace(self, offers=tuple(each for each in self.offers if each.giver != giver))

    def had_code(self, phone: str, day: date) -> bool:
        """Tell whether a code that lived on `day` was sent to `phone`; there is one PIN."""
        return any(
            phone in code.sent_to and code.lived_on(day)
            for parcel in self.parcels.values()
            for code in parcel.codes
        )

    def is_staff(self, phone: str) -> bool:
        """Tell whether `phone` is a postman's or the office's."""
        postmans = any(postman.phone == phone for postman in self.postmen.values())
        return postmans or phone == self.office

    def roles(self, phone: str) -> tuple[str, ...]:
        """Return the machines that may understand `phone`, as `postal.people.roles` does."""
        named = any(postman.next_phone == phone for postman in self.postmen.values())
        parcels = self.parcels.values()
        recipient = any(
            phone == each.recipient
            or (each.nominee is not None and each.nominee.phone == phone)
            or phone in each.held_before
            for each in parcels
        )
        roles = (
            *(("new_phone",) if named else ()),
            *(("postman",) if self.postman_of(phone) else ()),
            *(("office",) if phone == self.office else ()),
            *(("recipient",) if recipient else ()),
            *(("sender",) if any(each.sender == phone for each in parcels) else ()),
        )
        return roles or ("stranger",)


def next_serial(world: SmallWorld, postman: str) -> int:
    """Return the serial of the next item on today's list of `postman`."""
    on_it = [
        item.serial
        for parcel in world.parcels.values()
        for item in parcel.items
        if (item.postman, item.day) == (postman, world.today)
    ]
    return max(on_it, default=0) + 1


def code_of(world: SmallWorld, number: str, issue: int) -> str:
    """Return the six digits of an issue, different for each."""
    return f"{world.index(number) + 1}{issue:03d}50"


def check_of(world: SmallWorld, number: str, place: int) -> str:
    """Return the three digits of the article's place on a list, different for each."""
    return f"{(world.index(number) + 1) % 10}{place % 100:02d}"


def quote_of(world: SmallWorld, number: str, phone: str, question: int) -> str:
    """Return the two digits that `phone` is shown, different for each question.

    `number`: of the article; "" for a question about all its post.
    """
    whose = PHONES.index(phone) if phone in PHONES else 0
    about = world.index(number) if number else 5
    return f"{10 + (10 * whose + 4 * about + question) % 90:02d}"


def word_of(phone: str, drawn: int) -> str:
    """Return the numbers of the word that a telephone drew as the `drawn`-th."""
    return f"{10 + PHONES.index(phone)}{10 + drawn % 90}"


EMPTY: Final[Mapping[str, str]] = MappingProxyType({})
