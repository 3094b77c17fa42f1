"""The hooks that carriers call: HTTP in, a gateway's types out, an answer in the carrier's words.

Nothing authentic is dropped: what cannot be read is stored and answered with 200, or the carrier
would repeat it for hours. Bodies over 64 KiB are 413. Paths hold secrets, and queries of some
carriers telephone numbers: never log an address.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from flask import Blueprint, Response, abort, current_app, jsonify, request

from conversation import inbound, ussd
from gateways.base import (
    Dialled,
    Gateway,
    HungUp,
    Inbound,
    Receipt,
    Request,
    TakenUp,
    Unauthentic,
    Unreadable,
    UssdGateway,
    VoiceGateway,
)
from gateways.profiles.gateway import HttpGateway
from gateways.profiles.profile import Hook
from outbox import calls, receipts
from runtime import Runtime
from web.callers import Caller, states

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")
states(hooks, Caller.CARRIER)

LARGEST_BODY = 64 * 1024
# What a configured carrier may use at all; its profile says which. HEAD, which Flask adds to GET,
# would keep a text and answer nothing: no profile can allow it.
_METHODS = ["GET", "POST"]


@hooks.before_request
def limit_body() -> None:
    """One byte more is read than is taken: werkzeug cuts a chunked body at its limit, silently.

    The query of a carrier that calls by GET is its body.
    """
    request.max_content_length = LARGEST_BODY + 1
    if max(len(request.get_data(cache=True)), len(request.query_string)) > LARGEST_BODY:
        abort(413)


@hooks.post("/twilio/sms")
def twilio_sms() -> Response:
    _take_text("twilio", refusal=403)
    return Response("<Response/>", mimetype="text/xml")


@hooks.post("/twilio/status")
def twilio_status() -> Response:
    _take_receipt("twilio", refusal=403)
    return Response(status=204)


@hooks.post("/africastalking/<secret>/sms")
def africastalking_sms(secret: str) -> Response:
    _take_text("africastalking", refusal=404, secret=secret)
    return Response("OK", mimetype="text/plain")


@hooks.post("/africastalking/<secret>/delivery")
def africastalking_delivery(secret: str) -> Response:
    _take_receipt("africastalking", refusal=404, secret=secret)
    return Response("OK", mimetype="text/plain")


@hooks.post("/africastalking/<secret>/ussd")
def africastalking_ussd(secret: str) -> Response:
    """`CON` and a screen that takes an answer, or `END` and the last one."""
    screen = _take_ussd("africastalking", secret=secret)
    if screen is None:
        return Response("OK", mimetype="text/plain")
    return Response(f"{'END' if screen.end else 'CON'} {screen.text}", mimetype="text/plain")


@hooks.route("/http/<route>/<secret>/sms", methods=_METHODS)
def http_sms(route: str, secret: str) -> Response:
    gateway = _configured(route)
    hook = gateway.profile.inbound
    for each in _unpacked(gateway, hook, secret):
        _keep_text(gateway.receive_text(each))
    return _as_configured(hook)


@hooks.route("/http/<route>/<secret>/delivery", methods=_METHODS)
def http_delivery(route: str, secret: str) -> Response:
    gateway = _configured(route)
    hook = gateway.profile.receipt
    for each in _unpacked(gateway, hook, secret):
        _keep_receipt(gateway.receive_receipt(each))
    return _as_configured(hook)


@hooks.post("/simulator/ussd")
def simulator_ussd() -> Response:
    screen = _take_ussd("simulator")
    assert screen is not None
    return jsonify({"screen": screen.text, "end": screen.end})


@hooks.post("/simulator/sms")
def simulator_sms() -> Response:
    _take_text("simulator", refusal=404)
    return Response("{}", mimetype="application/json")


@hooks.post("/twilio/voice")
def twilio_voice() -> Response:
    """Somebody calls us, and is rejected; or has taken up a call of ours, and hears its words."""
    return Response(_take_call("twilio_voice", refusal=403), mimetype="text/xml")


@hooks.post("/twilio/voice/status")
def twilio_voice_status() -> Response:
    _take_receipt("twilio_voice", refusal=403)
    return Response(status=204)


@hooks.post("/africastalking/<secret>/voice")
def africastalking_voice(secret: str) -> Response:
    """As Twilio's two in one: what a call is, the carrier's fields say."""
    said = _take_call("africastalking_voice", refusal=404, secret=secret)
    return Response(said, mimetype="text/plain")


@hooks.post("/simulator/voice")
def simulator_voice() -> Response:
    said = _take_call("simulator_voice", refusal=404)
    return Response(said or "{}", mimetype="application/json")


def _take_text(name: str, refusal: int, secret: str = "") -> None:
    gateway = _gateway(name, refusal)
    try:
        came = gateway.receive_text(_request(secret))
    except Unauthentic:
        abort(refusal)
    _keep_text(came)


def _keep_text(came: Inbound | Unreadable) -> None:
    if isinstance(came, Unreadable):
        inbound.receive_unreadable(_runtime(), came)
    else:
        inbound.receive(_runtime(), came)


def _take_ussd(name: str, secret: str = "") -> ussd.Screen | None:
    """What to show; None where the carrier only tells that a session is over."""
    gateway = _gateway(name, refusal=404)
    if not isinstance(gateway, UssdGateway):
        abort(404)
    try:
        came = gateway.receive_ussd(_request(secret))
    except Unauthentic:
        abort(404)
    if isinstance(came, Dialled):
        return ussd.answer(_runtime(), came)
    if isinstance(came, HungUp):
        ussd.hang_up(_runtime(), came)
        return None
    inbound.receive_unreadable(_runtime(), came)
    return ussd.sorry(_runtime())


def _take_call(name: str, refusal: int, secret: str = "") -> str:
    """The carrier's next step in a call, in its own words; empty where it only tells us."""
    gateway = _gateway(name, refusal)
    if not isinstance(gateway, VoiceGateway):
        abort(refusal)
    try:
        came = gateway.receive_call(_request(secret))
    except Unauthentic:
        abort(refusal)
    if isinstance(came, TakenUp):
        return gateway.saying(calls.words_for(_runtime(), came))
    if isinstance(came, Receipt):
        receipts.receive(_runtime(), came)
        return gateway.ending()
    if isinstance(came, Inbound):
        inbound.receive(_runtime(), came)
    else:
        inbound.receive_unreadable(_runtime(), came)
    return gateway.rejecting()


