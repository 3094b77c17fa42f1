"""Sessions through the Africa's Talking hook: how long a person waits for a screen."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import books
from bench.books import Doorstep
from bench.dialler import Dialled
from bench.rig import HOUSE, MeasureFailed, Rig, await_port, free_port, rig, web_command
from postal.people import pins
from postal.people.weak_pins import PinBearer
from runtime import Runtime

PEOPLE = 50
PIN = "2468"


@dataclass(frozen=True)
class Plan:
    """The number of sessions, and the seconds that a person thinks before an answer."""

    sessions: int
    warm_up: int
    think: float


def measure(plan: Plan) -> Dialled:
    """Measure sessions. Raises `MeasureFailed` also where a handover was answered and not done."""
    secret = secrets.token_hex(16)
    with rig(
        AFRICASTALKING_USERNAME="dakiya",
        AFRICASTALKING_API_KEY=secrets.token_hex(16),
        AFRICASTALKING_HOOK_SECRET=secret,
    ) as made:
        runtime = made.runtime()
        every = plan.sessions + plan.warm_up
        # Each a postman of his own with his whole list: a telephone dials once at a time.
        articles = every * books.LIST_LENGTH
        doorsteps = books.fill(made.settings, articles, datetime.now(UTC))[:every]
        with runtime.database.transaction() as conn:
            conn.execute(
                "UPDATE staff SET pin_hash = %s", [pins.hashed(PIN, PinBearer("", "", ""))]
            )
        port = free_port()
        await_port(port, made.start("web", web_command(port)))
        path = f"/hooks/africastalking/{secret}/ussd"
        _run(made, path, port, doorsteps[plan.sessions :], 0.0)
        _forget_the_dials(runtime)
        dialled = _run(made, path, port, doorsteps[: plan.sessions], plan.think)
        _check(runtime, doorsteps)
        runtime.database.close()
    return dialled


def _run(made: Rig, path: str, port: int, doorsteps: list[Doorstep], think: float) -> Dialled:
    file = made.directory / "sessions"
    sessions = [_session(number, door) for number, door in enumerate(doorsteps)]
    Path(file).write_text(json.dumps({"path": path, "sessions": sessions}))
    command = [sys.executable, "-m", "bench.dialler", str(file), str(port), str(PEOPLE), str(think)]
    ended = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise MeasureFailed(f"the dialling client failed: {ended.stderr[-1500:]}")
    return Dialled(**json.loads(ended.stdout))


def _session(number: int, door: Doorstep) -> list[str]:
    """Return a session: two of three hand an article over, the third asks where his is."""
    if _asks(number):
        return [door.recipient_phone, "7", door.number[-6:-2]]
    return [door.postman_phone, PIN, str(door.serial), "2", door.code, "0"]


def _asks(number: int) -> bool:
    return number % 3 == 2


def _forget_the_dials(runtime: Runtime) -> None:
    """Forget the warm-up's dials, which have the session ids of those that count."""
    with runtime.database.transaction() as conn:
        conn.execute("DELETE FROM ussd_sessions")


def _check(runtime: Runtime, doorsteps: list[Doorstep]) -> None:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT count(*) FROM articles WHERE state = 'delivered'").fetchone()
    assert row is not None
    # Of warm-up and run alike, nearly two of three: what each hands over is another article.
    expected = 2 * len(doorsteps) // 3
    if abs(row[0] - expected) > 2:
        raise MeasureFailed(f"{expected} handovers by USSD: {row[0]} delivered")
