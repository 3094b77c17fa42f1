"""The end of the cluster: whatever of it there is, also what a killed run left."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress

from bench.cluster import machine, network
from bench.cluster.plan import DIRECTORY

_SECONDS = 20.0


def down() -> None:
    """End every process of the cluster, and remove its network, mounts and files."""
    deadline = time.monotonic() + _SECONDS
    while running := [pid for each in network.left() for pid in network.processes(each)]:
        if time.monotonic() > deadline:
            raise machine.ClusterFailed(f"these do not end: kill {running}")
        for pid in running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    network.remove()
    machine.unmount_all()
    shutil.rmtree(DIRECTORY, ignore_errors=False) if DIRECTORY.exists() else None
