"""The servers of one tree for a comparison: run by that tree's Python, in that tree.

    python …/bench/stand.py KIND ARTICLES

Everything that it imports is the tree's own, which may be years older: whatever differs between
trees is asked for here and nowhere else. PostgreSQL, Valkey, its web (KIND `texts`, `approaches`,
`dials`, `bookings`) or its worker (`import`) are started, the books are filled by its own
`bench.books`. Then a line of JSON says where they are, and each line of JSON that comes in is
answered by one, until there is no more.
"""

from __future__ import annotations

import os
import sys

# Before the first import of the tree: where this file lies is another one.
sys.path[0] = os.getcwd()

import importlib
import inspect
import json
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from pydantic import SecretStr

from bench import books, importing, sending
from bench import rig as rigs
from settings import Settings

_PIN = "2468"
_CARRIER_RATE = 100.0  # texts a second, while a file is imported
_HASHES = 20


@dataclass
class Stand:
    """What was started: the first line, and who answers the further ones."""

    ready: dict[str, Any]
    made: rigs.Rig
    runtime: Any
    answers: dict[str, Callable[[Mapping[str, Any]], Any]] = field(default_factory=dict)


@contextmanager
def _texts(articles: int) -> Iterator[Stand]:
    with _web(articles) as stand:
        yield stand


@contextmanager
def _approaches(articles: int) -> Iterator[Stand]:
    with _web(articles) as stand:
        with stand.runtime.database.transaction() as conn:
            books.without_codes(conn)
        yield stand


@contextmanager
def _dials(articles: int) -> Iterator[Stand]:
    secret = secrets.token_hex(16)
    account = {
        "africastalking_username": "dakiya",
        "africastalking_api_key": secrets.token_hex(16),
        "africastalking_hook_secret": secret,
    }
    with _web(articles, account) as stand:
        with stand.runtime.database.transaction() as conn:
            conn.execute("UPDATE staff SET pin_hash = %s", [_hashed()])
        stand.ready |= {"path": f"/hooks/africastalking/{secret}/ussd", "pin": _PIN}
        stand.answers["hash"] = lambda _: _hash_seconds()
        yield stand


@contextmanager
def _bookings(articles: int) -> Iterator[Stand]:
    with _web(articles) as stand:
        ended = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", "token", "create", "bench"],
            env=_environment(stand.made),
            capture_output=True,
            text=True,
            check=True,
        )
        stand.ready["token"] = ended.stdout.split()[-1]
        yield stand


@contextmanager
def _import(_: int) -> Iterator[Stand]:
    with sending.sending(_CARRIER_RATE) as (made, _port):
        runtime = made.runtime()
        worker = sending.start_worker(made, runtime)
        ready = _where(made) | {"worker": worker.pid}
        stand = Stand(ready, made, runtime)
        stand.answers["check"] = lambda asked: _checked(stand, worker, asked["file"])
        stand.answers["import"] = lambda asked: _imported(stand, asked["id"])
        stand.answers["count"] = lambda _: _counts(stand)
        yield stand
        runtime.database.close()


def _web_command(port: int) -> list[str]:
    asked: Any = rigs.web_command
    if "application" in inspect.signature(asked).parameters:  # a tree of before
        asked = partial(asked, "app:create_app")
    command: list[str] = asked(port)
    return command


@contextmanager
def _web(articles: int, account: Mapping[str, str] | None = None) -> Iterator[Stand]:
    with rigs.rig(**_changes(account or {})) as made:
        runtime = made.runtime()
        doors = _filled(made, runtime, articles)
        port = rigs.free_port()
        web = made.start("web", _web_command(port))
        rigs.await_port(port, web)
        listed = made.directory / "doors.json"
        listed.write_text(json.dumps([_door(each) for each in doors]))
        ready = _where(made) | {"port": port, "web": web.pid, "doors": str(listed)}
        stand = Stand(ready, made, runtime)
        stand.answers["count"] = lambda _: _counts(stand)
        yield stand
        runtime.database.close()


def _changes(account: Mapping[str, str]) -> dict[str, Any]:
    """Return a carrier's settings as the tree's rig takes them: fields, later variables."""
    if any(name in Settings.model_fields for name in account):
        return {
            name: value if name.endswith("username") else SecretStr(value)
            for name, value in account.items()
        }
    return {name.upper(): value for name, value in account.items()}


