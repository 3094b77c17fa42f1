"""A booking step by step: begun, filled, and paid in cash or cancelled. UPI: payments.py."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

from pydantic import Field

from conversation import counter
from india.money import MOST_PAISE
from postal.counter import booking, clerks, groups
from postal.counter.groups import BookingItem, Group, NewItem, NotOpen
from postal.desk import lists
from postal.people import rights
from postal.people.doer import Doer, Staff
from postal.people.people import office_of
from store.refusals import Invalid, Unknown
from web.api.bookings import (
    BookingOut,
    PostedIn,
    PosterIn,
    group_of,
    item_of,
    phone_errors,
    sender_of,
    shown,
)
from web.api.engine import whose
from web.api.engine.fields import Input, Nothing, Pin, StaffId
from web.api.engine.operation import Answer, Call, Operation
from web.api.engine.path import article_number
from web.api.engine.problems import FieldError
from web.api.two_phones import OneTelephone

Paise = Annotated[int, Field(ge=0, le=MOST_PAISE)]


class BeginBookingIn(Input):
    """`office_pin`: of the office that books; or `staff`: the clerk at whose open counter."""

    office_pin: Pin | None = None
    staff: StaffId | None = None
    sender: PosterIn

    @classmethod
    def beyond_fields(cls, loose: Any) -> list[FieldError]:
        if not isinstance(loose, dict):
            return []
        if (loose.get("office_pin") is None) == (loose.get("staff") is None):
            why = "give office_pin, or staff: one of the two"
            return [FieldError(field="office_pin", message=why)]
        return []


class AddArticleIn(PostedIn):
    @classmethod
    def beyond_fields(cls, loose: Any) -> list[FieldError]:
        return phone_errors(loose)


class PayCashIn(Input):
    """`paise`: the price exactly. `given_paise`: what the customer gave, before the change."""

    paise: Paise
    given_paise: Paise | None = None


def _begin(call: Call[BeginBookingIn]) -> Answer:
    given = call.input
    counter_day_id, by = _poster(call)
    made = booking.begin(call.conn, uuid4(), sender_of(call, given.sender), counter_day_id, by)
    return Answer(201, shown(made))


def _poster(call: Call[BeginBookingIn]) -> tuple[int | None, Doer]:
    """Return the open counter, if any, and who books: the software, or a clerk whom it names."""
    if call.input.staff is None:
        assert call.input.office_pin is not None
        return None, call.doer(office_of(call.conn, call.input.office_pin)[0])
    day = clerks.counter_of(call.conn, call.input.staff, rights.roles("book"), call.now)
    return day.id, call.doer(day.office_id, Staff(day.staff_row, call.input.staff))


def _add(call: Call[AddArticleIn]) -> Answer:
    group = group_of(call)
    new = _priced(call, group)
    return Answer(200, shown(booking.add(call.conn, group.id, new, call.now)))


def _change(call: Call[AddArticleIn]) -> Answer:
    group = group_of(call)
    item = _item(call, group)
    if item is None:
        raise Unknown("this booking has no such article")
    new = _priced(call, group)
    return Answer(200, shown(booking.change(call.conn, group.id, item.id, new, call.now)))


def _remove(call: Call[Nothing]) -> Answer:
    group = group_of(call)
    item = _item(call, group)
    if item is None:  # removed before
        return Answer(200, shown(group))
    return Answer(200, shown(booking.remove(call.conn, group.id, item.id, call.now)))


def _cancel(call: Call[Nothing]) -> Answer:
    return Answer(200, shown(booking.cancel(call.conn, group_of(call).id, call.now)))


def _pay_cash(call: Call[PayCashIn]) -> Answer:
    group, given = groups.lock(call.conn, group_of(call).id), call.input
    if group.state != "open":  # a UPI payment that is awaited is stopped first
        raise NotOpen(group.state)
    if given.paise != group.paise:
        raise Invalid(f"the price is {group.paise} paise", field="paise")
    if given.given_paise is not None and given.given_paise < group.paise:
        say = f"less than the price, which is {group.paise} paise"
        raise Invalid(say, field="given_paise")
    booked = counter.book(call.runtime, call.conn, group.id, "cash", given.given_paise)
    return Answer(200, shown(booked))


def _priced(call: Call[AddArticleIn], group: Group) -> NewItem:
    office = lists.office(call.conn, group.office_id)
    assert office is not None
    recipient = call.input.recipient
    same = recipient.phone is not None and recipient.phone == group.sender_phone
    if same and not recipient.same_phone:
        raise OneTelephone
    return item_of(call, office.pin, call.input)


def _item(call: Call[Any], group: Group) -> BookingItem | None:
    asked = article_number(call)
    return next((each for each in group.items if each.number == asked), None)


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        route="POST /booking-groups",
        name="begin_booking",
        scope="bookings",
        whose=whose.office_pin_or_staff,
        summary="Begin a booking, of software or at a clerk's open counter",
        input=BeginBookingIn,
        handle=_begin,
        answers={201: BookingOut},
        problems=(409,),
    ),
    Operation(
        route="POST /bookings/{reference:booking}/articles",
        name="add_to_booking",
        scope="bookings",
        whose=whose.booking,
        summary="Add an article to an open booking; it is priced",
        input=AddArticleIn,
        handle=_add,
        answers={200: BookingOut},
        problems=(404, 409),
    ),
    Operation(
        route="POST /bookings/{reference:booking}/articles/{number:s10}",
        name="change_in_booking",
        scope="bookings",
        whose=whose.booking,
        summary="Put another article, or the same with changes, in the place of one",
        input=AddArticleIn,
        handle=_change,
        answers={200: BookingOut},
        problems=(404, 409),
    ),
    Operation(
        route="POST /bookings/{reference:booking}/articles/{number:s10}/remove",
        name="remove_from_booking",
        scope="bookings",
        whose=whose.booking,
        summary="Take an article off an open booking. Twice is once",
        input=Nothing,
        handle=_remove,
        answers={200: BookingOut},
        problems=(404, 409),
    ),
    Operation(
        route="POST /bookings/{reference:booking}/cancel",
        name="cancel_booking",
        scope="bookings",
        whose=whose.booking,
        summary="Cancel a booking that is not booked yet. Twice is once",
        input=Nothing,
        handle=_cancel,
        answers={200: BookingOut},
        problems=(404, 409),
    ),
    Operation(
        route="POST /bookings/{reference:booking}/cash",
        name="pay_booking_in_cash",
        scope="bookings",
        whose=whose.booking,
        summary="The customer paid in cash: it is booked, recipients and sender are told",
        input=PayCashIn,
        handle=_pay_cash,
        answers={200: BookingOut},
        problems=(404, 409),
    ),
)
