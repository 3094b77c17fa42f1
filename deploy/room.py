#!/usr/bin/python3 -I
"""Hand the primary over before its disk is full: dakiya-room.service, on each database machine.

A disk on which only tables find no more room lets PostgreSQL live and refuse, and Patroni sees no
reason to change. Each few seconds this looks at the disk. Where little is left, this machine is the
primary and the last change is not young, Patroni is asked for a switchover. Young: then the machine
before had no room either, and handing it on again helps nobody.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http.client import HTTPException, HTTPSConnection

DISK = "/var/lib/postgresql"
LEAST_BYTES = 256 * 2**20  # some minutes of a nation's log
LEAST_SHARE = 0.02  # of the disk, where that is less: a small disk is no full one
YOUNG = timedelta(minutes=15)
EVERY_SECONDS = 3.0
PATRONI_SECONDS = 60.0  # a switchover takes as long as PostgreSQL takes to stop
TLS = "/etc/dakiya/tls"
PORT = 8008


def little(free: int, size: int) -> bool:
    """Tell whether so few bytes of a disk are little."""
    return free < min(LEAST_BYTES, LEAST_SHARE * size) or free == 0


def young(history: Sequence[Sequence[object]], now: datetime) -> bool:
    """Tell whether the primary changed lately, by Patroni's `GET /history`.

    A change without a time has just been.
    """
    if not history:
        return False
    times = [str(entry[3]) for entry in history[-1:] if len(entry) > 3]
    return not times or now - datetime.fromisoformat(times[0]) < YOUNG


def ask(method: str, path: str, body: object = None) -> tuple[int, str]:
    """Ask this machine's Patroni. Raise OSError or HTTPException."""
    trusted = ssl.create_default_context(cafile=f"{TLS}/ca.crt")
    trusted.load_cert_chain(f"{TLS}/host.crt", f"{TLS}/host.key")
    connection = HTTPSConnection("localhost", PORT, timeout=PATRONI_SECONDS, context=trusted)
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def look() -> None:
    """Look once, and hand over where that is right. Raise OSError, HTTPException or ValueError."""
    disk = os.statvfs(DISK)
    free = disk.f_bavail * disk.f_frsize
    if not little(free, disk.f_blocks * disk.f_frsize) or ask("GET", "/primary")[0] != 200:
        return
    if young(json.loads(ask("GET", "/history")[1]), datetime.now(UTC)):
        say(f"{free} bytes are left, and the primary changed lately: make room")
        return
    status, said = ask("POST", "/switchover", {"leader": socket.gethostname()})
    say(f"{free} bytes are left, so another one shall lead: {status} {said}")


def say(what: str) -> None:
    """Say something to the journal."""
    sys.stderr.write(f"{what}\n")


def main() -> None:
    """Look until the unit is stopped."""
    while True:
        try:
            look()
        except (OSError, HTTPException, ValueError) as error:
            say(f"Patroni of this machine does not say: {error}")
        time.sleep(EVERY_SECONDS)


if __name__ == "__main__":
    main()
