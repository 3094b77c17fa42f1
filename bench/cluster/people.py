"""Carriers and people, outside of the cluster: whole deliveries at a steady rate.

They reach it as the world does, by the balancer, and send each text until it is taken.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass

from bench.books import Doorstep
from bench.cluster import books
from bench.cluster.machine import ClusterFailed
from bench.cluster.plan import DIRECTORY, host, of_role
from bench.cluster.up import CARRIER_PORT, SECRETS
from bench.day_people import Told
from bench.rig import HOUSE
from bench.texts import Account
from bench.wire import Place

_ANSWER_SECONDS = "0.05"  # of the carrier
_CONNECTIONS = 16
_PATIENCE_SECONDS = 120.0


@dataclass
class World:
    """The carrier, which runs all the time, and the people, who come for each play."""

    account: Account
    texted: int

    @classmethod
    @contextmanager
    def living(cls) -> Iterator[World]:
        """Let there be the carrier for as long as the block lasts."""
        account = Account.of(books.settings())
        names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "PUBLIC_URL")
        with (DIRECTORY / "carrier.log").open("ab") as log:
            carrier = subprocess.Popen(
                _outside("-m", "bench.carrier", str(_carrier()), _ANSWER_SECONDS, str(_web())),
                cwd=HOUSE, env={**os.environ, **dict(zip(names, astuple(account), strict=True))},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            yield cls(account, time.time_ns())  # texts of an earlier run have other ids
        finally:
            carrier.kill()
            carrier.wait()

    def play(self, doors: Sequence[Doorstep], rate: float, meanwhile: Callable[[], None]) -> Told:
        """Play these deliveries, `rate` a second, and `meanwhile` beside them.

        Return what the people know at the end. Raise what `meanwhile` raises, and `ClusterFailed`.
        """
        plan = {
            "account": astuple(self.account),
            "doors": [astuple(door) for door in doors],
            "rate": rate,
            "web": str(_web()),
            "carrier": str(_carrier()),
            "connections": _CONNECTIONS,
            "patience": _PATIENCE_SECONDS,
            "texted": self.texted,
        }
        self.texted += 2 * len(doors)
        path = DIRECTORY / "plan.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(plan))
        with subprocess.Popen(
            _outside("-m", "bench.day_people", str(path)),
            cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as people:  # fmt: skip
            assert people.stderr is not None
            people.stderr.readline()  # they begin
            meanwhile()
            said, wrong = people.communicate()
        if people.returncode:
            raise ClusterFailed(f"the people failed: {wrong[-1500:]}")
        return Told.read(json.loads(said))


def _outside(*arguments: str) -> list[str]:
    return ["ip", "netns", "exec", host("outside").namespace, sys.executable, *arguments]


def _carrier() -> Place:
    return Place(CARRIER_PORT, host("outside").address)


def _web() -> Place:
    return Place(443, of_role("balancer")[0].address, str(SECRETS / "ca.crt"))
