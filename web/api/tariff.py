"""The price of posting an article."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from india.calendar import day_of
from postal.articles import Service
from postal.counter import directory, tariff
from postal.counter.tariff import LineKind, Quote, ToPrice
from web.api.engine.fields import Input, Output, Pin, WeightG
from web.api.engine.operation import Answer, Call, Operation, Reach


class AskQuoteIn(Input):
    """`office_pin`: of the office that books."""

    office_pin: Pin
    pin: Pin
    service: Service
    weight_g: WeightG
    otp_required: bool = False
    registration: bool = False


class LineOut(Output):
    kind: LineKind
    paise: int
    unverified: bool = Field(description="nothing official was read that states the figure")


class QuoteOut(Output):
    """`km`: along the great circle; null where the directory has no coordinates."""

    tariff: date = Field(description="the edition: its first day")
    local: bool
    km: int | None
    lines: list[LineOut]
    paise: int = Field(description="the sum")


def priced(
    call: Call[Any],
    office_pin: str,
    pin: str,
    posted: ToPrice,
) -> Quote:
    """Return a quote. Raises what the tariff refuses, and `UnknownPin`."""
    edition = tariff.edition_on(day_of(call.now))
    route = directory.route(call.conn, edition, office_pin, directory.find(call.conn, pin))
    return tariff.quote(edition, posted, route)


def _quote(call: Call[AskQuoteIn]) -> Answer:
    asked = call.input
    posted = ToPrice(asked.service, asked.weight_g, asked.otp_required, asked.registration)
    quote = priced(call, asked.office_pin, asked.pin, posted)
    return Answer(
        200,
        QuoteOut(
            tariff=quote.charges.tariff,
            local=quote.route.local,
            km=quote.route.km,
            lines=lines_of(quote),
            paise=quote.charges.paise,
        ),
    )


def lines_of(quote: Quote) -> list[LineOut]:
    """Return the lines of a quote as an answer."""
    return [LineOut.of(line) for line in quote.lines]


QUOTE = Operation(
    route="GET /tariff",
    name="quote",
    scope="directory",
    whose=Reach.ANYONE,
    summary="What an article costs today, line by line",
    input=AskQuoteIn,
    handle=_quote,
    answers={200: QuoteOut},
)
