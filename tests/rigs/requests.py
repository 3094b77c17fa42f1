"""Two people, each in a session of their own, for what takes two: through the front door."""

from __future__ import annotations

import re
from html import unescape

from flask import Flask
from werkzeug.test import TestResponse

from runtime import Runtime
from tests.rigs.desk import Colleague, number, sign_in

_TOLD = re.compile(
    r'<div class="result"[^>]*>.*?</div>|<p class="told (?:done|refused)" role="status">.*?</p>',
    re.DOTALL,
)
_TAGS = re.compile(r"<[^>]+>")
_PLACE = re.compile(r'name="place" value="(\w+)"')
_AT = re.compile(r"/desk/requests/(\d+)$")


def told(colleague: Colleague, page: str) -> str:
    """What the page says of what was done last, with the texts that went out."""
    found = _TOLD.findall(colleague.get(page).text)
    return unescape(re.sub(r"\s+", " ", _TAGS.sub(" ", found[-1]))).strip() if found else ""


def asked(answer: TestResponse) -> int:
    """The number of the request that an answer leads to."""
    found = _AT.search(answer.headers.get("Location", ""))
    assert found, f"{answer.status_code} {answer.headers.get('Location')}: nothing was asked"
    return int(found[1])


def at(id_: int, act: str = "") -> str:
    """The address of a request, or of an act on it."""
    return f"/desk/requests/{id_}{'/' + act if act else ''}"


def ask(first: Colleague, path: str, **form: str) -> int:
    """The first person asks on a page."""
    return asked(first.post(path, **form))


def sign(colleague: Colleague, id_: int) -> str:
    """Sign a request, first or second as its page has it; return what the page says of it."""
    place = _PLACE.search(colleague.get(at(id_)).text)
    answer = colleague.post(at(id_, "sign"), place=place[1] if place else "second")
    assert answer.status_code == 302, answer.status_code
    return told(colleague, at(id_))


def both(first: Colleague, second: Colleague, path: str, **form: str) -> str:
    """One asks, the other one agrees; what the second one is told."""
    return sign(second, ask(first, path, **form))


def state(runtime: Runtime, id_: int) -> str:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT state FROM requests WHERE id = %s", (id_,)).fetchone()
    assert row is not None
    return str(row[0])


def confirm(colleague: Colleague, path: str, **form: str) -> TestResponse:
    """Send a form again with the number that the authenticator shows next, as the page asks."""
    shown = number(colleague.runtime, colleague.staff_row, steps=1)
    return colleague.post(path, second_factor=shown, **form)


def by_two(app: Flask, runtime: Runtime, id_: int) -> str:
    """A postmaster of 273303 and a supervisor, new ones, sign; what the second one is told."""
    sign(sign_in(app, runtime, "postmaster", f"postmaster-of-{id_}"), id_)
    return sign(sign_in(app, runtime, "supervisor", f"supervisor-of-{id_}"), id_)
