"""The page of the webhooks: their state, and what is sent again."""

from __future__ import annotations

from typing import Final

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from outbox.wake import WEBHOOKS, ring
from postal.people import access
from store.database import Conn
from web import given
from web.desk.room import doer, route, runtime
from web.staff.refusals import attempt
from webhooks import address, subscriptions

_MOST: Final = 100


@route("/webhooks", "webhooks")
def webhook_board() -> str:
    """Show the webhooks, and the deliveries that were given up."""
    with runtime().database.transaction() as conn:
        active = subscriptions.active(conn)
        dead = subscriptions.dead(conn, _MOST)
    return render_template(
        "desk/webhooks.html",
        active=active,
        dead=dead,
        most=_MOST,
        shown={each.id: address.shown(each.url) for each in active},
        hosts={each.id: address.host(each.url) for each in active},
    )


@route("/webhooks/<int:id_>/send-again", "webhooks", methods=("POST",))
def send_webhook_again(id_: int) -> Response:
    """Send again what was given up of a webhook: the delivery in the form, else all."""
    one = given.whole(request.form, "delivery")

    def work(conn: Conn) -> str:
        now = runtime().now()
        again = subscriptions.replay(conn, id_, one, now)
        if not again:
            return "webhook_nothing_dead"
        access.note(conn, doer(), "acted", reason=f"webhook {id_}: {again} sent again")
        return "webhook_sent_again"

    attempt(work)
    ring(runtime().redis, WEBHOOKS)
    return redirect(url_for("desk.webhook_board"))
