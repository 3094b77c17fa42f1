"""A wire to a local server that can be cut: a database that goes away, without its end."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Literal, Self

LOCAL = "127.0.0.1"
_COMMIT = b"COMMIT\0"  # ends a simple query, a statement to be prepared, and its completion's name
_READY = b"Z\0\0\0\5"  # after it PostgreSQL waits for the next query
# What a server that follows another says of itself to whoever connects.
_LEADS = b"S\0\0\0\x17in_hot_standby\0off\0"
_FOLLOWS = b"S\0\0\0\x16in_hot_standby\0on\0"
_SAYS = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
SHUT_DOWN: Final = b"E" + (len(_SAYS) + 4).to_bytes(4, "big") + _SAYS
"""What a server says that is shut down, before it ends a connection."""
_WROTE = re.compile(rb"(?:INSERT 0|UPDATE|DELETE) [1-9][0-9]*\0")  # completions of statements

Lost = Literal["commit", "answer", "database"]
"""What is lost of a commit: the commit itself, its answer, or with its answer every connection."""


@dataclass
class _Wires:
    """The two ends of one connection.

    `commit`: the number of the one that is under way; `swallows`: its answer is kept back;
    `answered`: by the server since the one before.
    """

    client: socket.socket
    server: socket.socket
    commit: int = 0
    swallows: bool = False
    answered: bytearray = field(default_factory=bytearray)

    def cut(self) -> None:
        for each in (self.client, self.server):
            with contextlib.suppress(OSError):  # its other end may have ended it
                each.shutdown(socket.SHUT_RDWR)


class Relay:
    """Leads from `port` to the server at another port of this machine.

    It counts the commits that pass, and can lose one: before PostgreSQL gets it, or when it was
    done and its answer is on the way. `commits`: how many passed since it was armed; `writing`: the
    numbers of those before which rows were written. `follows`: the server calls itself a replica.
    `last_words`: what the server says instead of the end of an answer that is lost.
    """

    def __init__(self, server: int) -> None:
        self._server = server
        with socket.create_server((LOCAL, 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self._wires: list[_Wires] = []
        self._counting = threading.Lock()
        self._what: Lost = "answer"
        self._at = 0
        self.commits = 0
        self.writing: list[int] = []
        self.follows = False
        self.last_words = b""

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
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for each in self._wires:
            each.cut()
        self._wires.clear()

    def lose(self, what: Lost, at: int) -> None:
        """Lose `what` of the commit with that number from now on (1: the next one); 0: of none.

        Its connection is cut, all others stay; a database that is lost takes none before `join`.
        """
        with self._counting:
            self._what, self._at, self.commits, self.writing = what, at, 0, []

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                taken, _ = listening.accept()
                wires = _Wires(taken, socket.create_connection((LOCAL, self._server)))
            except OSError:  # cut
                return
            self._wires.append(wires)
            for carry in (self._ask, self._answer):
                threading.Thread(target=_carry, args=(carry, wires), daemon=True).start()

    def _ask(self, wires: _Wires) -> None:
        """Carry what the client asks."""
        end = b""  # of the piece before: a commit may lie in two
        while piece := wires.client.recv(65_536):
            if self._loses(wires, (end + piece).count(_COMMIT)):
                if self._what == "commit":
                    return
                wires.swallows = True
            wires.server.sendall(piece)
            end = piece[1 - len(_COMMIT) :]

    def _loses(self, wires: _Wires, passing: int) -> bool:
        """Count the commits that pass, and tell whether one is to be lost."""
        if not passing:
            return False
        with self._counting:
            before, self.commits = self.commits, self.commits + passing
            wires.commit = self.commits
            return before < self._at <= self.commits

    def _answer(self, wires: _Wires) -> None:
        """Carry what the server answers, up to the answer that is to be lost."""
        while piece := wires.server.recv(65_536):
            if self.follows:
                piece = piece.replace(_LEADS, _FOLLOWS)
            wires.answered += piece
            done = wires.answered.find(_COMMIT)
            if not wires.swallows:
                if done >= 0:
                    self._note(wires)
                wires.client.sendall(piece)
            elif done >= 0 and wires.answered.find(_READY, done) >= 0:
                if self.last_words:
                    wires.client.sendall(piece.partition(_READY)[0] + self.last_words)
                if self._what == "database":
                    self.cut()
                return

    def _note(self, wires: _Wires) -> None:
        with self._counting:
            if _WROTE.search(wires.answered):
                self.writing.append(wires.commit)
        wires.answered.clear()


def _carry(carry: Callable[[_Wires], None], wires: _Wires) -> None:
    with contextlib.suppress(OSError):  # cut
        carry(wires)
    wires.cut()
