"""The baseline of the comparison: bare Flask and psycopg, executing the same statements.

One route checks Twilio's signature with the SDK's own validator and puts the request through the
recorded script (bench/recording.py) in one transaction of a plain psycopg pool. It understands,
decides and renders nothing, and knows no Valkey.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request
from psycopg import Connection, Cursor
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool
from twilio.request_validator import RequestValidator

from bench.recording import Execute, ExecuteMany, Fetch, Json, Listed, Pipeline, Script, Slot, Text
from settings import Settings
from web.front import rooms
from web.front.front import Front
from web.front.wsgi import WholeAnswer

Values = list[Any]
Fill = Callable[[Values], Any]
Conn = Connection[tuple[Any, ...]]


def create_app() -> Flask:
    script: Script = pickle.loads(Path(os.environ["BENCH_SCRIPT"]).read_bytes())  # noqa: S301
    replay = _replayer(script)
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    public_url = os.environ["PUBLIC_URL"]
    size = int(os.environ["DATABASE_POOL"])
    pool: ConnectionPool[Conn] = ConnectionPool(
        os.environ["DATABASE_URL"], min_size=1, max_size=size, configure=_configure, open=False
    )
    pool.open()
    app = Flask(__name__)

    @app.post("/hooks/twilio/sms")
    def text() -> Response:
        form = request.form
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(public_url + request.path, form, signature):
            abort(403)
        serial = int(form["Body"].split()[0])
        values = [datetime.now(UTC), form["From"], form["MessageSid"], serial]
        with pool.connection() as conn:
            replay(conn, values)
        return Response("<Response/>", mimetype="text/xml")

    return app


def create_front() -> Front:
    """Return it behind the same front as ours."""
    places = rooms.rooms(Settings())
    return Front(create_app(), places, {room.name: WholeAnswer(503, [], b"") for room in places})


def _configure(conn: Conn) -> None:
    conn.execute("SET TIME ZONE 'UTC'")
    conn.execute("SET lock_timeout = 0")  # it cannot put off a text whose rows others hold
    conn.commit()


def _replayer(script: Script) -> Callable[[Conn, Values], None]:
    steps = [_compile(place, step) for place, step in enumerate(script.steps)]
    room = [None] * (script.slots - 4)

    def replay(conn: Conn, values: Values) -> None:
        values += room
        cursors: dict[int, Cursor[Any]] = {}
        with ExitStack() as pipelines:
            for step in steps:
                step(conn, values, cursors, pipelines)

    return replay


_Run = Callable[[Conn, Values, dict[int, Cursor[Any]], ExitStack], None]


def _compile(place: int, step: Any) -> _Run:
    match step:
        case Execute(sql, parameters, prepare):
            fill = _filler(parameters)

            def execute(conn: Conn, values: Values, cursors: Any, _: ExitStack) -> None:
                cursors[place] = conn.execute(sql, fill(values), prepare=prepare)

            return execute
        case ExecuteMany(sql, rows, returning):
            fills = [_filler(row) for row in rows]

            def execute_many(conn: Conn, values: Values, cursors: Any, _: ExitStack) -> None:
                cursor = cursors[place] = conn.cursor()
                cursor.executemany(sql, [each(values) for each in fills], returning=returning)

            return execute_many
        case Fetch(of, slots):

            def fetch(conn: Conn, values: Values, cursors: Any, _: ExitStack) -> None:
                rows = _rows(cursors[of])
                for r, c, slot in slots:
                    values[slot.number] = rows[r][c]

            return fetch
        case Pipeline(begins):

            def pipeline(conn: Conn, _: Values, __: Any, pipelines: ExitStack) -> None:
                if begins:
                    pipelines.enter_context(conn.pipeline())
                else:
                    pipelines.close()

            return pipeline
    raise TypeError(f"no step: {step!r}")


def _rows(cursor: Cursor[Any]) -> list[Any]:
    rows = cursor.fetchall()
    while cursor.nextset():
        rows += cursor.fetchall()
    return rows


def _as_is(text: str) -> str:
    return text


def _filler(value: Any) -> Fill:
    """Return the function that makes the current value of a recorded one."""
    match value:
        case Slot(number):
            return lambda values: values[number]
        case Text(parts):
            fills = [_filler(part) for part in parts]
            return lambda values: "".join([fill(values) for fill in fills])
        case Json(text):
            whole = _filler(text)
            return lambda values: Jsonb(whole(values), dumps=_as_is)
        case Listed(inner):
            fills = [_filler(each) for each in inner]
            return lambda values: [fill(values) for fill in fills]
        case tuple():
            fills = [_filler(each) for each in value]
            return lambda values: [fill(values) for fill in fills]
        case dict():
            named = [(name, _filler(each)) for name, each in value.items()]
            return lambda values: {name: fill(values) for name, fill in named}
        case _:
            return lambda values: value
