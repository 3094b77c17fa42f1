"""The findings of `flask doctor` about who could rewrite, and about the seals of the days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import psycopg

from settings import Settings
from store import own_role
from store.chains import publish, seal
from web.operations.findings import Finding

_DOCS: Final = "docs/operations.md, Nobody rewrites"
_LATE: Final = timedelta(days=2)  # the seal of yesterday comes after midnight


def examine(conn: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    """Yield what is wrong with the role of `conn`, the application's, and with the seals."""
    weak = own_role.weaknesses(conn)
    if not weak:
        yield Finding("ok", "roles", "the application adds to feed and books and never rewrites")
    elif settings.production:
        says = f"the application could rewrite: {'; '.join(weak)}. Run `flask --app app db roles`"
        yield Finding("wrong", "roles", f"{says} ({_DOCS})")
    else:
        yield Finding("note", "roles", f"the application could rewrite: {weak[0]} ({_DOCS})")
    lacks = own_role.unlimited(conn)
    if lacks is None:
        yield Finding("ok", "limits", "statements and locks of hooks have their time")
    else:
        says = (
            f"statements may take for ever: run `flask --app app db roles`, or as who may: {lacks}"
        )
        yield Finding("wrong" if settings.production else "note", "limits", says)
    yield from _seals(conn, settings)


def _seals(conn: psycopg.Connection[Any], settings: Settings) -> Iterator[Finding]:
    last = seal.last(conn)
    today = conn.execute("SELECT (now() AT TIME ZONE 'Asia/Kolkata')::date").fetchone()
    assert today is not None
    if last is None:
        yield Finding("note", "seals", "no day is over yet")
    elif today[0] - last.day > _LATE:
        says = (
            f"the last sealed day is {last.day}: does the worker run? `flask audit seal` says why"
        )
        yield Finding("wrong", "seals", says)
    else:
        yield Finding("ok", "seals", f"every day up to {last.day} is sealed")
    if settings.day_roots is None:
        if settings.production:
            says = "unset: the roots of the days are in no file, so who rewrites all may go unseen"
            yield Finding("wrong", "DAY_ROOTS_DIR", f"{says} ({_DOCS})")
    elif last is not None and publish.read(settings.day_roots, last.day) is None:
        says = f"the root of {last.day} is not there: can the worker write to it?"
        yield Finding("wrong", "DAY_ROOTS_DIR", says)
