"""The log of all processes on stdout: one line per event, ids only."""

from __future__ import annotations

import os
import re
import sys
import traceback
from base64 import b32encode
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, Final

import psycopg
import structlog

from india.masks import veiled_within
from settings import Settings

_RANDOM: Final = re.compile(
    r"[A-Za-z]{0,2}[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)

_LETTERS: Final = bytes.maketrans(b"234567", b"abcdef")


class _Line(structlog.PrintLogger):
    """Prints a line. Where it cannot be written, as on a full disk, the work goes on without it."""

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def configure(settings: Settings) -> None:
    """Configure one line per event on stdout: JSON in production. Tracebacks show no variables."""
    render: Any = (
        structlog.processors.JSONRenderer()
        if settings.production
        else structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _veil,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if settings.production else []),
            render,
        ],
        logger_factory=lambda *_: _Line(),
    )


def _veil(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide the telephones in a line, except in random ids, which may hold ten digits in a row."""
    for name, value in line.items():
        if not (isinstance(value, str) and _RANDOM.fullmatch(value)):
            line[name] = veiled_within(value)
    return line


def request_id() -> str:
    """Return the id of the request or time limit that is being handled; a new id outside of one.

    All its log lines have this id, and all messages that result from it.
    """
    found = structlog.contextvars.get_contextvars().get("request_id")
    return str(found) if found else new_request_id()


def new_request_id() -> str:
    """Return a new id: 80 random bits in 16 letters, none of which a telephone could be read in.

    It is kept with each message, so it is short.
    """
    return b32encode(os.urandom(10)).translate(_LETTERS).decode()


def described(error: BaseException) -> dict[str, Any]:
    """Return an unexpected exception for the log: its kind and place, without its message.

    The messages of psycopg and pydantic quote the offending values: texts, telephones.
    """
    return {
        "error": type(error).__name__,
        "sqlstate": error.sqlstate if isinstance(error, psycopg.Error) else None,
        "constraint": error.diag.constraint_name if isinstance(error, psycopg.Error) else None,
        "at": [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-6:]
        ],
    }
