"""`flask payments …`: the payment providers' lists against ours."""

from __future__ import annotations

from datetime import date, timedelta

import click
from flask.cli import AppGroup

from india.calendar import day_of
from india.money import rupees
from payments import reconciliation
from postal.counter.reconciliations import ProviderDifference, Reconciled
from runtime import Runtime
from web import running
from web.commands.days import Day

payments = AppGroup("payments", help="UPI payments.")

_MEANS = {
    "taken_in": "was missing here: taken in now",
    "not_theirs": "is not on the provider's list",
    "amount": "the sums differ",
    "given_back": "the provider gave it back: noted now",
    "given_back_but_booked": "the provider gave it back, but it booked articles",
    "given_back_in_part": "the provider gave another sum back than ours",
    "given_back_twice": "GIVEN BACK TWICE: here by hand, and by the provider: ask the customer",
    "not_given_back": "given back here, not at the provider",
    "not_compared": "could not be compared: see the log, and run it again",
}


@payments.command("reconcile")
@click.option(
    "--day",
    type=Day(),
    help="in India, as 2026-08-14; default: yesterday, which is over",
)
def reconcile(day: date | None) -> None:
    """Compare each provider's list of a day with ours, and take in what is missing.

    Exit code 1 where anything differed or a provider gave no list.
    """
    runtime = running.runtime()
    asked = day or day_of(runtime.now()) - timedelta(days=1)
    found = reconciliation.reconcile(runtime, asked)
    for each in found:
        _say(each)
    if not found:
        click.echo("no provider here keeps a list")
    _by_hand(runtime, asked)
    if any(each.failed or each.differences for each in found):
        raise SystemExit(1)


def _say(found: Reconciled) -> None:
    click.echo(
        f"{found.provider}: {found.theirs} payments on their list,"
        f" {len(found.differences)} differences, {found.settled} newly paid out to the bank"
    )
    if found.differences:
        click.echo(_line("PAYMENT", "BOOKING", "THEIRS", "OURS", "NOW", "WHAT"))
    for each in found.differences:
        click.echo(_difference(each))
    if found.failed:
        click.echo(f"  NOT COMPLETE: {found.failed}")


def _difference(found: ProviderDifference) -> str:
    return _line(
        found.payment_id,
        found.tr or "unknown",
        rupees(found.theirs) if found.theirs is not None else "-",
        rupees(found.ours) if found.ours is not None else "-",
        found.state,
        _MEANS[found.what],
    )


def _line(payment: str, booking: str, theirs: str, ours: str, now: str, what: str) -> str:
    return f"  {payment:<26} {booking:<17} {theirs:>11} {ours:>11}  {now:<10}  {what}"


def _by_hand(runtime: Runtime, day: date) -> None:
    found = reconciliation.by_hand(runtime, day)
    if not found:
        return
    unsettled = sum(each.settled_at is None for each in found)
    total = rupees(sum(each.paise for each in found))
    click.echo(
        f"static: {len(found)} payments, Rs {total}, {unsettled} not marked as in the bank:"
        " compare with the bank's statement, at /counter/payments"
    )
