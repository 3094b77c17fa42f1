"""Webhooks: the department's software is notified of events instead of asking for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from store import feed_kinds
from web.api.engine.fields import Input, Nothing, Output, Veiled
from web.api.engine.operation import Answer, Call, Operation, Reach
from web.api.engine.path import row
from webhooks import address, secret, subscriptions
from webhooks.address import LONGEST
from webhooks.subscriptions import End, State

_LAST = 2**63 - 1


def _declared(kind: str) -> str:
    if kind not in feed_kinds.DECLARED:
        raise ValueError("is no kind of event: docs/api.md lists them; without kinds: all")
    return kind


Kind = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(_declared),
    Field(json_schema_extra={"enum": sorted(feed_kinds.DECLARED)}),
]


class SubscribeIn(Input):
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


class WebhookOut(Output):
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


class NewWebhookOut(WebhookOut):
    secret: str = Field(
        description="whsec_…, the key of the signatures; shown here and never again"
    )


class WebhooksOut(Output):
    webhooks: list[WebhookOut]


class QueuedOut(Output):
    delivery: int


class DeliveryOut(Output):
    id: int
    event: int = Field(description="the event's cursor; 0: a ping")
    kind: str
    state: State
    attempts: int
    first_tried_at: datetime | None
    next_attempt_at: datetime | None
    settled_at: datetime | None
    error: Veiled | None


class DeliveriesOut(Output):
    """In order. Go on with `after=<next>`."""

    deliveries: list[DeliveryOut]
    next: int


class ReadDeliveriesIn(Input):
    state: Literal["pending", "delivered", "dead"] | None = None
    after: Annotated[int, Field(ge=0, le=_LAST, description="`next` of the page before")] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


def _subscribe(call: Call[SubscribeIn]) -> Answer:
    settings, url = call.runtime.settings, call.input.url
    if settings.production:
        address.public(url, settings.webhook_ports_open)
    else:
        address.anywhere(url)
    made = subscriptions.subscribe(call.conn, call.token_id, url, call.input.kinds, call.now)
    return Answer(201, NewWebhookOut.of(made, secret=""))


def _reveal(call: Call[SubscribeIn], body: Any) -> Any:
    """Return the answer with its secret, derived anew: what is kept for repeats lacks it."""
    bare = secret.COLUMN.of(call.conn, body["id"], call.runtime.keys)
    return body | {"secret": secret.written(bare)}


def _list(call: Call[Nothing]) -> Answer:
    found = subscriptions.of_token(call.conn, call.token_id)
    return Answer(200, WebhooksOut(webhooks=[WebhookOut.of(each) for each in found]))


def _end(call: Call[Nothing]) -> Answer:
    id_ = _mine(call)
    subscriptions.end(call.conn, id_, "asked", call.now)
    return Answer(200, WebhookOut.of(subscriptions.get(call.conn, id_)))


def _test(call: Call[Nothing]) -> Answer:
    id_ = _mine(call)
    return Answer(202, QueuedOut(delivery=subscriptions.ping(call.conn, id_, call.now)))


def _deliveries(call: Call[ReadDeliveriesIn]) -> Answer:
    asked = call.input
    found = subscriptions.deliveries(call.conn, _mine(call), asked.state, asked.after, asked.limit)
    shown = [
        DeliveryOut.of(
            each,
            event=each.position or 0,
            next_attempt_at=each.next_attempt_at if each.state == "pending" else None,
        )
        for each in found
    ]
    return Answer(200, DeliveriesOut(deliveries=shown, next=found[-1].id if found else asked.after))


def _mine(call: Call[Any]) -> int:
    id_ = row(call)
    subscriptions.insist_on(call.conn, id_, call.token_id)
    return id_


SUBSCRIBE = Operation(
    route="POST /webhooks",
    name="subscribe_webhook",
    scope="webhooks",
    whose=Reach.ITS_OFFICES,
    summary="From now on events are sent, signed, to an address of yours",
    input=SubscribeIn,
    handle=_subscribe,
    reveal=_reveal,
    answers={201: NewWebhookOut},
    problems=(409,),
)
LIST = Operation(
    route="GET /webhooks",
    name="list_webhooks",
    scope="webhooks",
    whose=Reach.ITS_OFFICES,
    summary="Your webhooks and how they fare, oldest first, ended ones too",
    input=Nothing,
    handle=_list,
    answers={200: WebhooksOut},
)
END = Operation(
    route="POST /webhooks/{id:webhook}/end",
    name="end_webhook",
    scope="webhooks",
    whose=Reach.ITS_OFFICES,
    summary="Nothing more is sent; what was waiting is dead",
    input=Nothing,
    handle=_end,
    answers={200: WebhookOut},
    problems=(404,),
)
TEST = Operation(
    route="POST /webhooks/{id:webhook}/test",
    name="test_webhook",
    scope="webhooks",
    whose=Reach.ITS_OFFICES,
    summary="Sends a ping, at once also where the receiver rests",
    input=Nothing,
    handle=_test,
    answers={202: QueuedOut},
    problems=(404, 409),
)
DELIVERIES = Operation(
    route="GET /webhooks/{id:webhook}/deliveries",
    name="read_deliveries",
    scope="webhooks",
    whose=Reach.ITS_OFFICES,
    summary="What became of each event: state=dead for those that were given up",
    input=ReadDeliveriesIn,
    handle=_deliveries,
    answers={200: DeliveriesOut},
    problems=(404,),
)
