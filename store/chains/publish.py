"""The roots of the days as files, outside of the database: who changes it does not change them."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Final

from store.database import Conn

_SEALS: Final = "SELECT day, document FROM seals ORDER BY day DESC"


def name_of(day: date) -> str:
    return f"{day.isoformat()}.json"


def publish(conn: Conn, directory: Path) -> list[Path]:
    """Write the document of each sealed day that has no file yet, from the newest back.

    A file that is there is never written again. Raise `OSError` where the directory refuses it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for day, document in conn.execute(_SEALS):
        path = directory / name_of(day)
        if path.exists():
            break
        _write_once(path, document)
        written.append(path)
    return written


def read(directory: Path, day: date) -> str | None:
    """Return the document of `day`; None where it was not published here."""
    path = directory / name_of(day)
    return path.read_text(encoding="utf-8") if path.exists() else None


def days(directory: Path) -> list[date]:
    """Return the days that were published here, the first first."""
    found = []
    for path in directory.glob("????-??-??.json"):
        try:
            found.append(date.fromisoformat(path.stem))
        except ValueError:
            continue
    return sorted(found)


def _write_once(path: Path, text: str) -> None:
    """Write a file that anybody may read and nobody may write, whole or not at all."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # unlike a rename, this never replaces a file
    except FileExistsError:
        pass  # another worker on this machine was faster
    finally:
        fresh.unlink()
