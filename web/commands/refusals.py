"""Refusals as the commands show them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from store.refusals import Refusal


@contextmanager
def refusals_shown() -> Iterator[None]:
    """Show a refusal or a mistyped value as one line; the command fails."""
    try:
        yield
    except (Refusal, ValueError) as refused:
        raise click.ClickException(str(refused)) from refused
