"""One machine of the cluster: its disk, its start, its end, and commands on it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import psutil

from bench.cluster import network
from bench.cluster.plan import DIRECTORY, Host

_DISK_BYTES: Final = 4 * 2**30  # of a database machine, sparse
_BOOT_SECONDS: Final = 30.0
_TARGET: Final = "multi-user.target"


class ClusterFailed(Exception):
    """What was asked of the cluster could not be done; says why, and what to do."""


@dataclass(frozen=True)
class Bind:
    """A directory of this machine that the other one sees, read-only where it is a release."""

    here: Path
    there: str
    writable: bool = False


@dataclass(frozen=True)
class Machine:
    """A machine. `binds`: what it sees of this one besides its root."""

    host: Host
    binds: tuple[Bind, ...] = ()

    @property
    def root(self) -> Path:
        return self.host.directory / "root"

    @property
    def disk(self) -> Path:
        """Return where its own disk is mounted: that of a database."""
        return self.host.directory / "disk"

    def make(self) -> None:
        """Make its root, and a disk of its own for a database machine."""
        for each in ("upper", "work", "root"):
            (self.host.directory / each).mkdir(parents=True)
        _run(
            "mount", "-t", "overlay", f"dakiya-{self.host.name}", "-o",
            f"lowerdir=/,upperdir={self.host.directory}/upper,workdir={self.host.directory}/work",
            str(self.root),
        )  # fmt: skip
        units = self.root / "etc/systemd/system"
        shutil.rmtree(units)  # what this machine starts is not what that one does
        units.mkdir()
        (self.root / "etc/hostname").write_text(f"{self.host.name}\n")
        (self.root / "etc/machine-id").write_text("")
        if self.host.role == "database":
            self._make_disk()

    def _make_disk(self) -> None:
        image = self.host.directory / "disk.img"
        with image.open("wb") as file:
            file.truncate(_DISK_BYTES)
        _run("mkfs.ext4", "-q", "-m", "0", str(image))
        self.disk.mkdir()
        _run("mount", "-o", "loop", str(image), str(self.disk))
        shutil.chown(self.disk, "postgres", "postgres")

    def boot(self) -> None:
        """Start it, and wait until its systemd answers."""
        binds = [
            f"--bind{'' if each.writable else '-ro'}={each.here}:{each.there}"
            for each in self.binds
        ]
        if self.host.role == "database":
            binds.append(f"--bind={self.disk}:/var/lib/postgresql")
        command = [
            "systemd-nspawn", "--quiet", f"--directory={self.root}", f"--machine={self.host.name}",
            f"--network-namespace-path=/run/netns/{self.host.namespace}",
            "--register=no", "--keep-unit", "--link-journal=no", "--resolv-conf=off",
            "--timezone=off", "--console=pipe", "--kill-signal=SIGRTMIN+3", *binds,
            "--boot", "--", f"--unit={_TARGET}",
        ]  # fmt: skip
        with (self.host.directory / "console.log").open("ab") as log:
            subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.await_that(["systemctl", "is-system-running", "--wait"], _BOOT_SECONDS, any_code=True)

    def kill(self) -> None:
        """End it at once, as if its current were cut: nothing can be tidied."""
        first = self._first()
        if first is None:
            return
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + _BOOT_SECONDS
        while network.processes(self.host.namespace):
            if time.monotonic() > deadline:
                raise ClusterFailed(f"{self.host.name} does not end")
            time.sleep(0.05)

    @property
    def runs(self) -> bool:
        return self._first() is not None

    def run(self, command: Sequence[str], seconds: float = 120.0, given: str = "") -> str:
        """Run a command on it, as root; return what it wrote. Raise `ClusterFailed`."""
        ended = self.tried(command, seconds, given)
        if ended.returncode:
            said = f"{ended.stdout}\n{ended.stderr}".strip()[-2000:]
            raise ClusterFailed(f"{self.host.name}: {' '.join(command)}: {said}")
        return ended.stdout

    def tried(
        self, command: Sequence[str], seconds: float = 120.0, given: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on it, as root; return what became of it."""
        return subprocess.run(
            [*self._enter(), *command],
            input=given, capture_output=True, text=True, check=False, timeout=seconds,
        )  # fmt: skip

    def become(self, command: Sequence[str]) -> NoReturn:
        """Run a command on it instead of this process, with this terminal."""
        inside = [*self._enter(), *(command or ["/bin/bash"])]
        os.execvp(inside[0], inside)  # noqa: S606

    def await_that(self, command: Sequence[str], seconds: float, any_code: bool = False) -> None:
        """Wait until a command on it succeeds (`any_code`: can be run at all)."""
        deadline = time.monotonic() + seconds
        said = "it does not run"
        while time.monotonic() < deadline:
            if self.runs:
                ended = self.tried(command)
                if not ended.returncode or (any_code and ended.stdout.strip() in _UP):
                    return
                said = f"{ended.stdout}\n{ended.stderr}".strip()[-2000:]
            time.sleep(0.1)
        asked = f"{self.host.name}: {' '.join(command)}"
        raise ClusterFailed(f"{asked}: not in {seconds:.0f} s: {said}")

    def _first(self) -> int | None:
        """Return its systemd, the first process that it has."""
        for pid in network.processes(self.host.namespace):
            try:
                process = psutil.Process(pid)
                if process.name() == "systemd" and process.cmdline()[-1] == f"--unit={_TARGET}":
                    return pid
            except psutil.NoSuchProcess:
                continue
        return None

    def _enter(self) -> list[str]:
        first = self._first()
        if first is None:
            raise ClusterFailed(f"{self.host.name} does not run: ./script/cluster up")
        return ["nsenter", f"--target={first}", "--all", "--wdns=/"]


_UP: Final = ("running", "degraded")


def can_be_mounted() -> bool:
    """Tell whether this machine lets us lay one root over another."""
    with tempfile.TemporaryDirectory(prefix="dakiya-mount-") as top:
        for each in ("upper", "work", "root"):
            (Path(top) / each).mkdir()
        options = f"lowerdir=/usr,upperdir={top}/upper,workdir={top}/work"
        command = ["mount", "-t", "overlay", "dakiya-try", "-o", options, f"{top}/root"]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return False
        _run("umount", f"{top}/root")
        return True


def unmount_all() -> None:
    """Unmount whatever of the cluster is mounted; processes must be gone."""
    mounted = [
        line.split()[1].encode().decode("unicode_escape")
        for line in Path("/proc/mounts").read_text().splitlines()
    ]
    for each in reversed(mounted):
        if Path(each).is_relative_to(DIRECTORY):
            _run("umount", each)


def _run(*command: str) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise ClusterFailed(f"{' '.join(command)}: {ended.stderr.strip()[-1000:]}")
