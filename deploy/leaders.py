#!/usr/bin/python3 -I
"""Keep the leaders where a fault costs least: dakiya-leaders.service, on each database machine.

PostgreSQL's primary away from a full disk: one on which only tables find no more room lets
PostgreSQL live and refuse, and Patroni sees no reason to change. Where little is left, this machine
is the primary and the last change is not young, Patroni is asked for a switchover. Young: then the
machine before had no room either, and handing it on again helps nobody.

etcd's leader away from the primary: a new leader of etcd begins every lease again. Where both die
with one machine, the choice of that leader is waited for, and only then the whole lease.
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
ANSWER_SECONDS = 60.0  # a switchover takes as long as PostgreSQL takes to stop
TLS = "/etc/dakiya/tls"
PATRONI_PORT = 8008
ETCD_PORT = 2379


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


def ask(port: int, method: str, path: str, body: object = None) -> tuple[int, str]:
    """Ask Patroni or etcd of this machine. Raise OSError or HTTPException."""
    trusted = ssl.create_default_context(cafile=f"{TLS}/ca.crt")
    trusted.load_cert_chain(f"{TLS}/host.crt", f"{TLS}/host.key")
    connection = HTTPSConnection("localhost", port, timeout=ANSWER_SECONDS, context=trusted)
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def etcd(what: str, body: object) -> dict[str, object]:
    """Return what etcd's JSON gateway answers (etcd 3.4). Raise OSError, HTTPException, ValueError.

    ValueError: a refusal, with etcd's words.
    """
    status, said = ask(ETCD_PORT, "POST", f"/v3/{what}", body)
    if status != 200:
        raise ValueError(f"etcd refuses {what}: {said}")
    answer: dict[str, object] = json.loads(said)
    return answer


def look() -> None:
    """Look once, and move what stands badly. Raise OSError, HTTPException or ValueError."""
    if ask(PATRONI_PORT, "GET", "/primary")[0] == 200:
        look_at_disk()
        look_at_etcd()


def look_at_disk() -> None:
    """Hand the primary over where this machine's disk has little room."""
    disk = os.statvfs(DISK)
    free = disk.f_bavail * disk.f_frsize
    if not little(free, disk.f_blocks * disk.f_frsize):
        return
    if young(json.loads(ask(PATRONI_PORT, "GET", "/history")[1]), datetime.now(UTC)):
        say(f"{free} bytes are left, and the primary changed lately: make room")
        return
    status, said = ask(PATRONI_PORT, "POST", "/switchover", {"leader": socket.gethostname()})
    say(f"{free} bytes are left, so another one shall lead: {status} {said}")


def look_at_etcd() -> None:
    """Hand etcd's leader over where this machine, the primary, is that too.

    To the first of the others that takes it: one that is away does not.
    """
    status = etcd("maintenance/status", {})
    header = status["header"]
    assert isinstance(header, dict)
    if status.get("leader") != header["member_id"]:
        return
    members = etcd("cluster/member/list", {})["members"]
    assert isinstance(members, list)
    others = [each for each in members if each["ID"] != status["leader"]]
    for other in others:
        try:
            etcd("maintenance/transfer-leadership", {"targetID": other["ID"]})
        except ValueError as refused:
            say(f"{other.get('name')} does not become etcd's leader: {refused}")
        else:
            say(f"{other.get('name')} leads etcd now, since the primary is here")
            return


def say(what: str) -> None:
    """Say something to the journal."""
    sys.stderr.write(f"{what}\n")


def main() -> None:
    """Look until the unit is stopped."""
    while True:
        try:
            look()
        except (OSError, HTTPException, ValueError) as error:
            say(f"a leader of this machine does not say: {error}")
        time.sleep(EVERY_SECONDS)


if __name__ == "__main__":
    main()
