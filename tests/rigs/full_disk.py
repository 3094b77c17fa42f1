"""A disk without room under one table: every page that PostgreSQL would add meets ENOSPC.

The system's /dev/full stands for the files of the table, which are empty, so anybody may make it:
no file system has to be mounted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_EMPTY = "TRUNCATE messages CASCADE"  # new, empty files, which no process has open yet
_FILES = """
SELECT current_setting('data_directory'), pg_relation_filepath(relid)
  FROM pg_partition_tree('messages') WHERE isleaf
"""


@contextmanager
def no_room_for_messages(owner_url: str) -> Iterator[None]:
    """Leave the table of messages, which is emptied, no room until the block ends."""
    with psycopg.connect(owner_url, autocommit=True) as conn:
        conn.execute(_EMPTY)
    # Another connection: the one that emptied the table has the files open.
    with psycopg.connect(owner_url, autocommit=True) as conn:
        files = [Path(directory, name) for directory, name in conn.execute(_FILES)]
        assert files
        for each in files:
            each.unlink()
            each.symlink_to("/dev/full")
        try:
            yield
        finally:
            conn.execute(_EMPTY)
