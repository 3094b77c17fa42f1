"""The values of a receipt and of a delivery slip; read elsewhere, laid out elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from flows.facts import Service
from india.promises import Promise

Language = Literal["hi", "en"]
"""The languages of print: readers of Roman Hindi get English (docs/paper.md says why)."""
Paper = Literal["80mm", "a4"]
Method = Literal["cash", "upi"]
ChargeKind = Literal["base", "otp", "registration", "cgst", "sgst"]
Taker = Literal["anyone", "addressee"]
Outcome = Literal["open", "delivered", "attempted"]
SlipMark = Literal["fraud", "disputed", "move", "recall", "request", "number", "unreceived"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
PAPERS: tuple[Paper, ...] = get_args(Paper)


@dataclass(frozen=True)
class Charge:
    """One line of an article's price, in paise. `per_cent`: of a tax."""

    kind: ChargeKind
    paise: int
    per_cent: int | None = None


@dataclass(frozen=True)
class Posted:
    """An article on a receipt. `cod_amount`: whole rupees, 0 for none; `weight_g`: grams.

    `charges`: only those of chosen services. `due_by`: as promised, so that who paid can claim it.
    """

    number: str
    service: Service
    weight_g: int
    recipient_name: str
    recipient_address: str
    recipient_pin: str
    code_required: bool
    cod_amount: int
    charges: tuple[Charge, ...]
    promise: Promise | None = None  # hours of Speed Post
    due_by: date | None = None
    pieces: int = 1
    digipin: str = ""

    @property
    def paise(self) -> int:
        return sum(charge.paise for charge in self.charges)

    @property
    def taxed(self) -> tuple[Charge, ...]:
        """Return what the taxes are on."""
        return tuple(charge for charge in self.charges if charge.per_cent is None)

    @property
    def taxes(self) -> tuple[Charge, ...]:
        return tuple(charge for charge in self.charges if charge.per_cent is not None)

    @property
    def taxable(self) -> int:
        """Return the paise that the taxes are on."""
        return sum(charge.paise for charge in self.taxed)


@dataclass(frozen=True)
class Ways:
    """The printed numbers by which the service is reached; empty: not in this way."""

    ussd: str
    sms: str
    voice: str

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield each existing way: the key of its word, and what is dialled."""
        return ((way, to) for way, to in vars(self).items() if to)


@dataclass(frozen=True)
class PrintedReceipt:
    """The articles that a customer posted and paid at once. `at`: aware.

    `counter`, `clerk`: None where software booked. `reference`: the merchant's reference of the
    payment, which a UPI application shows as `tr`. `rrn`: the bank's reference, where known.
    `number`: consecutive in its series; None: booked before receipts had one. `given_paise`: the
    cash that was given. `gstin`: of the department in `state`; empty: no tax invoice.
    `state_code`: that of GST.
    """

    reference: str
    number: str | None
    gstin: str
    office: str
    office_pin: str
    district: str
    state: str
    state_code: str
    counter: int | None
    clerk: str | None
    at: datetime
    sender_name: str
    sender_address: str
    sender_pin: str | None
    method: Method
    posted: tuple[Posted, ...]
    kept_days: int = 0  # of the data of its people, for the notice; 0: no notice
    given_paise: int | None = None
    rrn: str | None = None

    @property
    def change_paise(self) -> int | None:
        """Return the change that the customer got; None where it is not known what he gave."""
        return None if self.given_paise is None else self.given_paise - self.paise

    @property
    def paise(self) -> int:
        return sum(each.paise for each in self.posted)


@dataclass(frozen=True)
class Carried:
    """An article on a postman's slip. `cod_amount`: whole rupees, 0 for none.

    `marks`: what he must know of it, the gravest first. `document`: the code alone is not enough,
    the receiver shows a document as well.
    `taker`: who may receive it. `signature`: whether the receiver signs on the slip. `hint`: how
    the recipient says that the place is found. `pieces`: under the one number. `digipin`: as people
    read it; empty: not known. `due`: promised by the day of the list, or before. `check`: three
    digits that are compared where there is no network; empty: none are.
    """

    serial: int
    number: str
    recipient_name: str
    recipient_address: str
    recipient_pin: str
    cod_amount: int
    code_required: bool
    document: bool
    taker: Taker
    signature: bool
    outcome: Outcome
    remark: int | None
    hint: str = ""
    marks: tuple[SlipMark, ...] = ()
    pieces: int = 1
    digipin: str = ""
    due: bool = False
    check: str = ""


@dataclass(frozen=True)
class Slip:
    """One postman's list of a day, in walking order. `made_at`: aware; lists may grow later."""

    office: str
    office_pin: str
    postman: str
    staff_id: str
    day: date
    made_at: datetime
    carried: tuple[Carried, ...]

    @property
    def cod_amount(self) -> int:
        """Return the cash on delivery to collect, in whole rupees."""
        return sum(each.cod_amount for each in self.carried)

    @property
    def items(self) -> int:
        return len(self.carried)

    @property
    def cod_items(self) -> int:
        return sum(each.cod_amount > 0 for each in self.carried)


@dataclass(frozen=True)
class PrintedEvent:
    """An event on a certificate. `digest`: hexadecimal. `proof`: empty where none was written."""

    at: datetime
    said: str
    proof: str
    day: str
    digest: str
    sealed: bool


@dataclass(frozen=True)
class PrintedDay:
    """The published root of a day, hexadecimal."""

    day: str
    root: str


@dataclass(frozen=True)
class PrintedCertificate:
    """What a certificate says. `hash`: of the whole record; `decisions`: digests."""

    article: str
    service: str
    state: str
    recipient: str
    sender: str
    booked_at: datetime
    hash: str
    events: tuple[PrintedEvent, ...]
    decisions: tuple[str, ...]
    days: tuple[PrintedDay, ...]
    made_at: datetime
