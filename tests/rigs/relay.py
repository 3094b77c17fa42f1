"""A wire to a local server that can be cut: a database that goes away, without its end."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

LOCAL = "127.0.0.1"


class Relay:
    """Leads from `port` to the server at another port of this machine."""

    def __init__(self, server: int) -> None:
        self._server = server
        with socket.create_server((LOCAL, 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self._ends: list[socket.socket] = []

    def __enter__(self) -> Self:
        self.join()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.cut()

    def join(self) -> None:
        """Take connections."""
        self._listening = socket.create_server((LOCAL, self.port))
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def cut(self) -> None:
        """End every connection, and refuse others."""
        for each in (self._listening, *self._ends):
            with contextlib.suppress(OSError):  # its other end may have ended it
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._ends.clear()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                taken, _ = listening.accept()
                led = socket.create_connection((LOCAL, self._server))
            except OSError:  # cut
                return
            self._ends += [taken, led]
            for one, other in ((taken, led), (led, taken)):
                threading.Thread(target=_carry, args=(one, other), daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):  # cut
        while piece := one.recv(65_536):
            other.sendall(piece)
    for each in (one, other):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
