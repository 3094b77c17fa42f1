"""What is refused, as the commands say it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from store.refusals import Refusal


@contextmanager
def refusals_shown() -> Iterator[None]:
    """Show what is refused within, or was typed wrongly, as one line; the command fails."""
    try:
        yield
    except (Refusal, ValueError) as refused:
        raise click.ClickException(str(refused)) from refused
