"""The token of a call: whether it holds, what it may do, how often; and the log of its calls.

docs/developing/trust.md rule 14. It is checked before anything of the body is read.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any, Final

import psycopg
import structlog
from flask import Response, g, request
from redis import RedisError

from postal.people import token_log, tokens
from postal.people.tokens import Token
from settings import Settings
from store.gcra import Gcra
from web.api.engine.operation import Call, Operation, Reach
from web.api.engine.problems import Refused
from web.running import runtime

log = structlog.get_logger(__name__)

MAX_BODY: Final = 1024 * 1024  # bytes
_SCHEME: Final = "bearer "
_SERVED: Final[dict[str, Operation[Any]]] = {}


class NotAdmitted(Refused):
    """A call that its token does not allow; `headers` say so in the words of RFC 6750."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(status, detail)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def know(endpoint: str, operation: Operation[Any]) -> None:
    """Remember which operation an endpoint serves."""
    _SERVED[endpoint] = operation


def require_token() -> None:
    """Note whose token each request of a blueprint carries. Raises `NotAdmitted`."""
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(_SCHEME):
        says = "send the header Authorization: Bearer <token>"
        raise NotAdmitted(401, says, WWW_Authenticate='Bearer realm="dakiya"')
    with runtime().database.together() as conn:
        asked = tokens.ask_identify(conn, header[len(_SCHEME) :].strip())
    token = asked.answer()
    if token is None:
        raise _invalid("this token is unknown or revoked: make one with `flask token create NAME`")
    g.token = token
    if token.expired(runtime().now()):
        raise _invalid(
            f"this token, {token.name}, expired on {token.expires_at:%Y-%m-%d} at"
            f" {token.expires_at:%H:%M} UTC, and nothing was done: `flask token renew"
            f" {token.name}`, or make another"
        )
    _insist_on_scope(token)
    insist_on_rate(token, 1)


def limit_body() -> None:
    """Limit the body of a request: a longer one is refused with 413 while it is read."""
    served = _SERVED.get(request.endpoint or "")
    largest: Callable[[Settings], int] | None = served.largest if served else None
    request.max_content_length = largest(runtime().settings) if largest else MAX_BODY


def insist_on_office(operation: Operation[Any], call: Call[Any]) -> None:
    """Raise `NotAdmitted` where the call is about an office that its token does not act for."""
    if call.token.offices is None or operation.whose in (Reach.ANYONE, Reach.ITS_OFFICES):
        return
    pins = ", ".join(tokens.pins_of(call.conn, call.token))
    if isinstance(operation.whose, Reach):
        says = f"this token acts for {pins} alone, and {operation.name} is for every office"
        raise NotAdmitted(403, says)
    if not call.token.acts_for(operation.whose(call)):
        says = f"this token acts for {pins} alone, and this belongs to no such office"
        raise NotAdmitted(403, says)


def count(response: Response) -> Response:
    """Count the call in the log of its token; where that fails the answer stays as it is."""
    token: Token | None = g.get("token")
    served = _SERVED.get(request.endpoint or "")
    if token is None or served is None:
        return response
    status, now = response.status_code, runtime().now()
    log.info("api_call", token=token.name, operation=served.name, status=status)
    try:
        with runtime().database.together() as conn:
            token_log.count_use(conn, token.id, served.name, status, now)
    except psycopg.Error as error:
        log.error("token_not_counted", token=token.name, error=type(error).__name__)
    return response


def _invalid(says: str) -> NotAdmitted:
    challenge = 'Bearer realm="dakiya", error="invalid_token"'
    return NotAdmitted(401, says, WWW_Authenticate=challenge)


def _insist_on_scope(token: Token) -> None:
    served = _SERVED.get(request.endpoint or "")
    if served is None or token.may(served.needs):
        return
    raise NotAdmitted(
        403,
        f"this token, {token.name}, lacks the scope {served.needs}: make one that has it",
        WWW_Authenticate=f'Bearer realm="dakiya", error="insufficient_scope",'
        f' scope="{served.needs}"',
    )


def insist_on_rate(token: Token, calls: int) -> None:
    """Let half of a minute's calls go at once, the rest over the minute. Raises `NotAdmitted`.

    `calls`: that this is worth. Without Valkey there is no limit
    (docs/developing/architecture.md rule 12).
    """
    if token.calls_a_minute is None or not calls:
        return
    rate, burst = token.calls_a_minute / 60, max(1, token.calls_a_minute // 2)
    if calls > burst:
        says = f"this token, {token.name}, may do {burst} at once: send fewer in one call"
        raise NotAdmitted(422, says)
    try:
        wait = Gcra(runtime().redis).take(f"token:{token.id}", rate, burst, calls)
    except RedisError:
        return
    if wait:
        seconds = ceil(wait)
        raise NotAdmitted(
            429,
            f"this token, {token.name}, makes {token.calls_a_minute} calls a minute: ask again in"
            f" {seconds} s",
            Retry_After=str(seconds),
        )
