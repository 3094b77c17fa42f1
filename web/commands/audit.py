"""`flask audit …`: the chains of digests over what nobody may rewrite."""

from __future__ import annotations

import sys
import time
from datetime import date
from typing import Final

import click
from flask.cli import AppGroup

from store.chains.days import Days
from store.chains.findings import CountedRows
from store.chains.rows import CHAINS
from store.chains.verify import Verification, Verifier
from web import running
from web.commands.days import Day
from web.commands.refusals import refusals_shown

_AGAIN_SECONDS: Final = 0.5

audit = AppGroup("audit", help="Digests: what nobody rewrites.")


@audit.command("verify")
@click.option("--table", "tables", type=click.Choice(CHAINS), multiple=True, help="Default: all.")
@click.option("--day", type=Day(), help="One day (Asia/Kolkata); default: all.")
def verify(tables: tuple[str, ...], day: date | None) -> None:
    """Check every row against its digest, and each day against its seal and published root.

    Name each row that was changed, removed or inserted; exit code 1 if there is one.
    """
    runtime = running.runtime()
    chosen = tuple(each for each in CHAINS if not tables or each in tables)
    asked = Verification(chosen, day, runtime.settings.day_roots)
    found = 0
    with (
        refusals_shown(),
        runtime.database.transaction() as conn,
        click.progressbar(length=0, label="verifying", file=sys.stderr) as bar,
    ):
        verifier = Verifier(conn, asked, bar.update)
        bar.length = verifier.rows()
        for finding in verifier.run():
            found += 1
            click.echo(str(finding))
        removals = verifier.removals()
    for line in (*map(_line, verifier.counted), *removals):
        click.echo(str(line))
    if verifier.last is not None:
        click.echo(f"{verifier.days} days are sealed; the root of {verifier.last[0]}:")
        click.echo(verifier.last[1])
    if found:
        raise click.ClickException(f"differences: {found}")
    click.echo("nothing was rewritten")


@audit.command("seal")
@click.option("--wait", default=60, show_default=True, help="Seconds for transactions to end.")
def seal(wait: int) -> None:
    """Seal the days that are over, as the worker does by itself, and publish their roots."""
    runtime = running.runtime()
    days = Days(runtime.database, runtime.settings.day_roots, runtime.now)
    ends = time.monotonic() + wait
    count = days.advance()
    while (due := days.due()) is not None:
        if time.monotonic() > ends:
            raise click.ClickException(f"{due} waits for a transaction that has not ended")
        time.sleep(_AGAIN_SECONDS)
        count += days.advance()
    click.echo(f"days sealed: {count}")


def _line(counted: CountedRows) -> str:
    parts = [f"{counted.table}: {counted.rows} rows"]
    if counted.open:
        parts.append(f"{counted.open} of days without a seal yet")
    if counted.rewritten:
        parts.append(f"{counted.rewritten} of which something was removed since")
    if counted.removed:
        parts.append(f"{counted.removed} removed whole")
    if counted.archived:
        parts.append(f"{counted.archived} archived: `archive check` compares their files")
    return ", ".join(parts)
