"""A booking at an open counter that is paid for by UPI, for the tests of payments."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jobs
from payments import upi
from postal import new_articles
from postal.counter import booking, credits, groups, payments
from postal.counter.credits import Credit
from postal.counter.groups import Group
from postal.counter.payments import Payment
from postal.new_articles import NewArticle
from providers import registry, simulator
from providers.base import Came
from runtime import Runtime
from settings import Settings
from tests.rigs.counter import Clerk, Poster, group
from tests.rigs.doers import operator, software

_serials = itertools.count(20_000_000)


def with_settings(runtime: Runtime, **changes: Any) -> Runtime:
    """The same, with other settings and the providers that they make."""
    changed: Settings = runtime.settings.model_copy(update=changes)
    made = registry.build(changed, runtime.database, runtime.now)
    return dataclasses.replace(runtime, settings=changed, providers=made)


def booking_of(runtime: Runtime, clerk: Clerk, articles: int = 1) -> Group:
    """A booking with new articles, at the price of CHARGES each."""
    return group(runtime, clerk.poster, *(next(_serials) for _ in range(articles)))


def begun(runtime: Runtime, clerk: Clerk, articles: int = 1) -> tuple[Group, Payment]:
    """A booking whose QR code is shown."""
    made = booking_of(runtime, clerk, articles)
    payment = upi.begin(runtime, made.id)
    assert payment.state in ("shown", "initiated", "failed")
    return made, payment


def pay(runtime: Runtime, payment: Payment, paise: int | None = None) -> Came:
    """The simulated customer pays; nobody has told us yet."""
    sum_ = payment.paise if paise is None else paise
    attempt = upi.attempt_of(payment)
    return runtime.database.run(lambda conn: simulator.pay(conn, attempt, sum_, runtime.now()))


def paid(runtime: Runtime, payment: Payment, paise: int | None = None) -> Credit:
    """The simulated customer pays, and we are told at once."""
    return upi.take(runtime, pay(runtime, payment, paise), "hook").credit


def group_now(runtime: Runtime, id_: int) -> Group:
    return runtime.database.run(lambda conn: groups.get(conn, id_))


def payment_now(runtime: Runtime, id_: int) -> Payment:
    return runtime.database.run(lambda conn: payments.get(conn, id_))


def credits_of(runtime: Runtime, group_id: int) -> list[Credit]:
    return list(runtime.database.run(lambda conn: credits.of_group(conn, group_id)))


def credit_now(runtime: Runtime, id_: int) -> Credit:
    return runtime.database.run(lambda conn: credits.get(conn, id_))


def cancel(runtime: Runtime, group_id: int) -> None:
    runtime.database.run(lambda conn: booking.cancel(conn, group_id, runtime.now()))


def entered(
    static: Runtime, payment_id: int, rrn: str, paise: int, at: Clerk | None = None
) -> upi.TakenSum:
    """The bank's reference, entered by a clerk; without one by somebody who is not of the staff."""
    by = at.doer(static.now()) if at else operator(static.now())
    return upi.enter_reference(static, payment_id, upi.BankReference(rrn, paise), by)


def unpaid(runtime: Runtime, tr: str, serial: int = 30_000_000) -> Group:
    """A booking that software made, with that reference and one article; and a sum for nothing that
    we know, which the office has taken on."""
    with runtime.database.transaction() as conn:
        office = conn.execute("SELECT id FROM offices WHERE pin = '273303'").fetchone()
        token = conn.execute("SELECT id FROM tokens ORDER BY id LIMIT 1").fetchone()
        assert office is not None
        assert token is not None
    by = Poster(None, software(token[0], office[0], runtime.now()))
    made = group(runtime, by, serial)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE booking_groups SET tr = %s WHERE id = %s", [tr, made.id])
    came = Came("simulator", "SIM-X", 4_200, runtime.now())
    id_ = upi.take(runtime, came, "hook").credit.id
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE credits SET office_id = %s WHERE id = %s", [office[0], id_])
    return group_now(runtime, made.id)


def booked_elsewhere(runtime: Runtime, number: str) -> None:
    """Another system of the department's has booked an article with this number."""
    new = NewArticle(
        number=number,
        service="parcel",
        otp_required=False,
        recipient_phone=None,
        recipient_name="Somebody",
        recipient_address="Elsewhere",
        recipient_pin="273303",
        recipient_language="en",
        sender_phone=None,
        sender_name="Somebody Else",
        sender_language="en",
        cod_amount=0,
        passport=False,
        registration=False,
        weight_g=100,
    )
    runtime.database.run(lambda conn: new_articles.book(conn, new, runtime.now()))


def ledger(runtime: Runtime) -> list[tuple[str, str, int]]:
    """Kind, method and paise of every entry but the opening of the drawer."""
    with runtime.database.transaction() as conn:
        return [
            (row[0], row[1], row[2])
            for row in conn.execute(
                "SELECT kind, method, paise FROM ledger WHERE kind <> 'opening' ORDER BY id"
            ).fetchall()
        ]


def feed_kinds(runtime: Runtime) -> list[str]:
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT kind FROM events WHERE kind LIKE 'payment%' ORDER BY id")
        return [row[0] for row in rows.fetchall()]


@contextmanager
def working(runtime: Runtime) -> Iterator[None]:
    """The jobs of this process work with `runtime` until the block ends."""
    jobs.use(runtime)
    yield
    jobs.use(runtime)  # lets the calls under way end


def rounds(runtime: Runtime) -> None:
    """What the worker does in a round, until nothing more is due at this moment."""
    here = jobs.process().upi
    for _ in range(20):
        begun_ = here.start()
        here.wait()
        if not begun_:
            return
    raise AssertionError("the rounds come to no end")


def header(raw: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in raw.items()}
