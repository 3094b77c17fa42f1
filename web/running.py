"""The runtime of the application that serves the current request or runs the current command."""

from __future__ import annotations

from typing import Final

from flask import current_app, has_request_context, request

from runtime import Runtime
from settings import Settings
from store.limits import COMMANDS, PAGES

_HOOKS: Final = "/hooks/"


def settings() -> Settings:
    """Return the settings of the current application."""
    found: Runtime = current_app.extensions["dakiya"]
    return found.settings


def runtime() -> Runtime:
    """Return the runtime of the current application, with the time that whoever asks may take."""
    found: Runtime = current_app.extensions["dakiya"]
    if not has_request_context():
        return found.within(COMMANDS)
    return found if request.path.startswith(_HOOKS) else found.within(PAGES)
