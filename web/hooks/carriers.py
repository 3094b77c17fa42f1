"""The hooks that carriers in code declare: HTTP in, a gateway's types out, an answer in its words.

Nothing authentic is dropped: what cannot be read is stored and answered with 200, because some
carriers would repeat it for hours. Bodies over 64 KiB are 413. Every declared hook has its address;
where its carrier is not configured, the call is refused like a forged one.
"""

from __future__ import annotations

from functools import partial

import structlog
from flask import Blueprint, Response, abort

from conversation import calling, inbound, ussd
from gateways.base import (
    Dialled,
    Gateway,
    HungUp,
    Inbound,
    Pressed,
    Receipt,
    ReceiptStatus,
    Request,
    SignsOnce,
    TakenUp,
    Unauthentic,
    Unreadable,
    UssdGateway,
    VoiceGateway,
)
from gateways.carrier import Hook, Offer
from gateways.registry import offers
from outbox import receipts
from postal.people.hashing import TooManyHashes
from store import nonces
from store.database import NOT_IN_TIME
from web.callers import Caller, states
from web.hooks.keeping import keep_receipt, keep_text
from web.hooks.requests import limit_body, received
from web.loopback import insist_on_loopback
from web.running import runtime

log = structlog.get_logger(__name__)

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")
states(hooks, Caller.CARRIER)
hooks.before_request(limit_body)


def _answer(offer: Offer, hook: Hook, secret: str = "") -> Response:
    """Return the answer to the carrier of the gateway `offer` for a call of `hook`."""
    gateway = runtime().gateways.get(offer.name)
    if gateway is None:
        abort(hook.refusal)
    if offer.believes_anybody:
        insist_on_loopback()
    take = _take_once if isinstance(gateway, SignsOnce) else _take
    try:
        said = take(gateway, hook, received(secret))
    except Unauthentic:
        abort(hook.refusal)
    answer = hook.answer
    response = Response(said or answer.body, answer.status, mimetype=answer.mimetype)
    if hook.method == "GET":
        response.cache_control.no_store = True  # no cache may keep the address, or what is said
    return response


def _take_once(gateway: Gateway, hook: Hook, came: Request) -> str:
    """Do as `_take`, where no request with the same nonce was answered before.

    One that fails on our side may come again as it was. Raises `Unauthentic`.
    """
    assert isinstance(gateway, SignsOnce)
    name, nonce, now = gateway.name, gateway.nonce_of(came), runtime().now()
    if not runtime().database.run(lambda conn: nonces.use(conn, name, nonce, now)):
        log.warning("hook_repeated", gateway=name)
        raise Unauthentic
    try:
        return _take(gateway, hook, came)
    except Exception:
        runtime().database.run(lambda conn: nonces.give_back(conn, name, nonce))
        raise


def _take(gateway: Gateway, hook: Hook, came: Request) -> str:
    """Return the gateway's own answer; empty where that of the hook is used.

    Raises `Unauthentic`.
    """
    match hook.takes:
        case "text":
            keep_text(gateway.receive_text(came))
            return ""
        case "receipt":
            keep_receipt(gateway.receive_receipt(came))
            return ""
        case "ussd":
            return _dialled(gateway, came)
        case "call":
            return _called(gateway, came)
        case "keys":
            return _pressed(gateway, came)


def _dialled(gateway: Gateway, sent: Request) -> str:
    """Return the screen to show; empty where the carrier only tells that a session is over."""
    if not isinstance(gateway, UssdGateway):
        raise Unauthentic
    came = gateway.receive_ussd(sent)
    if isinstance(came, HungUp):
        ussd.hang_up(runtime(), came)
        return ""
    if isinstance(came, Dialled):
        try:
            screen = ussd.answer(runtime(), came)
        except (*NOT_IN_TIME, TooManyHashes):  # others hold what it needs: dial again
            screen = ussd.sorry(runtime())
    else:
        inbound.receive_unreadable(runtime(), came)
        screen = ussd.sorry(runtime())
    return gateway.showing(screen.text, screen.end)


def _pressed(gateway: Gateway, sent: Request) -> str:
    """Take keys where the carrier asks for the words elsewhere. Abort with 302 to end the call.

    The status alone is its answer (Exotel's Passthru): 200 goes on, 302 leads to the end.
    """
    if not isinstance(gateway, VoiceGateway):
        raise Unauthentic
    came = gateway.receive_call(sent)
    if not isinstance(came, Pressed):
        if isinstance(came, Unreadable):
            inbound.receive_unreadable(runtime(), came)
        abort(Response(status=302))
    if calling.is_over(runtime(), came):
        abort(Response(status=302))
    calling.answer(runtime(), came)
    return ""


def _called(gateway: Gateway, sent: Request) -> str:
    """Return the carrier's next step in a call; empty where it only reports."""
    if not isinstance(gateway, VoiceGateway):
        raise Unauthentic
    came = gateway.receive_call(sent)
    if isinstance(came, TakenUp | Pressed):
        return gateway.saying(calling.answer(runtime(), came))
    if isinstance(came, Receipt):
        receipts.receive(runtime(), came)
        return gateway.ending() if came.status is ReceiptStatus.FAILED else ""
    if isinstance(came, Inbound):
        inbound.receive(runtime(), came)
    else:
        inbound.receive_unreadable(runtime(), came)
    return gateway.rejecting()


for _offer in offers():
    for _hook in _offer.hooks:
        hooks.add_url_rule(
            _hook.path,
            endpoint=_hook.path.strip("/").replace("/", "_"),
            view_func=partial(_answer, _offer, _hook),
            methods=[_hook.method],
        )
