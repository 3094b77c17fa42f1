"""The runtime of the application that serves the current request or runs the current command."""

from __future__ import annotations

from flask import current_app

from runtime import Runtime


def runtime() -> Runtime:
    """Return the runtime of the current application."""
    found: Runtime = current_app.extensions["dakiya"]
    return found
