"""Health, metrics, headers and refusals: what every request gets, whatever it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Blueprint
from flask.testing import FlaskClient
from pydantic import SecretStr
from redis import Redis
from structlog.testing import capture_logs

from app import create_app
from outbox import heartbeat
from outbox.wake import SWEEP, ring
from runtime import Runtime
from store import migrate
from store.database import Database
from tests.rigs.clock import Clock
from tests.rigs.transcript import Player

_WAITING = """
INSERT INTO messages (direction, phone, at, body, status, template, language, segments, lane,
                      not_after, next_attempt_at)
VALUES ('out', '+919839012345', %(now)s, 'x', 'queued', 'help', 'en', 1, %(lane)s,
        %(now)s + interval '1 hour', %(now)s)
"""


def _queue(runtime: Runtime, lane: str) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(_WAITING, {"now": runtime.now(), "lane": lane})


@pytest.fixture
def closed_database() -> Iterator[Database]:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    yield database
    database.close()


def test_alive_asks_nothing_of_anyone(runtime: Runtime, closed_database: Database) -> None:
    lonely = replace(runtime, database=closed_database, redis=Redis.from_url("redis://127.0.0.1:1"))
    assert create_app(lonely).test_client().get("/healthz").status_code == 200


def test_ready_where_everything_answers(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["failing"] == []
    assert answer.get_json()["migrations"] == f"at {migrate.newest()}"


TOKEN = "metrics of the tests: 32 bytes or more"
OUTSIDE = {"REMOTE_ADDR": "203.0.113.7"}
# Without an address: from this machine's own, as what a proxy on it passes on.
STRANGERS: list[dict[str, Any]] = [
    {"environ_base": OUTSIDE},
    {"environ_base": {"REMOTE_ADDR": ""}},
    {"headers": {"X-Forwarded-For": "203.0.113.7"}},
    {"headers": {"X-Forwarded-For": "127.0.0.1"}},  # as a client of that proxy may write
    {"headers": {"Forwarded": "for=203.0.113.7"}},
    {"headers": {"X-Real-IP": "203.0.113.7"}},
    {"environ_base": OUTSIDE, "headers": {"Authorization": "Bearer "}},
    {"environ_base": OUTSIDE, "headers": {"Authorization": f"Bearer {TOKEN}x"}},
    {"environ_base": OUTSIDE, "headers": {"Authorization": "Bearer é"}},
]


@pytest.fixture
def with_token(runtime: Runtime) -> FlaskClient:
    settings = runtime.settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    return create_app(replace(runtime, settings=settings)).test_client()


@pytest.mark.parametrize("asks", STRANGERS)
def test_who_is_neither_here_nor_has_the_token_learns_only_yes_or_no(
    with_token: FlaskClient, client: FlaskClient, asks: dict[str, Any]
) -> None:
    for each in (with_token, client):
        assert each.get("/readyz", **asks).get_json() == {"ready": True}
        assert each.get("/metrics", **asks).status_code == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_told_what_fails(client: FlaskClient, address: str) -> None:
    here = {"REMOTE_ADDR": address}
    assert client.get("/readyz", environ_base=here).get_json()["outbox"]
    assert client.get("/metrics", environ_base=here).status_code == 200


def test_the_token_opens_both_from_anywhere(with_token: FlaskClient) -> None:
    asks: dict[str, Any] = {
        "environ_base": OUTSIDE,
        "headers": {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.8"},
    }
    assert with_token.get("/readyz", **asks).get_json()["database"] == "answers"
    assert "dakiya_valkey_up 1.0" in with_token.get("/metrics", **asks).text


def test_without_a_token_no_bearer_opens_them(client: FlaskClient) -> None:
    for header in ("Bearer", "Bearer ", "bearer x"):
        answer = client.get("/metrics", environ_base=OUTSIDE, headers={"Authorization": header})
        assert answer.status_code == 404


def test_not_ready_is_all_that_a_stranger_learns(runtime: Runtime) -> None:
    app = create_app(replace(runtime, redis=Redis.from_url("redis://127.0.0.1:1")))
    answer = app.test_client().get("/readyz", environ_base=OUTSIDE)
    assert (answer.status_code, answer.get_json()) == (503, {"ready": False})


def test_not_ready_without_valkey(runtime: Runtime) -> None:
    app = create_app(replace(runtime, redis=Redis.from_url("redis://127.0.0.1:1")))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["failing"]) == (503, ["redis"])


def test_not_ready_without_postgresql(runtime: Runtime, closed_database: Database) -> None:
    answer = create_app(replace(runtime, database=closed_database)).test_client().get("/readyz")
    assert answer.status_code == 503
    failing = answer.get_json()["failing"]
    assert failing == ["database", "migrations", "keys", "outbox", "carriers", "months"]
    assert "127.0.0.1" not in answer.text


def test_not_ready_where_an_answer_waits_too_long(
    runtime: Runtime, client: FlaskClient, clock: Clock
) -> None:
    _queue(runtime, "reply")
    clock.advance(seconds=60)
    assert client.get("/readyz").status_code == 200
    clock.advance(seconds=1)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["failing"]) == (503, ["outbox"])


def test_not_ready_where_every_carrier_rests(runtime: Runtime, client: FlaskClient) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO carriers (name, changed_at, ordered, ordered_at, order_reason)"
            " VALUES ('simulator', now(), 'rest', now(), 'test')"
        )
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["failing"]) == (503, ["carriers"])


def test_bulk_may_wait(runtime: Runtime, client: FlaskClient, clock: Clock) -> None:
    _queue(runtime, "bulk")
    clock.advance(seconds=3000)
    assert client.get("/readyz").status_code == 200


def test_metrics_count_what_waits_and_for_how_long(
    runtime: Runtime, client: FlaskClient, clock: Clock
) -> None:
    _queue(runtime, "notice")
    clock.advance(seconds=30)
    _queue(runtime, "notice")
    lines = client.get("/metrics").text.splitlines()
    assert 'dakiya_outbox_waiting{lane="notice"} 2.0' in lines
    assert 'dakiya_outbox_overdue_seconds{lane="notice"} 30.0' in lines
    assert 'dakiya_outbox_waiting{lane="code"} 0.0' in lines
    assert (
        'dakiya_messages_last_hour{direction="out",gateway="",lane="notice",status="queued"} 2.0'
        in lines
    )


def test_metrics_forget_after_an_hour(runtime: Runtime, client: FlaskClient, clock: Clock) -> None:
    _queue(runtime, "notice")
    clock.advance(seconds=3601)
    assert "dakiya_messages_last_hour{" not in client.get("/metrics").text


def test_every_answer_has_an_id_and_keeps_strangers_scripts_out(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "from-the-proxy-1"})
    assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    forged = client.get("/healthz", headers={"X-Request-ID": "x y\tz<script>"})
    assert len(forged.headers["X-Request-ID"]) == 16


def test_unknown_addresses_are_refused_in_the_callers_form(client: FlaskClient) -> None:
    page, call = client.get("/nowhere"), client.get("/api/v1/nowhere")
    assert (page.status_code, page.mimetype) == (404, "text/plain")
    assert (call.status_code, call.mimetype) == (404, "application/problem+json")


def test_a_blueprint_that_does_not_say_who_may_call_it_is_refused(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app._BLUEPRINTS", (Blueprint("unsaid", __name__),))
    with pytest.raises(LookupError, match="unsaid"):
        create_app(runtime)


def test_an_unexpected_exception_is_logged_without_what_it_says(runtime: Runtime) -> None:
    app = create_app(runtime)

    @app.get("/crash")
    def crash() -> str:
        raise ValueError("+919839012345 sent 482913")

    app.testing = False
    with capture_logs() as logs:
        answer = app.test_client().get("/crash")
    assert answer.status_code == 500
    assert "482913" not in answer.text
    assert [entry["error"] for entry in logs] == ["ValueError"]
    assert "crash" in logs[0]["at"][-1]
    assert "482913" not in repr(logs)


def test_metrics_tell_of_codes_turns_and_how_fast_a_carrier_took_them(
    player: Player, client: FlaskClient
) -> None:
    player.step("postman 1001 +919839000001")
    player.step("article EU123456785IN to +919839000011 en")
    player.step("list 1001: EU123456785IN")
    player.step("+919839000001 > 1")
    player.step("+919839000001 > 1 000000")
    lines = client.get("/metrics").text.splitlines()
    assert 'dakiya_codes_last_hour{state="live"} 1.0' in lines
    assert 'dakiya_code_tries_last_hour{outcome="wrong"} 1.0' in lines
    assert 'dakiya_turns_last_hour{machine="postman"} 3.0' in lines
    bucket = (
        'dakiya_handover_last_hour_seconds_bucket{gateway="simulator",lane="code",le="0.5"} 1.0'
    )
    assert bucket in lines


def test_metrics_tell_of_queues_and_of_who_is_silent(runtime: Runtime, client: FlaskClient) -> None:
    ring(runtime.redis, SWEEP)
    heartbeat.note(runtime.redis, "clock")
    lines = client.get("/metrics").text.splitlines()
    assert "dakiya_valkey_up 1.0" in lines
    assert 'dakiya_rq_jobs_waiting{queue="sweep"} 1.0' in lines
    assert 'dakiya_rq_jobs_failed{queue="outbox"} 0.0' in lines
    seen = 'dakiya_silence_seconds{process="clock"} '
    (age,) = (float(line.removeprefix(seen)) for line in lines if line.startswith(seen))
    assert 0 <= age < 60  # by Valkey's clock, which does not stand still
    assert not [line for line in lines if line.startswith('dakiya_silence_seconds{process="worker')]


def test_metrics_without_valkey_say_so_and_tell_the_rest(runtime: Runtime) -> None:
    app = create_app(replace(runtime, redis=Redis.from_url("redis://127.0.0.1:1")))
    lines = app.test_client().get("/metrics").text.splitlines()
    assert "dakiya_valkey_up 0.0" in lines
    assert "dakiya_outbox_sending 0.0" in lines
