"""Webhooks: made for a token, tried, ended. What was given up is sent again at the desk's page."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from outbox.wake import WEBHOOKS, ring
from postal.people import access, tokens
from store import feed_kinds
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.administration.room import doer, route, runtime
from web.staff.refusals import FormRefused, attempt, status_of
from webhooks import address, secret, subscriptions

Page = str | Response | tuple[str, int]


@route("/webhooks", "webhooks")
def webhooks() -> Page:
    """Show the webhooks and the form of a new one."""
    return _page()


@route("/webhooks", "change_webhooks", methods=("POST",))
def make_webhook() -> Page:
    """Send events to an address from now on; the secret that signs them is shown, once."""
    url = request.form.get("url", "").strip()
    kinds = request.form.getlist("kind")
    if not feed_kinds.DECLARED.keys() >= set(kinds):
        abort(400)  # none at all would be every kind

    def work(conn: Conn) -> tuple[int, str]:
        owner = tokens.by_row(conn, given.whole(request.form, "token") or 0)
        if owner.revoked_at is not None or owner.expired(runtime().now()):
            raise FormRefused("webhook_token_ended")
        if len(url) > address.LONGEST:
            raise FormRefused("webhook_bad_address")
        if runtime().settings.production:
            address.public(url, runtime().settings.webhook_ports_open)
        else:
            address.anywhere(url)
        made = subscriptions.subscribe(conn, owner.id, url, kinds, runtime().now())
        said = f"webhook {made.id} of {owner.name} to {address.host(url)}"
        access.note(conn, doer(), "acted", reason=said)
        return made.id, secret.written(secret.COLUMN.of(conn, made.id, runtime().keys))

    try:
        made, signs_with = runtime().database.run(work)
    except Refusal as refusal:
        return _page(refusal), status_of(refusal)
    return render_template("administration/webhook.html", id_=made, secret=signs_with)


@route("/webhooks/<int:id_>/end", "change_webhooks", methods=("POST",))
def end_webhook(id_: int) -> Page:
    """End a webhook: nothing more is sent, and what waits is dead."""

    def work(conn: Conn) -> str:
        subscriptions.end(conn, subscriptions.get(conn, id_).id, "asked", runtime().now())
        access.note(conn, doer(), "acted", reason=f"webhook {id_} ended")
        return "webhook_end_done"

    attempt(work)
    return redirect(url_for("administration.webhooks"))


@route("/webhooks/<int:id_>/ping", "change_webhooks", methods=("POST",))
def ping_webhook(id_: int) -> Page:
    """Send a ping to a webhook, to see whether its receiver answers."""

    def work(conn: Conn) -> str:
        subscriptions.ping(conn, id_, runtime().now())
        access.note(conn, doer(), "acted", reason=f"webhook {id_}: ping")
        return "webhook_ping_done"

    attempt(work)
    ring(runtime().redis, WEBHOOKS)
    return redirect(url_for("administration.webhooks"))


def _page(refusal: Refusal | None = None) -> str:
    now = runtime().now()
    with runtime().database.transaction() as conn:
        active = subscriptions.active(conn)
        owners = [
            each
            for each in tokens.listed(conn)
            if each.revoked_at is None and not each.expired(now)
        ]
    return render_template(
        "administration/webhooks.html",
        active=active,
        shown={each.id: address.shown(each.url) for each in active},
        owners=owners,
        kinds=tuple(feed_kinds.DECLARED),
        typed=request.form,
        refusal=refusal,
    )
