"""The program of ./script/audit: the packages of the locks, asked of a database of advisories.

Ends with 0 where nothing is known, 1 where something is, 2 where the database could not be asked:
no answer is never taken for a good one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))

from script.advisories import NoDatabase, read, served  # noqa: E402

LOCKS = ("requirements.txt", "requirements-embedded.txt", "requirements-dev.txt")
CLEAN, KNOWN, NOT_ASKED = 0, 1, 2


def main(arguments: list[str]) -> int:
    """Audit the locks and print what is known of them; return the status."""
    asked = _parser().parse_args(arguments)
    with ExitStack() as until_the_end:
        address = asked.database
        if address and not address.startswith(("http://", "https://")):
            try:
                address = until_the_end.enter_context(served(read(Path(address))))
            except NoDatabase as error:
                print(f"audit: {error}", file=sys.stderr)
                return NOT_ASKED
        return _report(asked.lock or [HOUSE / lock for lock in LOCKS], address, asked.ignore)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./script/audit", description=__doc__)
    parser.add_argument(
        "--database",
        default=os.environ.get("AUDIT_DATABASE", ""),
        help="a directory or zip of OSV records, or the address of an OSV API; without it"
        " AUDIT_DATABASE, and without that the API of OSV on the internet",
    )
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="ID", help="an advisory that was judged"
    )
    parser.add_argument("lock", nargs="*", type=Path, help="without one: all locks")
    return parser


def _report(locks: list[Path], address: str, ignored: list[str]) -> int:
    with TemporaryDirectory() as directory:
        result = Path(directory) / "result.json"
        command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
        command += ["--vulnerability-service", "osv", "--progress-spinner", "off"]
        command += ["--cache-dir", directory, "--format", "json", "--output", str(result)]
        command += ["--osv-url", address] if address else []
        for lock in locks:
            command += ["--requirement", str(lock)]
        for each in ignored:
            command += ["--ignore-vuln", each]
        ended = subprocess.run(command, capture_output=True, text=True)
        try:
            found = json.loads(result.read_text(encoding="utf-8"))["dependencies"]
        except (OSError, ValueError, KeyError):
            _not_asked(ended.stderr)
            return NOT_ASKED
    return _show(found)


def _not_asked(said: str) -> None:
    lines = said.strip().splitlines()
    print(
        "audit: the database of advisories could not be asked, so nothing is known of the packages."
        " Without a network, give one: --database DIRECTORY\n"
        f"  {lines[-1] if lines else 'pip-audit said nothing'}",
        file=sys.stderr,
    )


def _show(found: list[dict[str, Any]]) -> int:
    unasked = [each for each in found if "skip_reason" in each]
    known = [(each, weakness) for each in found for weakness in each.get("vulns", ())]
    for each, weakness in known:
        mended = ", ".join(weakness["fix_versions"]) or "nowhere yet"
        names = " ".join([weakness["id"], *weakness["aliases"]])
        print(f"{each['name']} {each['version']}: {names}; mended in {mended}")
    for each in unasked:
        print(f"{each['name']}: not asked: {each['skip_reason']}")
    print(f"audit: {len(found)} packages, {len(known)} known weaknesses, {len(unasked)} not asked")
    if known:
        return KNOWN
    return NOT_ASKED if unasked or not found else CLEAN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
