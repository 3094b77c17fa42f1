"""The hooks that payment providers call: signed over the raw body, and about money.

Without our keys, or without the provider's signature, the answer is 403. What is authentic is
stored in the transaction that acts on it, and answered with 200: a repeat changes nothing. Money
that cannot be attributed is due to be refunded; what cannot be read is kept for people.
"""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, abort, request

from outbox.wake import PAYMENTS, ring
from payments import upi
from postal.counter import provider_events
from providers.base import (
    Came,
    Hooked,
    Notice,
    ProviderCall,
    ProviderName,
    UnauthenticNotice,
    UnreadableNotice,
)
from runtime import Runtime
from store.database import Conn
from web import running
from web.callers import Caller, states
from web.hooks.requests import limit_body

log = structlog.get_logger(__name__)

payment_hooks = Blueprint("payment_hooks", __name__, url_prefix="/hooks")
states(payment_hooks, Caller.PROVIDER)
payment_hooks.before_request(limit_body)


@payment_hooks.post("/razorpay")
def razorpay() -> Response:
    return _take("razorpay")


@payment_hooks.post("/cashfree")
def cashfree() -> Response:
    return _take("cashfree")


def _take(name: ProviderName) -> Response:
    runtime = running.runtime()
    provider = runtime.providers.get(name)
    if not isinstance(provider, Hooked):
        abort(403)
    headers = {key.lower(): value for key, value in request.headers.items()}
    body = request.get_data(cache=True)
    try:
        notice = provider.receive(ProviderCall(headers, body, runtime.now()))
    except UnauthenticNotice:
        abort(403)
    taken = runtime.database.run(lambda conn: _act(runtime, conn, notice))
    if taken is not None:
        upi.after(runtime, taken)
    elif not isinstance(notice.what, Came):
        ring(runtime.redis, PAYMENTS)  # a refund went on, a code was closed: the worker asks
    return Response("{}", mimetype="application/json")


def _act(runtime: Runtime, conn: Conn, notice: Notice) -> upi.TakenSum | None:
    """Note the event and act on it, once."""
    now, what = runtime.now(), notice.what
    if not provider_events.note(conn, notice.provider, notice.event_id, notice.kind, now):
        return None
    if isinstance(what, UnreadableNotice):
        log.warning("payment_unreadable", provider=notice.provider, why=what.why)
        provider_events.keep(conn, notice.provider, notice.event_id, what.why, what.body)
    if not isinstance(what, Came):
        return None
    taken = upi.take_in(runtime, conn, what, "hook")
    provider_events.brought(conn, notice.provider, notice.event_id, taken.credit.id)
    return taken
