"""Files that a command writes people's data into: for their owner alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, TextIO

import click


def open_personal(path: Path) -> TextIO:
    """Open `path` to be written anew, readable by its owner alone, be it there already or not."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)
    return os.fdopen(handle, "w", encoding="utf-8", newline="")


class PersonalWriter:
    """Where a command writes: the standard output, or a file that is opened at the first words."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None

    def write(self, text: str) -> int:
        """Write `text`. Raises `click.FileError` where the file cannot be written."""
        if self._path is None:
            return sys.stdout.write(text)
        if self._file is None:
            try:
                self._file = open_personal(self._path)
            except OSError as error:
                raise click.FileError(str(self._path), hint=error.strerror) from error
        return self._file.write(text)

    def close(self) -> None:
        """Close the file, if anything was written."""
        if self._file is not None:
            self._file.close()


class PersonalFile(click.ParamType[PersonalWriter]):
    """An option that names such a file; `-` is the standard output."""

    name = "file"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> PersonalWriter:
        writer = PersonalWriter(None if value == "-" else Path(value))
        if ctx is not None:
            ctx.call_on_close(writer.close)
        return writer
