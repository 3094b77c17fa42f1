"""Refusals as the commands show them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

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
        raise click.ClickException(f"{unknown}: run the same command again") from unknown
