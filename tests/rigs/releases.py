"""Two releases on one database and one Valkey: their processes, and people who text to them."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import requests
from honcho.environ import parse_procfile
from pydantic import SecretStr

from bench.checkout import Checkout
from settings import Settings
from tests.rigs.carrier_stub import LOCAL, CarrierStub
from tests.rigs.desk import TOKEN
from tests.rigs.gateway import PUBLIC, SECRET, signature

HOUSE: Final = Path(__file__).resolve().parent.parent.parent
_SOON: Final = 120.0  # seconds; a busy machine takes some for a start
_RECORD: Final = re.compile(r"^\| the release before \| `([0-9a-f]{40})` \| `(\w+)` \|$", re.M)
T = TypeVar("T")


def release_before() -> tuple[str, str]:
    """The commit of the release before, and its newest migration, as they are written down."""
    found = _RECORD.search((HOUSE / "docs" / "developing" / "releases.md").read_text())
    assert found is not None, "docs/developing/releases.md names no release before"
    return found[1], found[2]


def until(answer: Callable[[], T], what: str) -> T:
    """What `answer` returns as soon as that is something."""
    deadline = time.monotonic() + _SOON
    while not (found := answer()):
        assert time.monotonic() < deadline, f"{what}: not within {_SOON:.0f} s"
        time.sleep(0.05)
    return found


@dataclass
class RunningReleases:
    """Starts processes of any tree on the same servers, with the same settings."""

    settings: Settings
    logs: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def web(self, tree: Checkout) -> str:
        """Start a web process; its address."""
        with socket.socket() as probe:
            probe.bind((LOCAL, 0))
            port = int(probe.getsockname()[1])
        self._start(tree, "web", PORT=str(port))
        return f"http://{LOCAL}:{port}"

    def worker(self, tree: Checkout) -> list[subprocess.Popen[bytes]]:
        """Start a worker and a clock."""
        return [self._start(tree, name) for name in ("worker", "clock")]

    def flask(self, tree: Checkout, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(tree.python), "-m", "flask", "--app", "app", *words],
            cwd=tree.directory, env=self._environment(tree), capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    def end(self, processes: list[subprocess.Popen[bytes]]) -> None:
        """End them as a platform does, and wait: what they were doing they have done."""
        for each in processes:
            each.terminate()
        for each in processes:
            assert each.wait(_SOON) == 0
            self.started.remove(each)

    def said(self) -> str:
        return "\n".join(
            f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}"
            for log in sorted(self.logs.glob("*.log"))
        )

    def _start(self, tree: Checkout, name: str, **more: str) -> subprocess.Popen[bytes]:
        line = parse_procfile((tree.directory / "Procfile").read_text()).processes[name]
        with (self.logs / f"{tree.name.replace(' ', '-')}-{name}.log").open("ab") as log:
            process = subprocess.Popen(
                ["sh", "-c", f"exec {line}"], cwd=tree.directory,
                env=self._environment(tree) | more, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
            )  # fmt: skip
        self.started.append(process)
        return process

    def _environment(self, tree: Checkout) -> dict[str, str]:
        return {
            "PATH": f"{tree.python.parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": os.environ.get("HOME", "/"),
            "HOST": LOCAL,
            "WEB_CONCURRENCY": "1",
            "PYTHONUNBUFFERED": "1",
            **{
                name.upper(): value.get_secret_value()
                if isinstance(value, SecretStr)
                else str(value)
                for name, value in self.settings
                if value is not None
            },
            **{name: value for name, value in self.settings.given.items() if value is not None},
            # The release before knows no three digits beside a code: docs/cluster.md, Upgrade.
            "OFFLINE_PER_POSTMAN": "0",
        }


@contextmanager
def running(settings: Settings, logs: Path) -> Iterator[RunningReleases]:
    made = RunningReleases(settings, logs)
    try:
        yield made
    finally:
        for each in made.started:
            each.terminate()
        for each in made.started:
            each.wait(_SOON)


_sids = count(1)


@dataclass
class Village:
    """People, and the department's software, at one web process at a time."""

    carrier: CarrierStub
    token: str

    def awaited(self, web: str) -> None:
        """Wait until it serves."""

        def serves() -> bool:
            try:
                return requests.get(f"{web}/healthz", timeout=5).status_code == 200
            except requests.ConnectionError:
                return False

        until(serves, f"{web} serves")

    def text(self, web: str, phone: str, words: str) -> None:
        form = {"MessageSid": f"SM{next(_sids):032x}", "From": phone, "Body": words}
        self._hook(web, "/hooks/twilio/sms", form)

    def hears(self, phone: str, has: str) -> str:
        """Wait for a text to this telephone with `has` in it; its words. It is received, too."""

        def came() -> str:
            return next(
                (str(each["body"]) for each in self.carrier.messages
                 if each["to"] == phone and re.search(has, each["body"])), "",
            )  # fmt: skip

        return until(came, f"a text to {phone} with {has}")

    def receipts(self, web: str) -> None:
        """Tell of all texts so far that they arrived."""
        for each in list(self.carrier.messages):
            path = str(each["status_callback"]).removeprefix(PUBLIC)
            self._hook(web, path, {"MessageSid": each["sid"], "MessageStatus": "delivered"})

    def dial(self, web: str, phone: str, *typed: str) -> str:
        """Dial, type one after the other; the last screen."""
        session = f"AT{next(_sids)}"
        said = ""
        for n in range(len(typed) + 1):
            form = {"sessionId": session, "serviceCode": "*384*77#", "phoneNumber": phone,
                    "text": "*".join(typed[:n])}  # fmt: skip
            answer = requests.post(
                f"{web}/hooks/africastalking/{SECRET}/ussd", data=form, timeout=30
            )
            answer.raise_for_status()
            said = answer.text
        return said

    def api(self, web: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        method: Literal["GET", "POST"] = "GET" if body is None else "POST"
        answer = requests.request(
            method, f"{web}/api/v1{path}", json=body, headers=headers, timeout=30
        )
        assert answer.ok, answer.text
        return answer.json()

    def _hook(self, web: str, path: str, form: Mapping[str, str]) -> None:
        headers = {"X-Twilio-Signature": signature(form, path), "Host": PUBLIC.rpartition("/")[2]}
        requests.post(web + path, data=form, headers=headers, timeout=30).raise_for_status()


@dataclass
class Browser:
    """One browser: its cookies go to whichever web process the proxy chooses."""

    cookies: dict[str, str] = field(default_factory=dict)

    def open(self, web: str, path: str) -> requests.Response:
        return self._kept(
            requests.get(web + path, headers=self._headers(), timeout=30, allow_redirects=False)
        )

    def submit(self, web: str, path: str, filled_at: str, **form: str) -> requests.Response:
        """Fill in the form of a page that another process showed, maybe."""
        token = TOKEN.search(self.open(filled_at, path).text)
        assert token is not None, f"{path} has no form"
        return self._kept(
            requests.post(web + path, data={"csrf_token": token[1], **form},
                          headers=self._headers(), timeout=30, allow_redirects=False)
        )  # fmt: skip

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookies, "Referer": f"{PUBLIC}/", "Host": PUBLIC.rpartition("/")[2]}

    def _kept(self, answer: requests.Response) -> requests.Response:
        self.cookies.update({each.name: each.value or "" for each in answer.cookies})
        return answer
