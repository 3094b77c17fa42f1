"""The JSON API under /api/v1: one file per resource; docs/developing/contract.md fixes the names.

`BLUEPRINTS` are registered by the application. Each operation is declared once (`operation.py`);
routes and OpenAPI document are made from it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import HTTPException

from store.refusals import Refusal
from web import loopback
from web.api import (
    arrivals,
    articles,
    batches,
    booking_steps,
    bookings,
    books,
    collect,
    counters,
    deposit,
    drafts,
    events,
    imports,
    lists,
    office_cash,
    office_lists,
    payments,
    pins,
    postmen,
    proof,
    receipts,
    reconciliations,
    simulator,
    slips,
    subscriptions,
    tariff,
    waiting,
)
from web.api.engine import bearer
from web.api.engine.bearer import NotAdmitted, limit_body, require_token
from web.api.engine.document import document
from web.api.engine.operation import Operation
from web.api.engine.problems import Refused, answer, of_http, of_refusal
from web.api.engine.serve import serve
from web.callers import Caller, states
from web.running import runtime

PREFIX = "/api/v1"
OPERATIONS: tuple[Operation[Any], ...] = (
    articles.BOOK,
    batches.BOOK,
    articles.GET,
    articles.RECALL,
    articles.SENDER_PROOF,
    articles.VISIT,
    articles.RETURN,
    proof.GET,
    proof.PRINT,
    pins.GET,
    tariff.QUOTE,
    bookings.MAKE,
    bookings.GET,
    *booking_steps.OPERATIONS,
    *counters.OPERATIONS,
    *receipts.OPERATIONS,
    *slips.OPERATIONS,
    collect.COLLECT,
    postmen.ADD,
    postmen.NAME_PHONE,
    postmen.BLOCK,
    *waiting.OPERATIONS,
    lists.MAKE,
    *books.OPERATIONS,
    arrivals.ARRIVE,
    *drafts.OPERATIONS,
    office_lists.LISTS,
    office_lists.LIST,
    office_lists.TAKE_IN,
    office_lists.CLOSE,
    office_lists.CLOSE_DAY,
    office_cash.COD,
    office_cash.HAND_IN,
    deposit.DEPOSIT,
    deposit.RETURNS,
    imports.RECEIVE,
    imports.GET,
    imports.START,
    imports.CANCEL,
    *payments.OPERATIONS,
    *reconciliations.OPERATIONS,
    events.READ,
    subscriptions.SUBSCRIBE,
    subscriptions.LIST,
    subscriptions.END,
    subscriptions.TEST,
    subscriptions.DELIVERIES,
)
SIMULATOR_OPERATIONS: tuple[Operation[Any], ...] = (simulator.RECEIVED,)


def _refuse(error: Refused) -> Response:
    response = answer(error)
    if isinstance(error, NotAdmitted):
        response.headers.update(error.headers)
    return response


def _refuse_domain(refusal: Refusal) -> Response:
    return answer(of_refusal(refusal))


def _blueprint(name: str, caller: Caller) -> Blueprint:
    blueprint = Blueprint(name, __name__, url_prefix=PREFIX)
    states(blueprint, caller)
    blueprint.before_request(limit_body)
    blueprint.after_request(bearer.count)
    blueprint.register_error_handler(Refused, _refuse)
    blueprint.register_error_handler(HTTPException, of_http)
    blueprint.register_error_handler(Refusal, _refuse_domain)
    return blueprint


def _add(blueprint: Blueprint, operation: Operation[Any]) -> None:
    def view(**path: str) -> Response:
        return serve(operation, path)

    rule = operation.path.replace("{", "<").replace("}", ">")
    bearer.know(f"{blueprint.name}.{operation.name}", operation)
    blueprint.add_url_rule(rule, operation.name, view, methods=[operation.method])


api = _blueprint("api", Caller.TOKEN)
api.before_request(require_token)
for _operation in OPERATIONS:
    _add(api, _operation)

simulated = _blueprint("api_simulator", Caller.DEVELOPMENT)


simulated.before_request(loopback.insist_on_loopback)
simulated.before_request(require_token)
for _operation in SIMULATOR_OPERATIONS:
    _add(simulated, _operation)

described = _blueprint("api_document", Caller.ANYONE)


@described.get("/openapi.json")
def openapi() -> Response:
    """Return the document; with the simulator where there is one for this caller."""
    served = OPERATIONS
    if loopback.simulated(runtime().settings) and loopback.admitted():
        served += SIMULATOR_OPERATIONS
    return jsonify(document(served))


BLUEPRINTS = (api, simulated, described)
