"""The network of the cluster: a switch in a namespace of its own, and a cable to each machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.cluster.plan import HERE, HUB, PREFIX, Host
from bench.rig import HOUSE

_SWITCH = "switch"
_OWN_END = f"{PREFIX}here"  # of the cable to this machine: at most 15 letters

_WHOLE = ("tx", "off", "tso", "off", "gso", "off")


def lay(hosts: Iterable[Host]) -> None:
    """Make the switch and a cable to each machine, and one to this machine."""
    _ip("netns", "add", HUB)
    _in(HUB, "link", "add", _SWITCH, "type", "bridge")
    _in(HUB, "link", "set", _SWITCH, "up")
    for host in hosts:
        _ip("netns", "add", host.namespace)
        _ip("link", "add", "eth0", "netns", host.namespace, "type", "veth",
            "peer", "name", host.name, "netns", HUB)  # fmt: skip
        _in(host.namespace, "addr", "add", f"{host.address}/24", "dev", "eth0")
        _in(host.namespace, "link", "set", "eth0", "up")
        _in(host.namespace, "link", "set", "lo", "up")
        # Whole frames with their sums: a bad cable carries them itself.
        for namespace, end in ((host.namespace, "eth0"), (HUB, host.name)):
            _ip("netns", "exec", namespace, "ethtool", "-K", end, *_WHOLE)
        _plug(host.name)
    _ip("link", "add", _OWN_END, "type", "veth", "peer", "name", "here", "netns", HUB)
    _ip("addr", "add", f"{HERE}/24", "dev", _OWN_END)
    _ip("link", "set", _OWN_END, "up")
    _plug("here")


def cut(host: Host) -> None:
    """Pull the machine's cable: what it sends goes nowhere, and nobody is told."""
    _in(HUB, "link", "set", host.name, "down")


def join(host: Host) -> None:
    """Put the cable back."""
    _in(HUB, "link", "set", host.name, "up")


@contextmanager
def bad(host: Host, milliseconds: float, percent: float) -> Iterator[None]:
    """Let everything to and from the machine come so late, each way, and so much of it be lost."""
    command = ["ip", "netns", "exec", HUB, sys.executable, "-m", "bench.cluster.cable",
               host.name, str(milliseconds), str(percent)]  # fmt: skip
    with subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE) as carrying:
        assert carrying.stdout is not None
        carrying.stdout.readline()
        try:
            yield
        finally:
            carrying.terminate()


def can_be_made() -> bool:
    """Tell whether this machine lets us make a namespace."""
    tried = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    return not tried.returncode


def left() -> list[str]:
    """Return the namespaces of a cluster that are there."""
    names = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True)
    return [line.split()[0] for line in names.stdout.splitlines() if line.startswith(PREFIX)]


def processes(namespace: str) -> list[int]:
    """Return the processes that run in a namespace."""
    found = subprocess.run(
        ["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False
    )
    return [int(each) for each in found.stdout.split()]


def remove() -> None:
    """Remove switch, cables and namespaces, as far as they are there. Processes must be gone."""
    if Path(f"/sys/class/net/{_OWN_END}").exists():
        _ip("link", "del", _OWN_END)
    for namespace in left():
        _ip("netns", "del", namespace)


def _plug(name: str) -> None:
    _in(HUB, "link", "set", name, "master", _SWITCH)
    _in(HUB, "link", "set", name, "up")


def _in(namespace: str, *command: str) -> None:
    _ip("-n", namespace, *command)


def _ip(*command: str) -> None:
    subprocess.run(["ip", *command], check=True, stdout=subprocess.DEVNULL)
