"""Whose an operation's things are: the offices that a token must act for to call it.

Each function finds the offices of what a call names, in its path or its input. What does not exist
belongs to no office.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from postal import belonging
from store.refusals import Unknown
from web.api.engine.operation import Call
from web.api.engine.path import article_number, row

Offices = Sequence[int]


def office_in_path(call: Call[Any]) -> Offices:
    return belonging.of_pin(call.conn, call.path["pin"])


def staff_in_path(call: Call[Any]) -> Offices:
    return belonging.of_staff(call.conn, call.path["staff_id"])


def office_pin(call: Call[Any]) -> Offices:
    return belonging.of_pin(call.conn, call.input.office_pin)


def office_pin_or_staff(call: Call[Any]) -> Offices:
    return staff(call) if call.input.office_pin is None else office_pin(call)


def pin_of_recipient(call: Call[Any]) -> Offices:
    """Return the office that delivers: the call names none that books."""
    return belonging.of_pin(call.conn, call.input.recipient.pin)


def staff(call: Call[Any]) -> Offices:
    return belonging.of_staff(call.conn, call.input.staff)


def postman(call: Call[Any]) -> Offices:
    return belonging.of_staff(call.conn, call.input.postman)


def article(call: Call[Any]) -> Offices:
    return belonging.of_article(call.conn, article_number(call))


def booking(call: Call[Any]) -> Offices:
    return belonging.of_booking(call.conn, call.path["reference"].upper())


def booking_in_body(call: Call[Any]) -> Offices:
    return belonging.of_booking(call.conn, call.input.booking)


def delivery_list(call: Call[Any]) -> Offices:
    return belonging.of_delivery_list(call.conn, _row(call))


def counter(call: Call[Any]) -> Offices:
    return belonging.of_counter(call.conn, _row(call))


def entry(call: Call[Any]) -> Offices:
    return belonging.of_entry(call.conn, _row(call))


def payment(call: Call[Any]) -> Offices:
    return belonging.of_payment(call.conn, _row(call))


def request(call: Call[Any]) -> Offices:
    return belonging.of_request(call.conn, _row(call))


def sum_(call: Call[Any]) -> Offices:
    return belonging.of_sum(call.conn, _row(call))


def _row(call: Call[Any]) -> int:
    with suppress(Unknown):
        return row(call)
    return 0
