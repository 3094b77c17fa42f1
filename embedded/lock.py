"""The lock of a directory of embedded servers: one holder, and the guardians of its processes.

A POSIX record lock: the kernel frees it when its holder ends, and a forked child does not
inherit it. The holder has it exclusively, each guardian (embedded/guardian.py) shared from the
moment that the holder is gone until the guarded process has ended.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class AlreadyRunning(RuntimeError):
    """Another process holds the lock."""


class Lock:
    """The lock file at `path`. Open it once per process: closing any handle frees the lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def take(self) -> None:
        """Take the lock, waiting for the guardians of an earlier holder to finish.

        Raises `AlreadyRunning` where a holder lives.
        """
        try:
            fcntl.lockf(self._handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise AlreadyRunning(
                f"it is already running here ({self.path} is held): end the other one first"
            ) from None
        fcntl.lockf(self._handle, fcntl.LOCK_UN)
        fcntl.lockf(self._handle, fcntl.LOCK_EX)

    def release(self) -> None:
        """Free the lock. Guardians that still run end their processes."""
        fcntl.lockf(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Free the lock and close the file."""
        os.close(self._handle)
