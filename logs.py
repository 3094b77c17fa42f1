"""What all processes write to stdout: one line per event, ids only."""

from __future__ import annotations

import sys
from typing import Any

import structlog

from settings import Settings


def configure(settings: Settings) -> None:
    """One line per event on stdout: JSON in production. Tracebacks show no variables."""
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
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if settings.production else []),
            render,
        ]
    )
