"""The Flask application: settings, extensions, blueprints, commands; nothing else."""

from __future__ import annotations

from typing import Final

from click import ClickException, Command
from flask import Blueprint, Flask

import logs
from embedded.servers import resolve
from gateways.safety import UnsafeSettings
from outbox import releases
from runtime import Runtime
from settings import Settings
from store.applying import NotMigrated
from web import api, given, shipped
from web.administration import administration
from web.callers import insist
from web.commands import doctor
from web.commands.archiving import archive
from web.commands.audit import audit
from web.commands.corpus import corpus
from web.commands.database import database
from web.commands.directory import directory
from web.commands.flows import flows
from web.commands.gateways import gateways
from web.commands.herd import herd
from web.commands.importing import article, lists
from web.commands.keys import keys
from web.commands.messages import messages
from web.commands.numbers import numbers
from web.commands.pages import pages
from web.commands.payments import payments
from web.commands.personal import export_person, forget_person, purge
from web.commands.postman import postman
from web.commands.refusals import answering
from web.commands.replay import replay
from web.commands.speech import speech
from web.commands.staff import staff
from web.commands.token import token
from web.counter import counter
from web.desk import desk
from web.front import busy, rooms
from web.front.bodies import Bodies
from web.front.front import Front
from web.guard import Application, guard
from web.hooks.carriers import hooks
from web.hooks.payments import payment_hooks
from web.hooks.profiles import profile_hooks
from web.office import office
from web.operations.health import health
from web.phones import phones
from web.recordings import recordings
from web.staff.rooms import furnish
from web.start import start

_BLUEPRINTS: Final[tuple[Blueprint, ...]] = (
    hooks,
    profile_hooks,
    payment_hooks,
    *api.BLUEPRINTS,
    health,
    start,
    phones,
    desk,
    counter,
    office,
    administration,
    recordings,
)
_COMMANDS: Final[tuple[Command, ...]] = (
    archive,
    audit,
    corpus,
    database,
    doctor.doctor,
    directory,
    export_person,
    flows,
    forget_person,
    gateways,
    herd,
    article,
    keys,
    lists,
    messages,
    numbers,
    pages,
    payments,
    postman,
    purge,
    replay,
    speech,
    staff,
    token,
)


def create_app(runtime: Runtime | None = None) -> Flask:
    """Return the application on `runtime`, or on one made from the environment, its pool open.

    Call it in the process that serves: connections do not survive a fork. Raises LookupError
    where a blueprint does not state who may call it.
    """
    if runtime is None and doctor.asked():
        return doctor.patient()
    if runtime is None:
        try:
            runtime = Runtime.build(resolve(Settings()))
        except (NotMigrated, UnsafeSettings) as refused:  # a command reports it in short
            raise ClickException(str(refused)) from refused
        runtime.database.open()
    app = Application(__name__, template_folder="web/templates", static_folder="web/static")
    app.extensions["dakiya"] = runtime
    app.testing = runtime.settings.dakiya_env == "test"
    app.secret_key = runtime.settings.secret_key.get_secret_value()
    app.config["MAX_CONTENT_LENGTH"] = rooms.LARGEST_BODY  # bytes; the hooks accept less
    logs.configure(runtime.settings)
    guard(app, runtime.settings)
    given.furnish(app)
    shipped.furnish(app)
    furnish(app)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    insist(app)
    for command in _COMMANDS:
        app.cli.add_command(answering(command))
    return app


def create_front() -> Front:
    """Return the application behind its front, as granian serves it (Procfile, `web`).

    There are at least as many database connections as threads: none waits for another's.
    """
    settings = resolve(Settings())
    wanted = max(settings.database_pool, rooms.threads(settings))
    try:
        runtime = Runtime.build(settings.model_copy(update={"database_pool": wanted}))
    except (NotMigrated, UnsafeSettings) as refused:
        raise ClickException(str(refused)) from refused
    runtime.database.open()
    releases.keep_noting(runtime.redis, "web")
    app = create_app(runtime)
    places = rooms.rooms(settings)
    bodies = Bodies(rooms.held(places))
    return Front(app, places, busy.answers(app, places), bodies, settings.proxies)
