"""The database as the role that purges, for the length of a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
import psycopg

from store.database import Database
from web import running


@contextmanager
def purging() -> Iterator[Database]:
    """Yield the database of DATABASE_PURGE_URL. A role without the rights is told what to do."""
    database = Database(running.runtime().settings.purge_url, 1)
    database.open()
    try:
        yield database
    except psycopg.errors.InsufficientPrivilege as refused:
        raise click.ClickException(
            "this role may not remove what is append-only: set DATABASE_PURGE_URL, and run"
            " `flask --app app db roles` once (docs/operations.md)"
        ) from refused
    finally:
        database.close()
