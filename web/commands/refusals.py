"""Refusals as the commands show them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from functools import wraps
from typing import Any

import click
import psycopg

from store.keyring import WrongMasterKey
from store.refusals import Refusal
from store.together import OutcomeUnknown


@contextmanager
def refusals_shown() -> Iterator[None]:
    """Show a refusal, a mistyped value or a wrong master key as one line; the command fails.

    So does one of which nobody knows whether it was done: repeated, it says what is so already.
    """
    try:
        yield
    except (Refusal, ValueError, WrongMasterKey) as refused:
        raise click.ClickException(str(refused)) from refused
    except OutcomeUnknown as unknown:
        raise _again(unknown) from unknown


def answering(command: click.Command) -> click.Command:
    """Return `command` so that it, and each below it, shows in one line what the database refused.

    No command could leave that out: it is met where there is no `refusals_shown` too, and what
    psycopg says of it holds addresses.
    """
    made = copy(command)
    if isinstance(made, click.Group):
        made.commands = {name: answering(each) for name, each in made.commands.items()}
    if (called := command.callback) is not None:

        @wraps(called)
        def callback(*args: Any, **options: Any) -> Any:
            try:
                return called(*args, **options)
            except OutcomeUnknown as unknown:
                raise _again(unknown) from None
            except psycopg.OperationalError as away:
                raise click.ClickException(
                    f"the database did not answer ({type(away).__name__}): `flask --app app doctor`"
                    " says what is wrong; then run the same command again"
                ) from None

        made.callback = callback
    return made


def _again(unknown: OutcomeUnknown) -> click.ClickException:
    return click.ClickException(f"{unknown}: run the same command again")
