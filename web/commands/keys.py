"""`flask keys …`: the key ring."""

from __future__ import annotations

import secrets

import click
from flask.cli import AppGroup

from postal.people import factor_secret
from store import keyring
from store.database import Conn
from store.keyring import RingKey
from web import running
from web.commands import operator
from web.commands.refusals import refusals_shown
from web.operations import key_rotation
from web.operations.key_uses import used

keys = AppGroup("keys", help="The key ring: what codes, second factors and webhooks depend on.")


@keys.command("list")
def show() -> None:
    """List keys and master keys: their age, what depends on them. Never the keys themselves."""
    runtime = running.runtime()
    with refusals_shown(), runtime.database.transaction() as conn:
        runtime.keys.root(conn, "codes", keyring.current(conn, "codes"))
        for key in keyring.listed(conn):
            click.echo(f"{key.name}\tmade {key.made_at:%Y-%m-%d %H:%M} UTC\t{_standing(conn, key)}")
        processes = key_rotation.on_master(conn)
        sealed = {seal for key in keyring.listed(conn) for seal in key.seals}
        for master in sorted(sealed | processes.keys() | set(runtime.keys.masters)):
            says = [f"opens {_opens(conn, master)} keys", f"{processes.get(master, 0)} connections"]
            if master in runtime.keys.masters:
                own = "DAKIYA_MASTER_KEY" if master == runtime.keys.masters[0] else "an older one"
                says.append(f"{own} of this command")
            click.echo(f"{master}\t{', '.join(says)}")


@keys.command("new")
def new() -> None:
    """Make a new master key and print it on the last line; it is stored nowhere."""
    present = running.runtime().keys.masters[0]
    click.echo(
        f"Set it as DAKIYA_MASTER_KEY, and the present one ({present}) as DAKIYA_OLD_MASTER_KEYS;"
        f" start every process anew; `flask --app app keys rotate`, then `keys retire {present}`.",
        err=True,
    )
    click.echo(secrets.token_urlsafe(48))


@keys.command("rotate")
def rotate() -> None:
    """Make a new key of each purpose and seal what depends on older ones under it.

    Codes under way stay valid, authenticators and webhooks' secrets stay the same. Interrupted, it
    goes on where it was.
    """
    runtime = running.runtime()
    with refusals_shown():
        done = key_rotation.rotate(runtime.database, runtime.keys, runtime.now())
        made = ", ".join(done.made) or "an interrupted one"
        runtime.database.run(lambda conn: operator.note(conn, made))
    if done.made:
        click.echo(f"made {', '.join(done.made)}")
    else:
        click.echo("went on with a rotation that was interrupted; no new keys were made")
    click.echo(f"sealed anew: {done.sealed} secrets")
    if done.broken:
        raise click.ClickException(
            f"do not open and were left as they are: {', '.join(done.broken)}. Set up those second"
            " factors anew (`staff second-factor`), end those webhooks"
        )


@keys.command("retire")
@click.argument("names", nargs=-1, required=True)
def retire(names: tuple[str, ...]) -> None:
    """Retire keys or master keys, as codes-1. Refused while something depends on one."""
    runtime = running.runtime()
    for name in names:
        with refusals_shown(), runtime.database.transaction() as conn:
            key_rotation.retire(conn, runtime.keys, name, runtime.now())
            operator.note(conn, name)
        click.echo(f"{name} is retired")


def _standing(conn: Conn, key: RingKey) -> str:
    if key.retired_at is not None:
        return f"retired {key.retired_at:%Y-%m-%d %H:%M} UTC"
    says = ["current"] if key.current else []
    says += [
        f"{many} {use.what}"
        for many, use in used(conn, key.purpose, key.number, running.runtime().now())
    ]
    if key.purpose == "factors":
        owners = factor_secret.owners_of_recovery_codes(conn, key.number)
        says += [f"recovery codes of {', '.join(owners)}"] if owners else []
    return "; ".join(says) or "nothing depends on it: it can be retired"


def _opens(conn: Conn, master: str) -> int:
    return sum(master in key.seals for key in keyring.listed(conn))
