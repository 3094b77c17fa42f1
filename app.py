"""The Flask application: settings, extensions, blueprints, commands; nothing else."""

from __future__ import annotations

import importlib
from typing import Any

from flask import Flask

from runtime import Runtime
from settings import Settings
from store.embedded import resolve

_BLUEPRINTS = [
    ("web.hooks", "hooks"),
    ("web.api", "BLUEPRINTS"),
    ("web.phones", "phones"),
    ("web.start", "start"),
    ("web.health", "health"),
]
_COMMANDS = [
    ("database", "database"),
    ("flows", "flows"),
    ("messages", "messages"),
    ("postman", "postman"),
    ("token", "token"),
]


def _existing(module: str, name: str) -> list[Any]:
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as missing:
        print(f"app.py, for now without {module}: {missing}")  # noqa: T201
        return []
    return list(found) if isinstance(found, (tuple, list)) else [found]


def create_app(runtime: Runtime | None = None) -> Flask:
    """The application on `runtime`, or on one made from the environment and opened."""
    if runtime is None:
        runtime = Runtime.build(resolve(Settings()))
        runtime.database.open()
    try:
        from web.guard import Application, configure_logs, guard

        app: Flask = Application(__name__)
        configure_logs(runtime.settings)
        guard(app, runtime.settings)
    except ImportError as missing:
        print(f"app.py, for now without web.guard: {missing}")  # noqa: T201
        app = Flask(__name__)
    app.extensions["dakiya"] = runtime
    app.extensions["runtime"] = runtime
    app.testing = runtime.settings.dakiya_env == "test"
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.secret_key = runtime.settings.secret_key.get_secret_value()
    for module, name in _BLUEPRINTS:
        for blueprint in _existing(module, name):
            app.register_blueprint(blueprint)
    for module, name in _COMMANDS:
        for group in _existing(f"web.commands.{module}", name):
            app.cli.add_command(group)
    return app
