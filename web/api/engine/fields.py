"""The bounded types of the API's bodies. All are strict: nothing is coerced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

from flows import number
from india import calendar, digipin, figures, masks, names, phone, pincode, signs
from web.api.engine.problems import FieldError

_PRINTABLE = f"^[^{names.NEVER}]*[^{names.NEVER}\\s][^{names.NEVER}]*$"


def _text(most: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=most, pattern=_PRINTABLE)


def read_first(reader: Callable[[str], str]) -> BeforeValidator:
    """Read a text as people type and paste it, before its pattern is looked at."""
    return BeforeValidator(lambda raw: reader(raw) if isinstance(raw, str) else raw)


def day_or_moment(raw: object) -> date:
    """Return the day of `2026-08-16`, or that day in India of a moment with its time zone."""
    if not isinstance(raw, str):
        raise ValueError("a day is written as 2026-08-16")
    try:
        return calendar.read(raw)
    except calendar.NoDay as no_day:
        try:
            moment = datetime.fromisoformat(raw)
        except ValueError:
            raise no_day from None
        if moment.tzinfo is None:
            raise ValueError("a moment needs its time zone, as +05:30") from None
        return calendar.day_of(moment)


Name = Annotated[str, _text(names.LONGEST), read_first(names.read)]
Address = Annotated[str, _text(names.LONGEST_ADDRESS), read_first(names.read_address)]
Pin = Annotated[
    str,
    StringConstraints(pattern=pincode.SHAPE),
    read_first(figures.digits),
    Field(examples=["273303"]),
]
StaffId = Annotated[
    str,
    StringConstraints(pattern="^[A-Za-z0-9._-]{1,40}$"),
    read_first(signs.bare),
    Field(examples=["1001"]),
]
SecretPin = Annotated[
    str,
    StringConstraints(pattern="^[0-9]{4,6}$"),
    read_first(figures.digits),
    Field(json_schema_extra={"writeOnly": True}),
]
Phone = Annotated[
    str,
    StringConstraints(min_length=6, max_length=48),
    AfterValidator(phone.read),
    Field(
        description="a mobile number, E.164 or with India assumed",
        examples=["+919839012345"],
        json_schema_extra={"format": "phone"},
    ),
]
ArticleNumber = Annotated[
    str,
    StringConstraints(min_length=13, max_length=64),
    AfterValidator(number.read),
    Field(
        description="UPU S10, any case, spaces and hyphens allowed",
        examples=["EU123456785IN"],
        json_schema_extra={"format": "s10"},
    ),
]
# As typed: the list names every bad number itself, with the reason.
TypedNumber = Annotated[
    str,
    StringConstraints(max_length=64),
    Field(examples=["EU123456785IN"], json_schema_extra={"format": "s10"}),
]


Veiled = Annotated[str, AfterValidator(masks.veiled)]
"""What people wrote, in an answer: the telephones in it are masked."""

WeightG = Annotated[int, Field(ge=1, le=50_000, description="grams", examples=[120])]
CodAmount = Annotated[int, Field(ge=0, le=50_000, description="whole rupees")]


Digipin = Annotated[
    str,
    StringConstraints(min_length=10, max_length=64),
    AfterValidator(digipin.read),
    Field(
        description=f"ten signs of {digipin.ALPHABET}; never in a text to anybody",
        examples=["39J-49L-L8T4"],
    ),
]
Pieces = Annotated[
    int, Field(ge=1, le=99, description="under the one number and the one code", examples=[1])
]
Day = Annotated[date, Strict(False), BeforeValidator(day_or_moment), Field(examples=["2026-08-16"])]
DueBy = Annotated[
    date,
    Strict(False),
    BeforeValidator(day_or_moment),
    Field(
        description="by the end of that day in India; default: as its promise says, if any",
        examples=["2026-08-16"],
    ),
]


class Input(BaseModel):
    """A body, or the query of a GET: strict, and closed to unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @classmethod
    def beyond_fields(cls, loose: Any) -> list[FieldError]:
        """Return faults between fields of the unchecked JSON, also where other fields are bad."""
        return []


class Nothing(Input):
    """The operation takes neither body nor query."""


class FileIn(Input):
    """A body that is a file, not JSON; see `Operation.takes`."""

    content: bytes


class Output(BaseModel):
    """An answer. Only what is declared in it leaves the service."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def of(cls, found: object, **others: Any) -> Self:
        """Return `found` for an answer: `others`, and else its attributes by the fields' names."""
        same = {name: getattr(found, name) for name in cls.model_fields if name not in others}
        return cls(**same, **others)
