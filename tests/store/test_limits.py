"""Every statement and lock has its time, and one that others hold is answered as busy."""

from __future__ import annotations

import psycopg
import pytest
from flask.testing import FlaskClient

from runtime import Runtime
from settings import Settings
from store import own_role
from store.database import Database
from store.limits import COMMANDS, HOOKS, PAGES
from tests.rigs.desk import sign_in


def _limits(database: Database) -> tuple[str, ...]:
    with database.transaction() as conn:
        row = conn.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
            " current_setting('TimeZone')"
        ).fetchone()
    assert row is not None
    return tuple(row)


def test_hooks_have_the_roles_limits_and_others_their_own(runtime: Runtime) -> None:
    database = runtime.database
    assert _limits(database) == ("5s", "800ms", "UTC")
    assert _limits(database.within(PAGES)) == ("15s", "3s", "UTC")
    assert _limits(database.within(COMMANDS)) == ("0", "10s", "UTC")
    assert _limits(database) == ("5s", "800ms", "UTC")  # nothing stays in a session
    with database.transaction() as conn:
        assert own_role.unlimited(conn) is None


def test_a_role_without_them_is_told_the_statement(owner: Database) -> None:
    with owner.transaction() as conn:
        says = own_role.unlimited(conn) or ""
    assert "SET lock_timeout = '800ms'" in says
    assert "statement_timeout" in says


@pytest.mark.usefixtures("player")
def test_a_page_that_others_hold_up_says_so(
    client: FlaskClient, runtime: Runtime, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.running.PAGES", HOOKS)  # not three seconds, here
    agent = sign_in(client.application, runtime, "agent")
    with psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("LOCK TABLE staff IN ACCESS EXCLUSIVE MODE")
        page = agent.get("/desk")
        hook = client.post("/hooks/simulator/sms", json={"from": "+919876500001", "text": "1"})
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "Very much is asked for" in page.text
    assert hook.status_code in (200, 503)  # kept to be read by the clock, or asked for again
