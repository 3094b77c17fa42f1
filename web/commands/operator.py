"""The person who gives a command at the server, for what the command writes down."""

from __future__ import annotations

import getpass
import os
from typing import Final

import click

from postal.people import access
from postal.people.access import Onlooker
from postal.people.doer import Doer, Operator
from store.database import Conn
from web import running

_LONGEST: Final = 64


def login() -> str:
    """Return the account: of whoever called sudo, else the process's own."""
    try:
        account = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        account = f"uid {os.getuid()}"
    return account[:_LONGEST]


def doer() -> Doer:
    """Return the operator as the `Doer` that books and access log record."""
    return Doer(Operator(login()), None, None, None, running.runtime().now())


def reader() -> Onlooker:
    """Return who reads, and by which command, for functions that show people's data."""
    return Onlooker(doer(), click.get_current_context().command_path)


def note(conn: Conn, what: str, *, phone: str | None = None) -> None:
    """Write down that the operator did something with this command, in its transaction.

    `what`: to whom or what, never a secret. `phone`: E.164, where it is about one.
    """
    # The command's own name: what the shell calls the program is nobody's matter.
    command = " ".join(click.get_current_context().command_path.split()[-2:])
    access.note(conn, doer(), "acted", phone=phone, reason=f"{command}: {what}")