def _filled(made: rigs.Rig, runtime: Any, articles: int) -> list[books.Doorstep]:
    fill: Any = books.fill
    if "database" in inspect.signature(fill).parameters:
        return list(fill(runtime.database, made.settings, articles, datetime.now(UTC)))
    return list(fill(made.settings, articles, datetime.now(UTC)))


def _door(door: books.Doorstep) -> list[Any]:
    return [door.postman_phone, door.recipient_phone, door.serial, door.number, door.code]


def _where(made: rigs.Rig) -> dict[str, Any]:
    environment = _environment(made)
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "PUBLIC_URL")
    return {
        "directory": str(made.directory),
        "postgres": made.servers.processes["postgres"].pid,
        "account": [environment[name] for name in names],
    }


def _environment(made: rigs.Rig) -> dict[str, str]:
    return dict(rigs._environment(made.settings))


def _hashed() -> str:
    pins = _pins()
    if len(inspect.signature(pins.hashed).parameters) == 1:
        return str(pins.hashed(_PIN))
    bearer = importlib.import_module("postal.people.weak_pins").PinBearer("", "", "")
    return str(pins.hashed(_PIN, bearer))


def _pins() -> Any:
    try:
        return importlib.import_module("postal.people.pins")
    except ImportError:
        return importlib.import_module("postal.pins")


def _hash_seconds() -> float:
    """Return the processor time of one PIN that is hashed: what a dial cannot do without."""
    began = time.process_time()
    for _ in range(_HASHES):
        _hashed()
    return (time.process_time() - began) / _HASHES


def _checked(stand: Stand, worker: subprocess.Popen[bytes], file: str) -> dict[str, Any]:
    content = Path(file).read_bytes()
    _, seconds, found, _ = importing._check(stand.runtime, psutil.Process(worker.pid), content)
    return {"id": found.id, "seconds": seconds}


def _imported(stand: Stand, id_: int) -> dict[str, Any]:
    """Import a checked file; return seconds."""
    runtime, register = stand.runtime, _of_import("register")
    began = time.monotonic()
    runtime.database.run(lambda conn: register.start(conn, id_, 0, runtime.now()))
    _of_import("ring_importer")(runtime)

    def done() -> bool:
        return bool(runtime.database.run(lambda conn: register.get(conn, id_)).state == "done")

    rigs.await_that(done, "it is imported", 3_600)
    return {"seconds": time.monotonic() - began}


def _of_import(name: str) -> Any:
    """Return what the tree's own measurement of an import uses, from wherever it has it."""
    return getattr(importing, name)


def _counts(stand: Stand) -> dict[str, int]:
    """Return the books in numbers: what came, what became of it, and each text by its template."""
    _read_waiting(stand)
    with stand.runtime.database.transaction() as conn:
        rows = conn.execute(
            """
            SELECT 'articles ' || state, count(*) FROM articles GROUP BY state
            UNION ALL SELECT 'codes issued', count(*) FROM articles WHERE code_issue > 0
            UNION ALL SELECT 'texts in', count(*) FROM messages WHERE direction = 'in'
            UNION ALL SELECT 'texts out', count(*) FROM messages WHERE direction = 'out'
            UNION ALL SELECT 'codes out', count(*) FROM messages
                      WHERE direction = 'out' AND lane = 'code'
            UNION ALL SELECT 'out ' || template, count(*) FROM messages
                      WHERE direction = 'out' GROUP BY template
            UNION ALL SELECT 'events', count(*) FROM events
            UNION ALL SELECT 'sprints', count(*) FROM sprints
            UNION ALL SELECT 'screen ' || screen, count(*) FROM ussd_hops GROUP BY screen
            """
        ).fetchall()
    return dict(rows)


def _read_waiting(stand: Stand) -> None:
    """Take the turns of texts that waited for the rows of others, as the clock would."""
    try:
        waiting = importlib.import_module("conversation.waiting")
    except ModuleNotFoundError:  # a tree of before there were any
        return
    while waiting.read_waiting(stand.runtime):
        pass


_KINDS: dict[str, Callable[[int], AbstractContextManager[Stand]]] = {
    "texts": _texts,
    "approaches": _approaches,
    "dials": _dials,
    "bookings": _bookings,
    "import": _import,
}


def main(kind: str, articles: str) -> None:
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)  # whatever prints, no line of ours is among it

        def say(what: object) -> None:
            print(json.dumps(what), file=out, flush=True)

        with _KINDS[kind](int(articles)) as stand:
            say(stand.ready)
            for line in sys.stdin:
                asked = json.loads(line)
                say(stand.answers[asked["do"]](asked))


if __name__ == "__main__":
    main(*sys.argv[1:])
