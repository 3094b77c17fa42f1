"""A commit of this repository with an environment of its own, kept under var/ for the next run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.rig import HOUSE, MeasureFailed

_KEPT = HOUSE / "var" / "against"
_LOCKS = ("requirements.txt", "requirements-embedded.txt", "requirements-dev.txt")
_READY = ".ready"  # stands in a checkout whose environment was installed to the end


@dataclass(frozen=True)
class Checkout:
    """A tree that can be started: its directory, its Python, and what it is called in a table."""

    name: str
    directory: Path
    python: Path


def present() -> Checkout:
    """Return this tree, as its files are now."""
    return Checkout("this tree", HOUSE, Path(sys.executable))


def of(commit: str) -> Checkout:
    """Return `commit` as it was, with what its own requirements-dev.txt lists.

    Raises `MeasureFailed` where there is no such commit or it cannot be installed.
    """
    full = _git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}").strip()
    directory = _KEPT / full
    python = directory / ".venv" / "bin" / "python"
    if not (directory / _READY).exists():
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        _unpack(full, directory)
        _install(directory, python)
        (directory / _READY).touch()
    return Checkout(full[:7], directory, python)


def of_today(commit: str, into: Path) -> Checkout:
    """Return `commit` unpacked into a directory, run by this environment where its locks are ours.

    Where they are not, with an environment of its own, as `of` makes it. Raises `MeasureFailed`.
    """
    full = _git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}").strip()
    if any(_git("show", f"{full}:{lock}") != (HOUSE / lock).read_text() for lock in _LOCKS):
        return of(full)
    _unpack(full, into)
    return Checkout(full[:7], into, Path(sys.executable))


def _git(*arguments: str) -> str:
    ended = subprocess.run(
        ["git", *arguments], cwd=HOUSE, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise MeasureFailed(f"git {' '.join(arguments)}: {ended.stderr.strip() or 'nothing found'}")
    return ended.stdout


def _unpack(commit: str, directory: Path) -> None:
    packed = directory / "tree.tar"
    _git("archive", "--output", str(packed), commit)
    shutil.unpack_archive(packed, directory, filter="data")
    packed.unlink()


def _install(directory: Path, python: Path) -> None:
    """Install by uv where this environment has it, ten times as quick, else by pip."""
    lock = str(directory / "requirements-dev.txt")
    home = str(directory / ".venv")
    uv = Path(sys.executable).with_name("uv")
    if uv.exists():
        _run([str(uv), "venv", "-q", "--python", sys.executable, home])
        _run([str(uv), "pip", "install", "-q", "--python", str(python), "-r", lock])
        return
    _run([sys.executable, "-m", "venv", home])
    _run([str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", lock])


def _run(command: list[str]) -> None:
    ended = subprocess.run(command, env=_own_index(), capture_output=True, text=True, check=False)
    if ended.returncode:
        raise MeasureFailed(f"{' '.join(command[:4])} …: {ended.stderr[-1500:]}")


def _own_index() -> dict[str, str]:
    """Return the environment with pip's index for uv, which does not read pip's settings."""
    environment = dict(os.environ)
    index = environment.get("PIP_INDEX_URL") or _configured_index()
    if index and "UV_DEFAULT_INDEX" not in environment:
        environment["UV_DEFAULT_INDEX"] = index
    return environment


def _configured_index() -> str:
    base = getattr(sys, "_base_executable", sys.executable)
    ended = subprocess.run(
        [base, "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout.strip() if ended.returncode == 0 else ""
