"""The jobs of the worker. Each does all that is due, so it has no argument and no result.

RQ calls them by name (`outbox/wake.py`); they are above both the outbox and the conversations.
"""

from __future__ import annotations

from functools import cached_property

import psycopg
import structlog

from conversation import herd, inbound, postmen, requests
from conversation.accounts import tell_staff
from conversation.helped import ask_due
from conversation.listed import ListedTexts
from conversation.timers import fire_timers
from conversation.waiting import read_waiting
from embedded.servers import resolve
from imports.importer import Importer
from outbox import heartbeat, probing, scrubs, unheard
from outbox.drain import Drain
from outbox.failover import send_again
from outbox.lookups import NumberLookups
from outbox.sweep import sweep as sweep_outbox
from outbox.wake import IMPORTS, OUTBOX, PAYMENTS, SWEEP, TIMERS, WEBHOOKS, answer, wake
from payments.rounds import Rounds
from postal import households, nominees, sought
from postal.desk import away
from postal.reports import summing_up
from runtime import Runtime
from settings import Settings
from store import limits, nonces, outcomes
from store.chains.days import Days
from store.months import Months
from webhooks.sender import WebhookSender

log = structlog.get_logger(__name__)


class Process:
    """The parts that the jobs of one process use, each made on first use."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    @cached_property
    def importer(self) -> Importer:
        return Importer(self.runtime.within(limits.COMMANDS))

    @cached_property
    def sender(self) -> Drain:
        return Drain(self.runtime)

    @cached_property
    def webhooks(self) -> WebhookSender:
        return WebhookSender(self.runtime)

    @cached_property
    def listed(self) -> ListedTexts:
        return ListedTexts(self.runtime)

    @cached_property
    def lookups(self) -> NumberLookups:
        return NumberLookups(self.runtime)

    @cached_property
    def days(self) -> Days:
        runtime = self.runtime
        return Days(runtime.database, runtime.settings.day_roots, runtime.now)

    @cached_property
    def months(self) -> Months:
        return Months(self.runtime.database)

    @cached_property
    def upi(self) -> Rounds:
        return Rounds(self.runtime)

    def finish(self) -> None:
        """Let what is under way end. The importer first: its batches keep the outbox busy."""
        for part in ("importer", "sender", "webhooks", "upi", "listed", "lookups"):
            if part in self.__dict__:
                getattr(self, part).finish()


_process: Process | None = None


def use(runtime: Runtime) -> None:
    """Make the jobs of this process use `runtime`, whose database is open."""
    global _process
    if _process is not None:
        _process.finish()
    _process = Process(runtime)


def process() -> Process:
    """Return the parts of this process, built from the environment on first use."""
    global _process
    if _process is None:
        runtime = Runtime.build(resolve(Settings())).within(limits.WORK)
        runtime.database.open()
        _process = Process(runtime)
    return _process


def runtime() -> Runtime:
    """Return the runtime of this process."""
    return process().runtime


def stop() -> None:
    """End the work under way soon. Safe in a signal handler, once both parts are made."""
    process().sender.stop()
    process().importer.stop()


def drain() -> None:
    """Send what is due for about two seconds, and queue the job again if there is more."""
    answer(runtime().redis, OUTBOX)
    try:
        # Without Valkey it continues until all is sent.
        while process().sender.run() and not wake(runtime().redis):
            pass
    except psycopg.OperationalError as error:
        _database_away("drain", error)


def sweep() -> None:
    """Find what crashes and lost wake-ups left, and do the work of the time of day."""
    answer(runtime().redis, SWEEP)
    heartbeat.note(runtime().redis, "worker")
    try:
        sweep_outbox(runtime())
        scrubs.look(runtime())
        probing.send_due(runtime())
        send_again(runtime())
        unheard.look(runtime())
        silent = runtime().settings.without_receipts
        runtime().database.run(lambda conn: households.note_heard(conn, silent))
        runtime().database.run(lambda conn: nominees.note_told(conn, silent))
        process().listed.start()
        process().lookups.start()
        tell_staff(runtime())
        postmen.begin_day(runtime())
        herd.warn_herds(runtime())
        postmen.end_day(runtime())
        requests.lapse(runtime())
        ask_due(runtime())
        runtime().database.run(sought.catch_up)
        runtime().database.run(lambda conn: away.bring_back(conn, runtime().now()))
        runtime().database.run(outcomes.forget)
        runtime().database.run(lambda conn: nonces.forget(conn, runtime().now()))
        process().months.advance()
        process().days.advance()
        runtime().database.run(lambda conn: summing_up.sum_up_next(conn, runtime().now()))
    except psycopg.OperationalError as error:
        _database_away("sweep", error)


def timers() -> None:
    """Read texts that wait for their turn or for more parts, and fire what is due."""
    answer(runtime().redis, TIMERS)
    try:
        read_waiting(runtime())
        inbound.read_held(runtime())
        if fire_timers(runtime()):
            wake(runtime().redis)
    except psycopg.OperationalError as error:
        _database_away("timers", error)


def webhooks() -> None:
    """Start the sending of webhooks; its threads continue beside the next jobs."""
    answer(runtime().redis, WEBHOOKS)
    try:
        process().webhooks.start()
    except psycopg.OperationalError as error:
        _database_away("webhooks", error)


def imports() -> None:
    """Continue with files of articles and lists; its thread runs beside the next jobs."""
    answer(runtime().redis, IMPORTS)
    try:
        process().importer.start()
    except psycopg.OperationalError as error:
        _database_away("imports", error)


def payments() -> None:
    """End UPI payments whose time is over and start asking providers in threads of its own."""
    answer(runtime().redis, PAYMENTS)
    try:
        process().upi.start()
    except psycopg.OperationalError as error:
        _database_away("payments", error)


def unrung() -> None:
    """Run every job once: while Valkey is away, nothing can queue them."""
    sweep()
    timers()
    webhooks()
    imports()
    payments()
    drain()


def close() -> None:
    """Let the sends under way end and write their outcomes, at the end of the process."""
    global _process
    if _process is not None:
        _process.finish()
        _process.runtime.database.close()
    _process = None


def _database_away(job: str, error: psycopg.OperationalError) -> None:
    # Nothing is lost: the work is in the database, and the clock queues the job again.
    log.warning("database_away", job=job, error=type(error).__name__)
