"""What two people signed stays; the telephones and words in it are kept no longer than others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from postal.privacy import forget, personal, retention
from postal.privacy.forget import NotForgettable
from postal.privacy.kept import Kept
from runtime import Runtime
from store.chains.redact import Removing
from store.database import Database
from tests.rigs.desk import sign_in
from tests.rigs.doers import reader
from tests.rigs.requests import ask, at, sign
from tests.rigs.transcript import Player

RECIPIENT, ASKED = "+919876500001", "+919876500002"
FORM = {"phone": ASKED, "reason": "wrong_entry", "note": "call her sister"}


@pytest.fixture
def refused(player: Player, app: Flask, runtime: Runtime, purging: Database) -> int:
    """A request about the telephone `ASKED`, which was refused."""
    player.step(f"article EU123456785IN to {RECIPIENT} en")
    id_ = ask(sign_in(app, runtime, "postmaster"), "/desk/articles/1/correct-number", **FORM)
    second = sign_in(app, runtime, "supervisor")
    with pytest.raises(NotForgettable, match="waits for a second person"):
        forgotten(runtime, purging)
    second.post(at(id_, "refuse"), answer="her sister says no")
    assert "refused already" in sign(second, id_)
    return id_


def forgotten(runtime: Runtime, purging: Database) -> None:
    by = Removing("root", "by letter", runtime.now())
    purging.run(lambda conn: forget.forget(conn, ASKED, by))


def stored(runtime: Runtime) -> tuple[object, ...]:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT phone, note, answer, state FROM requests").fetchone()
    assert row is not None
    return tuple(row)


def test_a_person_is_given_it_and_forgotten_in_it(
    refused: int, runtime: Runtime, purging: Database
) -> None:
    with runtime.database.transaction() as conn:
        parts = {
            part.name: part.rows for part in personal.parts(conn, ASKED, reader(runtime.now()))
        }
    assert parts["asked_to_take"][0]["state"] == "refused"
    forgotten(runtime, purging)
    assert str(stored(runtime)[0]).startswith("+999")


def test_words_and_telephone_go_after_their_time(
    refused: int, runtime: Runtime, purging: Database
) -> None:
    for past, left in ((1, (ASKED, "call her sister", "her sister says no", "refused")),
                       (400, (None, "", "", "refused"))):  # fmt: skip
        now = runtime.now() + timedelta(days=past)
        year = now - timedelta(days=365)
        list(retention.purge(purging, Kept(year, year, now, "root")))
        assert stored(runtime) == left
