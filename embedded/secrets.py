"""Files that only their owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import BinaryIO


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    fresh.replace(path)


def own_log(path: Path) -> BinaryIO:
    """Open a log to be written anew: what servers say of their errors may hold people's data."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)
    return os.fdopen(handle, "wb")


def keep_once(path: Path) -> str:
    """Return the random key in `path`, generated at the first call: 64 characters, 384 bits."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        write_secret(fresh, secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)  # unlike a rename, this fails where another process was faster
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()
