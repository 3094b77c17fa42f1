"""The two hooks of every carrier that is described in a profile, answered as the profile says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, abort, request

from gateways.base import Request, Unauthentic
from gateways.profiles.gateway import HttpGateway
from gateways.profiles.profile import ProfileHook
from web.callers import Caller, states
from web.hooks.keeping import keep_receipt, keep_text
from web.hooks.requests import limit_body, received
from web.running import runtime

profile_hooks = Blueprint("profile_hooks", __name__, url_prefix="/hooks/http")
states(profile_hooks, Caller.CARRIER)
profile_hooks.before_request(limit_body)

# The methods that a profile may choose from. HEAD, which Flask adds to GET, would keep a text and
# answer nothing: no profile can allow it.
_METHODS: Final = ["GET", "POST"]


@profile_hooks.route("/<route>/<secret>/sms", methods=_METHODS)
def http_sms(route: str, secret: str) -> Response:
    gateway = _configured(route)
    hook = gateway.profile.inbound
    for each in _unpacked(gateway, hook, secret):
        keep_text(gateway.receive_text(each))
    return _as_configured(hook)


@profile_hooks.route("/<route>/<secret>/delivery", methods=_METHODS)
def http_delivery(route: str, secret: str) -> Response:
    gateway = _configured(route)
    hook = gateway.profile.receipt
    for each in _unpacked(gateway, hook, secret):
        keep_receipt(gateway.receive_receipt(each))
    return _as_configured(hook)


def _configured(route: str) -> HttpGateway:
    gateway = runtime().gateways.get(route)
    if not isinstance(gateway, HttpGateway):
        abort(404)
    return gateway


def _unpacked(gateway: HttpGateway, hook: ProfileHook | None, secret: str) -> Sequence[Request]:
    """Return the events of this call. Abort without the secret (404) or the method (405)."""
    if hook is None:
        abort(404)
    try:
        events = gateway.unpack(hook, received(secret))
    except Unauthentic:
        abort(404)
    if request.method not in hook.method:
        abort(405)
    return events


def _as_configured(hook: ProfileHook | None) -> Response:
    assert hook is not None
    answer = hook.answer
    response = Response(answer.body, answer.status, content_type=answer.content_type)
    response.cache_control.no_store = True  # no cache may keep the address of a GET
    return response
