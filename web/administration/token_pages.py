"""The tokens of software: made, renewed, ended. A token is shown once and is nowhere again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from postal.people import access, roster, token_log, tokens
from postal.people.tokens import TokenGrant
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.administration.room import doer, route, runtime
from web.api.engine import scopes
from web.staff.refusals import FormRefused, attempt, status_of

Page = str | Response | tuple[str, int]
_LONGEST_RATE = 1_000_000
_DAYS = tokens.LIFE.days


@route("/tokens", "tokens")
def tokens_() -> Page:
    """Show all tokens: what each may do, until when, and when it was used; never the tokens."""
    return _page()


@route("/tokens", "change_tokens", methods=("POST",))
def make_token() -> Page:
    """Make a token and show it, once."""
    name, ticked = given.line(request.form, "name", 200), request.form.getlist("scope")
    pins = sorted(set(request.form.get("pins", "").replace(",", " ").split()))
    if not ticked:
        return _page(refusal=FormRefused("token_no_scope")), 422

    def work(conn: Conn) -> str:
        grant = TokenGrant(
            scopes=None if "everything" in ticked else scopes.read(ticked),
            office_pins=pins or None,
            life=timedelta(days=given.whole(request.form, "days", tokens.LONGEST_LIFE.days) or 0),
            calls_a_minute=given.whole(request.form, "rate", _LONGEST_RATE) or None,
        )
        made = tokens.create(conn, name, grant, runtime().now())
        may = "every scope" if grant.scopes is None else ", ".join(grant.scopes)
        where = ", ".join(pins) or "every office"
        access.note(conn, doer(), "acted", reason=f"made the token {name}: {may}; {where}")
        return made

    try:
        made = runtime().database.run(work)
    except Refusal as refusal:
        return _page(refusal=refusal), status_of(refusal)
    return render_template("administration/token.html", name=name, token=made)


@route("/tokens/<int:id_>/renew", "change_tokens", methods=("POST",))
def renew_token(id_: int) -> Page:
    """Let a token hold for another year."""

    def work(conn: Conn, name: str) -> str:
        tokens.renew(conn, name, tokens.LIFE, runtime().now())
        access.note(conn, doer(), "acted", reason=f"renewed the token {name}: {_DAYS} days")
        return "token_renew_done"

    return _on(id_, work)


@route("/tokens/<int:id_>/revoke", "change_tokens", methods=("POST",))
def revoke_token(id_: int) -> Page:
    """End a token at once; its webhooks end with it."""

    def work(conn: Conn, name: str) -> str:
        if not tokens.revoke(conn, name):
            raise tokens.UnknownToken(name)
        access.note(conn, doer(), "acted", reason=f"ended the token {name}")
        return "token_revoke_done"

    return _on(id_, work)


def _on(id_: int, work: Callable[[Conn, str], str]) -> Page:
    attempt(lambda conn: work(conn, tokens.by_row(conn, id_).name))
    return redirect(url_for("administration.tokens_"))


def _page(refusal: Refusal | None = None) -> str:
    with runtime().database.transaction() as conn:
        found = tokens.listed(conn)
        used = {each.id: token_log.last_use(conn, each.id) for each in found}
        pins = {each.id: tokens.pins_of(conn, each) for each in found}
        offices = roster.offices(conn)
    return render_template(
        "administration/tokens.html",
        tokens=sorted(found, key=lambda each: (each.revoked_at is not None, each.name.lower())),
        used=used,
        pins=pins,
        offices=offices,
        now=runtime().now(),
        scopes=scopes.SCOPES,
        days=_DAYS,
        most_days=tokens.LONGEST_LIFE.days,
        typed=request.form,
        refusal=refusal,
    )
