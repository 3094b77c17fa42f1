"""A real Kannel on this machine: bearerbox, smsbox, and its fake SMSC for telephones.

Its configuration is the one of docs/examples, with other ports.

Debian's kannel and kannel-extras. Everything listens on free ports of 127.0.0.1, except that the
port of the fake SMSC, which Kannel binds to every address, takes nobody but this machine.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Self
from urllib.parse import quote, unquote_to_bytes

LOCAL = "127.0.0.1"
USER, PASSWORD, SENDER = "dakiya", "kannel-password-of-the-tests", "57575"
FAKE_SMSC = "/usr/lib/kannel/test/fakesmsc"
_PATIENCE = 30.0  # seconds; a text takes milliseconds

_EXAMPLE = Path(__file__).parent.parent.parent / "docs" / "examples" / "kannel.conf"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOCAL, 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Text:
    """A whole text as a telephone shows it, put together from `parts`."""

    sender: str
    receiver: str
    words: str
    parts: int


class Kannel:
    """`with Kannel(directory, hook) as kannel:` where `hook` is our address for texts."""

    def __init__(self, directory: Path, hook: str) -> None:
        self._directory = directory
        self._ports = {name: free_port() for name in ("admin", "boxes", "smsc", "sendsms")}
        self._configuration = directory / "kannel.conf"
        written = _EXAMPLE.read_text()
        for old, new in {
            "= 13000": f"= {self._ports['admin']}",
            "= 13001": f"= {self._ports['boxes']}",
            "= 13013": f"= {self._ports['sendsms']}",
            "= 10000": f"= {self._ports['smsc']}",
            "= CHANGE-ME": f"= {PASSWORD}",
            "/var/log/kannel": str(directory),
            "http://127.0.0.1:8000/hooks/http/kannel/HOOK-SECRET/sms": hook,
        }.items():
            assert old in written, old
            written = written.replace(old, new)
        self._configuration.write_text(written)
        self._stack = ExitStack()
        self._telephones: _Telephones | None = None

    @property
    def url(self) -> str:
        return f"http://{LOCAL}:{self._ports['sendsms']}"

    def __enter__(self) -> Self:
        self._start("bearerbox", self._ports["boxes"])
        self._start("smsbox", self._ports["sendsms"])
        return self

    def __exit__(self, *_: object) -> None:
        if self._telephones:
            self._telephones.hang_up()
        self._stack.close()

    def listen(self) -> None:
        """Telephones that only receive, until one of them writes."""
        self._connect("-m", "0", f"{SENDER} {SENDER} text nobody")

    def write(self, phone: str, words: str) -> None:
        """One text from a telephone; all of them go on receiving."""
        coded = "text " + words
        if not words.isascii():
            coded = "ucs2 " + quote(words.encode("utf-16-be"), safe="")
        self._connect("-m", "1", f"{phone} {SENDER} {coded}")

    def next_text(self) -> Text:
        """The next text that came whole. Raises AssertionError where none comes."""
        assert self._telephones is not None
        return self._telephones.next_text()

    def _connect(self, *arguments: str) -> None:
        if self._telephones:
            self._telephones.hang_up()  # the fake SMSC takes one connection at a time
        self._telephones = _Telephones(self._ports["smsc"], arguments)

    def _start(self, box: str, port: int) -> None:
        binary = shutil.which(box) or f"/usr/sbin/{box}"
        output = self._stack.enter_context((self._directory / f"{box}.out").open("wb"))
        process = subprocess.Popen(
            [binary, "-v", "4", str(self._configuration)], stdout=output, stderr=output
        )
        self._stack.callback(_end, process)
        until = time.monotonic() + _PATIENCE
        while process.poll() is None and time.monotonic() < until:
            try:
                socket.create_connection((LOCAL, port), timeout=1).close()
            except OSError:
                time.sleep(0.02)  # between looks; what ends the loop is the connection
            else:
                return
        raise AssertionError(f"{box}: {(self._directory / f'{box}.out').read_text()[-800:]}")


@dataclass
class _Telephones:
    """Kannel's fakesmsc, connected. What it prints is what came to the telephones."""

    port: int
    arguments: tuple[str, ...]
    _texts: SimpleQueue[Text] = field(default_factory=SimpleQueue)

    def __post_init__(self) -> None:
        self._process = subprocess.Popen(
            [FAKE_SMSC, "-H", LOCAL, "-r", str(self.port), *self.arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def next_text(self) -> Text:
        try:
            return self._texts.get(timeout=_PATIENCE)
        except Empty:
            raise AssertionError("no text came to any telephone") from None

    def hang_up(self) -> None:
        _end(self._process)
        self._reader.join()

    def _read(self) -> None:
        parts: dict[tuple[str, bytes], dict[int, bytes]] = {}
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if got := re.search(rb"Got message \d+: <(\S+) (\S+) (.*)>", line):
                sender, receiver, rest = (each.decode() for each in got.groups())
                header, coded = _split(rest)
                if not header:
                    self._texts.put(Text(sender, receiver, _words([coded]), 1))
                    continue
                # Concatenation: 05 00 03, reference, how many, which.
                pieces = parts.setdefault((receiver, header[3:4]), {})
                pieces[header[5]] = coded.encode()
                if len(pieces) == header[4]:
                    whole = [pieces[number].decode() for number in sorted(pieces)]
                    self._texts.put(Text(sender, receiver, _words(whole), len(whole)))
                    del parts[receiver, header[3:4]]


def _split(rest: str) -> tuple[bytes, str]:
    if rest.startswith("udh "):
        _, header, coded = rest.split(" ", 2)
        return _raw(header), coded
    return b"", rest


def _words(coded: list[str]) -> str:
    kind = coded[0].split(" ", 1)[0]
    bodies = [each.split(" ", 1)[1] for each in coded]
    if kind == "text":
        return "".join(bodies)
    # Of a part with a header, Kannel's protocol does not tell the alphabet. UCS-2 of the texts that
    # we send has bytes below a space: the high ones of ASCII and of Devanagari.
    raw = b"".join(map(_raw, bodies))
    return raw.decode("utf-16-be" if min(raw) < 0x20 else "utf-8")


def _raw(coded: str) -> bytes:
    return unquote_to_bytes(coded.replace("+", " "))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it at once: a bearerbox that is asked to waits ten seconds for its connections."""
    process.kill()
    process.wait()