def _take_receipt(name: str, refusal: int, secret: str = "") -> None:
    gateway = _gateway(name, refusal)
    try:
        came = gateway.receive_receipt(_request(secret))
    except Unauthentic:
        abort(refusal)
    _keep_receipt(came)


def _keep_receipt(came: Receipt | Unreadable) -> None:
    if isinstance(came, Receipt):
        receipts.receive(_runtime(), came)
    else:
        receipts.receive_unreadable(_runtime(), came)


def _configured(route: str) -> HttpGateway:
    gateway = _runtime().gateways.get(route)
    if not isinstance(gateway, HttpGateway):
        abort(404)
    return gateway


def _unpacked(gateway: HttpGateway, hook: Hook | None, secret: str) -> Sequence[Request]:
    """The events of this call. 404 for whoever does not know the secret, then 405 for a method."""
    if hook is None:
        abort(404)
    try:
        events = gateway.unpack(hook, _request(secret))
    except Unauthentic:
        abort(404)
    if request.method not in hook.method:
        abort(405)
    return events


def _as_configured(hook: Hook | None) -> Response:
    assert hook is not None
    answer = hook.answer
    response = Response(answer.body, answer.status, content_type=answer.content_type)
    response.cache_control.no_store = True  # of a GET, nobody may keep the address
    return response


def _gateway(name: str, refusal: int) -> Gateway:
    gateway = _runtime().gateways.get(name)
    if gateway is None:
        abort(refusal)
    return gateway


def _request(secret: str) -> Request:
    """What came, with the URL that the carrier called: PUBLIC_URL, then path and query as sent.

    The path is the route's own and holds nothing to unquote; the query is kept as it is.
    """
    query = request.query_string.decode("utf-8", "replace")
    sent = f"{request.path}?{query}" if query else request.path
    body = request.get_data(cache=True)  # what is no form is kept too
    return Request(
        url=_runtime().settings.public_url + sent,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        form=request.form,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        secret=secret,
    )


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["dakiya"]
    return runtime
