"""Webhooks: the department's software is told what happens, instead of asking."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from store import feed_kinds
from web.api.engine.fields import Input, Nothing, Output
from web.api.engine.operation import Answer, Call, Operation
from web.api.engine.path import row
from webhooks import address, subscriptions
from webhooks.address import LONGEST
from webhooks.subscriptions import End, State, Subscription

_LAST = 2**63 - 1


def _known(kind: str) -> str:
    if kind not in feed_kinds.DECLARED:
        raise ValueError("is no kind of event: docs/api.md lists them; without kinds: all")
    return kind


Kind = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(_known),
    Field(json_schema_extra={"enum": sorted(feed_kinds.DECLARED)}),
]


class Subscribe(Input):
    """`url` is https and on the internet; in development any."""

    url: Annotated[
        str,
        StringConstraints(min_length=1, max_length=LONGEST, pattern="^https?://[!-~]+$"),
        Field(examples=["https://post.example/dakiya"]),
    ]
    kinds: list[Kind] = Field(
        default_factory=list,
        max_length=len(feed_kinds.DECLARED),
        description="empty: events of every kind",
    )


class Webhook(Output):
    """`failures` in a row; while a receiver is down it rests until `rested_until`."""

    id: int
    url: str
    kinds: list[str]
    created_at: datetime
    ended_at: datetime | None
    end_reason: End | None
    failures: int
    rested_until: datetime | None
    succeeded_at: datetime | None
    waiting: int = Field(description="deliveries that are still to be made")
    dead: int = Field(description="deliveries given up after a day: the desk sends them again")


class NewWebhook(Webhook):
    secret: str = Field(
        description="whsec_…, the key of the signatures; shown here and never again"
    )


class Webhooks(Output):
    webhooks: list[Webhook]


class Queued(Output):
    delivery: int


class Delivery(Output):
    id: int
    event: int = Field(description="the event's cursor; 0: a ping")
    kind: str
    state: State
    attempts: int
    first_tried_at: datetime | None
    next_attempt_at: datetime | None
    settled_at: datetime | None
    error: str | None


class Deliveries(Output):
    """In order. Go on with `after=<next>`."""

    deliveries: list[Delivery]
    next: int


class ReadDeliveries(Input):
    state: Literal["pending", "delivered", "dead"] | None = None
    after: Annotated[int, Field(ge=0, le=_LAST, description="`next` of the page before")] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


def _subscribe(call: Call[Subscribe]) -> Answer:
    production = call.runtime.settings.production
    read = address.public if production else address.anywhere
    url = read(call.input.url)
    made = subscriptions.subscribe(call.conn, call.token_id, url, call.input.kinds, call.now)
    return Answer(201, NewWebhook(**_fields(made), secret=""))


def _reveal(call: Call[Subscribe], body: Any) -> Any:
    """The secret, derived anew: the answer that is kept for repeats does not hold it."""
    return body | {"secret": subscriptions.secret_of(call.conn, body["id"], _master_key(call))}


def _list(call: Call[Nothing]) -> Answer:
    found = subscriptions.of_token(call.conn, call.token_id)
    return Answer(200, Webhooks(webhooks=[Webhook(**_fields(each)) for each in found]))


def _end(call: Call[Nothing]) -> Answer:
    id_ = _mine(call)
    subscriptions.end(call.conn, id_, "asked", call.now)
    return Answer(200, Webhook(**_fields(subscriptions.get(call.conn, id_))))


def _test(call: Call[Nothing]) -> Answer:
    id_ = _mine(call)
    return Answer(202, Queued(delivery=subscriptions.ping(call.conn, id_, call.now)))


def _deliveries(call: Call[ReadDeliveries]) -> Answer:
    asked = call.input
    found = subscriptions.deliveries(call.conn, _mine(call), asked.state, asked.after, asked.limit)
    shown = [
        Delivery(
            id=each.id,
            event=each.position or 0,
            kind=each.kind,
            state=each.state,
            attempts=each.attempts,
            first_tried_at=each.first_tried_at,
            next_attempt_at=each.next_attempt_at if each.state == "pending" else None,
            settled_at=each.settled_at,
            error=each.error,
        )
        for each in found
    ]
    return Answer(200, Deliveries(deliveries=shown, next=found[-1].id if found else asked.after))


def _mine(call: Call[Any]) -> int:
    id_ = row(call)
    subscriptions.insist_on(call.conn, id_, call.token_id)
    return id_


def _fields(found: Subscription) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Webhook.model_fields}


def _master_key(call: Call[Any]) -> bytes:
    return call.runtime.settings.dakiya_master_key.get_secret_value().encode()


_PATH = {"id": "webhook"}

SUBSCRIBE = Operation(
    method="POST",
    path="/webhooks",
    name="subscribe_webhook",
    summary="From now on events are sent, signed, to an address of yours",
    input=Subscribe,
    handle=_subscribe,
    reveal=_reveal,
    answers={201: NewWebhook},
    problems=(409,),
)
LIST = Operation(
    method="GET",
    path="/webhooks",
    name="list_webhooks",
    summary="Your webhooks and how they fare, oldest first, ended ones too",
    input=Nothing,
    handle=_list,
    answers={200: Webhooks},
)
END = Operation(
    method="POST",
    path="/webhooks/{id}/end",
    name="end_webhook",
    summary="Nothing more is sent; what was waiting is dead",
    input=Nothing,
    handle=_end,
    answers={200: Webhook},
    problems=(404,),
    path_values=_PATH,
)
TEST = Operation(
    method="POST",
    path="/webhooks/{id}/test",
    name="test_webhook",
    summary="Sends a ping, at once also where the receiver rests",
    input=Nothing,
    handle=_test,
    answers={202: Queued},
    problems=(404, 409),
    path_values=_PATH,
)
DELIVERIES = Operation(
    method="GET",
    path="/webhooks/{id}/deliveries",
    name="read_deliveries",
    summary="What became of each event: state=dead for those that were given up",
    input=ReadDeliveries,
    handle=_deliveries,
    answers={200: Deliveries},
    problems=(404,),
    path_values=_PATH,
)
