"""A machine of a cluster as scripts of deploy/ see it: its own name, /etc, /opt and /var/lib.

It is this one in a mount and host name namespace of its own, so real bash runs the real script as
root, and nothing of this machine changes. What the scripts would start is only written down.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

# Each lies over what this machine has there, in memory.
_OWN: Final = ("etc", "opt", "run", "var/lib", "usr/local/bin")
_WRITTEN_DOWN: Final = ("systemctl", "groupadd", "useradd")


@dataclass(frozen=True)
class ScriptMachine:
    """`files`: what is there before, by path; one whose name ends with * may be run.

    `others`: the names that have an address; `empty`: directories of which it has nothing.
    """

    name: str
    files: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()

    def run(self, *command: str, after: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command there, and then `after`, a line of bash."""
        lines = [
            "set -e",
            f"hostname {self.name}",
            "mount -t tmpfs tmpfs /mnt",
            *(_over(directory) for directory in _OWN),
            *(f"mount -t tmpfs tmpfs {directory}" for directory in self.empty),
            "mkdir /mnt/programs",
            *(_written_down(program) for program in _WRITTEN_DOWN),
            *(f"echo 127.0.0.1 {name} >>/etc/hosts" for name in self.others),
            *(line for path, text in self.files.items() for line in _laid(path, text)),
            "export PATH=/mnt/programs:$PATH",
            "set +e",
            shlex.join(command),
            "code=$?",
            after,
            "exit $code",
        ]
        return subprocess.run(
            ["unshare", "--mount", "--uts", "bash", "-c", "\n".join(lines)],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"},
        )


def insist_on_namespaces() -> None:
    """Skip the test where no such machine can be made here, and say why."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("a machine of its own needs root and unshare")
    tried = ScriptMachine("db1").run("true")
    if tried.returncode:
        pytest.skip(f"this machine makes no namespaces: {tried.stderr.strip()[-200:]}")


def _over(directory: str) -> str:
    flat = directory.replace("/", "-")
    upper, work = f"/mnt/{flat}", f"/mnt/{flat}.work"
    return (
        f"mkdir {upper} {work} && mount -t overlay overlay"
        f" -o lowerdir=/{directory},upperdir={upper},workdir={work} /{directory}"
    )


def _written_down(program: str) -> str:
    path = f"/mnt/programs/{program}"
    return f"printf '#!/bin/sh\\necho \"{program} $*\" >>/mnt/did\\n' >{path} && chmod +x {path}"


def _laid(path: str, text: str) -> tuple[str, ...]:
    path, may_run = path.removesuffix("*"), path.endswith("*")
    return (
        f"mkdir -p {shlex.quote(str(Path(path).parent))}",
        f"printf %s {shlex.quote(text)} >{shlex.quote(path)}",
        *([f"chmod +x {shlex.quote(path)}"] if may_run else []),
    )
