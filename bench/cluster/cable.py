"""A bad cable: what a machine sends and gets comes late, and some of it not at all.

    python -m bench.cluster.cable PORT MILLISECONDS PERCENT

In the namespace of the switch it takes the machine's port from the switch and carries each frame
itself, until it is ended. In a process of its own since not every kernel has `netem`.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count

_TUNSETIFF = 0x400454CA
_TAP = 0x0002 | 0x1000  # frames, without a head of the kernel's own
_EVERY_PROTOCOL = 0x0003
_MOST = 65_536
_SWITCH = "switch"

Carry = Callable[[bytes], object]


class Late:
    """The frames under way: each leaves when its time has come, if it is not lost."""

    def __init__(self, seconds: float, loss: float, seed: int = 1) -> None:
        self._seconds, self._loss = seconds, loss
        self._chance = random.Random(seed)
        self._waiting: list[tuple[float, int, bytes, Carry]] = []
        self._numbers = count()

    def take(self, frame: bytes, onward: Carry, now: float) -> None:
        if self._chance.random() >= self._loss:
            due = now + self._seconds
            heapq.heappush(self._waiting, (due, next(self._numbers), frame, onward))

    def let_go(self, now: float) -> float | None:
        """Carry on what is due; return the seconds to the next one, None where none waits."""
        while self._waiting and self._waiting[0][0] <= now:
            _, _, frame, onward = heapq.heappop(self._waiting)
            onward(frame)
        return max(0.0, self._waiting[0][0] - now) if self._waiting else None


def carry(port: str, seconds: float, loss: float) -> None:
    """Stand between `port` and the switch until SIGTERM: `seconds` and `loss` each way."""
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    name = f"bad-{port}"[:15]
    fcntl.ioctl(tap, _TUNSETIFF, struct.pack("16sH", name.encode(), _TAP))
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERY_PROTOCOL))
    wire.bind((port, _EVERY_PROTOCOL))
    _ip("link", "set", port, "nomaster")
    _ip("link", "set", name, "master", _SWITCH)
    _ip("link", "set", name, "up")
    ended = False

    def end(*_: object) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    late = Late(seconds, loss)
    print("begun", flush=True)
    try:
        while not ended:
            wait = late.let_go(time.monotonic())
            ready, _, _ = select.select([tap, wire.fileno()], [], [], 0.2 if wait is None else wait)
            now = time.monotonic()
            if tap in ready:
                late.take(os.read(tap, _MOST), wire.send, now)
            if wire.fileno() in ready:
                frame, address = wire.recvfrom(_MOST)
                if address[2] != socket.PACKET_OUTGOING:
                    late.take(frame, lambda each: os.write(tap, each), now)
    finally:
        os.close(tap)
        _ip("link", "set", port, "master", _SWITCH)


def _ip(*command: str) -> None:
    subprocess.run(["ip", *command], check=True)


if __name__ == "__main__":
    _port, _milliseconds, _percent = sys.argv[1:]
    carry(_port, float(_milliseconds) / 1000, float(_percent) / 100)
