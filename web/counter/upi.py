"""UPI at the counter: the QR code for the customer, its state, and what the clerk can do.

The server decides the phase; the page asks every second and counts the time in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

import segno
from flask import abort, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from india import money
from payments import upi
from payments.upi import BankReference
from postal.counter import credits, payments
from postal.counter.credits import Credit
from postal.counter.groups import Group
from postal.counter.payment_rules import mixed_up
from postal.counter.payments import Payment
from providers import simulator
from providers.static import NAME as STATIC
from providers.static import rrn
from store.database import Conn
from store.refusals import Conflict, Refusal
from web.counter.room import doer, live_route, own_group, route, runtime
from web.language import NAMES, words
from web.staff.htmx import load
from web.staff.refusals import status_of, tell, word_of

Phase = Literal[
    "none",  # no attempt yet
    "asking",  # the provider is asked for a QR code
    "shown",
    "over",  # time is up, the provider is asked once more
    "booked",
    "booked_cash",
    "cancelled",
    "not_booked",  # money came and is refunded
    "expired",
    "withdrawn",
    "failed",
]
_LIVE: Final[tuple[Phase, ...]] = ("asking", "shown", "over")
_LATE: Final = timedelta(seconds=5)
_STEPS: Final = ("upi_step_scan", "upi_step_check", "upi_step_pay")  # of the customer


@dataclass(frozen=True)
class Sight:
    """What the page shows. `due`: money that came for the booking and is refunded."""

    group: Group
    payment: Payment | None
    phase: Phase
    due: tuple[Credit, ...]

    @property
    def live(self) -> bool:
        return self.phase in _LIVE

    @property
    def left(self) -> int:
        """Return for how many more whole seconds the QR code is shown."""
        if self.payment is None:
            return 0
        return max(0, int((self.payment.expires_at - runtime().now()).total_seconds()))


@route("/groups/<int:id_>/upi", "book")
def upi_page(id_: int) -> str:
    """Show the QR code, large, and the state of the payment."""
    return _page(_sight(id_))


@route("/groups/<int:id_>/upi", "book", methods=("POST",))
def begin_upi(id_: int) -> Response:
    """Begin a payment by UPI; a second click finds the first one's QR code."""
    _sight(id_)
    try:
        begun = upi.begin(runtime(), id_)
    except Conflict as refusal:
        tell(refusal)
    else:
        if begun.state == "failed":
            session["told"] = "upi_no_qr"
    return _here(id_)


@live_route("/groups/<int:id_>/upi/now", "book")
def upi_now(id_: int) -> str | Response:
    """Show the time left; load the whole page again if the phase has changed."""
    sight = _sight(id_)
    if sight.phase != request.form.get("phase"):
        return load(url_for("counter.upi_page", id_=id_))
    return render_template("counter/upi_now.html", sight=sight)


@route("/groups/<int:id_>/upi/stop", "book", methods=("POST",))
def stop_upi(id_: int) -> Response:
    """Stop a payment that the customer does not make: the booking is open again."""
    payment = _sight(id_).payment
    if payment is not None:
        session["told"] = "upi_stop_done" if upi.stop(runtime(), payment.id) else "upi_was_over"
    return _here(id_)


@route("/groups/<int:id_>/upi/reference", "book", methods=("POST",))
def enter_upi_reference(id_: int) -> Response | tuple[str, int]:
    """Enter the bank's reference and the sum that the clerk saw come to the department's UPI id."""
    sight = _sight(id_)
    if sight.payment is None or sight.payment.provider != STATIC:
        abort(404)
    try:
        reference = rrn(request.form.get("reference", ""))
    except ValueError:
        return _page(sight, "upi_reference_wrong"), 422
    try:
        paise = money.of_typed(request.form.get("amount", ""))
        if paise <= 0:
            raise ValueError
    except ValueError:
        return _page(sight, "upi_amount_wrong"), 422
    try:
        upi.enter_reference(runtime(), sight.payment.id, BankReference(reference, paise), doer())
    except Refusal as refusal:
        return _page(sight, word_of(refusal)), status_of(refusal)
    return _here(id_)


@route("/groups/<int:id_>/upi/simulate", "book", methods=("POST",))
def simulate_upi(id_: int) -> Response:
    """Simulate what a customer does; 404 in production."""
    sight = _sight(id_)
    payment = sight.payment
    if runtime().settings.production or payment is None or payment.provider != simulator.NAME:
        abort(404)
    now, attempt = runtime().now(), upi.attempt_of(payment)
    sums: tuple[int, ...]
    match request.form.get("does"):
        case "pays":
            sums = (payment.paise,)
        case "twice":
            sums = (payment.paise, payment.paise)
        case "little":
            sums = (max(1, payment.paise - 100),)
        case "late":
            late = max(now, payment.expires_at) + _LATE
            runtime().database.run(lambda conn: simulator.pay(conn, attempt, payment.paise, late))
            session["told"] = "upi_pays_late_done"
            return _here(id_)
        case _:
            abort(404)
    for paise in sums:
        came = runtime().database.run(
            lambda conn, paise=paise: simulator.pay(conn, attempt, paise, now)  # type: ignore[misc]
        )
        upi.take(runtime(), came, "hook")
    return _here(id_)


def picture(text: str) -> Markup:
    """Return a QR code as an SVG that fills its place, dark on white, as cameras need it."""
    code = segno.make_qr(text, error="m")
    return Markup(  # noqa: S704  segno's own SVG
        code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    )


def _page(sight: Sight, refused: str = "") -> str:
    payment = sight.payment
    shown = payment is not None and sight.phase == "shown"
    return render_template(
        "counter/upi.html",
        sight=sight,
        picture=picture(payment.qr_text) if shown and payment and payment.qr_text else None,
        image=payment.qr_image if shown and payment else None,
        refused=refused,
        typed=request.form,
        booking=url_for("counter.group", id_=sight.group.id),
        receipt=url_for("counter.receipt", id_=sight.group.id),
        mixed_up=[each.id for each in sight.due if mixed_up(each.paise, each.price or 0)],
        rupees_due=money.exact(payment.paise) if payment else 0,
        steps={each: [words(each)[step] for step in _STEPS] for each in NAMES},
    )


def _sight(id_: int) -> Sight:
    """Return the state of a booking of the user's office; 404 for another's."""

    def look(conn: Conn) -> Sight:
        group = own_group(conn, id_)
        payment = payments.of_group(conn, id_)
        due = tuple(each for each in credits.of_group(conn, id_) if each.state == "refund_due")
        return Sight(group, payment, _phase(group, payment, due), due)

    return runtime().database.run(look)


def _phase(group: Group, payment: Payment | None, due: tuple[Credit, ...]) -> Phase:
    if group.state == "booked":
        return "booked" if group.method == "upi" else "booked_cash"
    if group.state == "cancelled":
        return "cancelled"
    if payment is None:
        return "none"
    match payment.state:
        case "initiated":
            return "asking"
        case "shown":
            return "shown" if payment.expires_at > runtime().now() else "over"
        case "paid":
            return "not_booked"
        case ended:
            return ended


def _here(id_: int) -> Response:
    return redirect(url_for("counter.upi_page", id_=id_))
