"""What the worker runs. Each job does all that is due, so it says nothing and takes nothing.

RQ calls them by name (`outbox/wake.py`); they live above both the outbox and the conversations.
"""

from __future__ import annotations

import psycopg
import structlog

from conversation import inbound, postmen
from embedded.servers import resolve
from imports.importer import Importer
from outbox import heartbeat
from outbox.drain import Drain
from outbox.failover import send_again
from outbox.sweep import sweep as sweep_outbox
from outbox.wake import IMPORTS, OUTBOX, PAYMENTS, SWEEP, TIMERS, WEBHOOKS, answer, wake
from payments.rounds import Rounds
from runtime import Runtime
from settings import Settings
from webhooks.sender import Sender

log = structlog.get_logger(__name__)

_runtime: Runtime | None = None
_drain: Drain | None = None
_webhooks: Sender | None = None
_importer: Importer | None = None
_upi: Rounds | None = None


def use(runtime: Runtime) -> None:
    """Makes the jobs of this process work with `runtime`, whose database is open."""
    global _runtime
    _finish()
    _runtime = runtime


def runtime() -> Runtime:
    """The runtime of this process, built from the environment on first use."""
    global _runtime
    if _runtime is None:
        _runtime = Runtime.build(resolve(Settings()))
        _runtime.database.open()
    return _runtime


def sender() -> Drain:
    """The one drain of this process."""
    global _drain
    if _drain is None:
        _drain = Drain(runtime())
    return _drain


def stop() -> None:
    """Ends what is under way soon. Safe in a signal handler, once both are made."""
    sender().stop()
    importer().stop()


def webhook_sender() -> Sender:
    """The one sender of webhooks of this process."""
    global _webhooks
    if _webhooks is None:
        _webhooks = Sender(runtime())
    return _webhooks


def importer() -> Importer:
    """The one importer of this process."""
    global _importer
    if _importer is None:
        _importer = Importer(runtime())
    return _importer


def upi_rounds() -> Rounds:
    """The one caller of payment providers of this process."""
    global _upi
    if _upi is None:
        _upi = Rounds(runtime())
    return _upi


def drain() -> None:
    """Sends what is due, for about two seconds, and rings again if there is more."""
    answer(runtime().redis, OUTBOX)
    try:
        # Where nobody can be rung, it stays until all is done.
        while sender().run() and not wake(runtime().redis):
            pass
    except psycopg.OperationalError as error:
        _database_away("drain", error)


def sweep() -> None:
    """Finds what crashes and lost rings left behind, and begins what the day brings."""
    answer(runtime().redis, SWEEP)
    heartbeat.note(runtime().redis, "worker")
    try:
        sweep_outbox(runtime())
        send_again(runtime())
        postmen.begin_day(runtime())
        inbound.warn_herds(runtime())
        postmen.end_day(runtime())
    except psycopg.OperationalError as error:
        _database_away("sweep", error)


def timers() -> None:
    """Fires the time limits that are over."""
    answer(runtime().redis, TIMERS)
    try:
        if inbound.fire_timers(runtime()):
            wake(runtime().redis)
    except psycopg.OperationalError as error:
        _database_away("timers", error)


def webhooks() -> None:
    """Starts telling other software what happened; its threads go on beside the next jobs."""
    answer(runtime().redis, WEBHOOKS)
    try:
        webhook_sender().start()
    except psycopg.OperationalError as error:
        _database_away("webhooks", error)


def imports() -> None:
    """Goes on with files of articles and lists; its thread runs beside the next jobs."""
    answer(runtime().redis, IMPORTS)
    try:
        importer().start()
    except psycopg.OperationalError as error:
        _database_away("imports", error)


def payments() -> None:
    """Ends UPI payments whose time is over and starts asking providers; its threads go on."""
    answer(runtime().redis, PAYMENTS)
    try:
        upi_rounds().start()
    except psycopg.OperationalError as error:
        _database_away("payments", error)


def unrung() -> None:
    """All of it once: for the time when Valkey is away and nobody rings."""
    sweep()
    timers()
    webhooks()
    imports()
    payments()
    drain()


def close() -> None:
    """Lets the sends under way end and writes their outcomes. The last call of a process."""
    global _runtime
    _finish()
    if _runtime is not None:
        _runtime.database.close()
    _runtime = None


def _finish() -> None:
    global _drain, _webhooks, _importer, _upi
    if _importer is not None:
        _importer.finish()
    if _drain is not None:
        _drain.finish()
    if _webhooks is not None:
        _webhooks.finish()
    if _upi is not None:
        _upi.finish()
    _drain, _webhooks, _importer, _upi = None, None, None, None


def _database_away(job: str, error: psycopg.OperationalError) -> None:
    # Nothing is lost: the work stands in the database, and the clock rings again.
    log.warning("database_away", job=job, error=type(error).__name__)
