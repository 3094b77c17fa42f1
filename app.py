"""The Flask application: settings, extensions, blueprints, commands; nothing else."""

from __future__ import annotations

from flask import Flask

from runtime import Runtime
from settings import Settings


def create_app(runtime: Runtime | None = None) -> Flask:
    """The application on `runtime`, or on one made from the environment and opened."""
    app = Flask(__name__)
    app.extensions["dakiya"] = runtime or Runtime.build(Settings())
    return app
