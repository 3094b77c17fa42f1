"""A database of advisories on this machine, asked in the way of the OSV API.

It is a directory, or a zip, of OSV records in JSON, as OSV exports them for PyPI.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

Record = Mapping[str, Any]


class NoDatabase(Exception):
    """The path holds no advisories; the message says so."""


@dataclass(frozen=True)
class Advisories:
    """The records, by the normalised name of each package that they are about."""

    by_package: Mapping[str, Sequence[Record]]

    def about(self, name: str, version: str) -> list[Record]:
        """Return the records about that version of a package."""
        found = self.by_package.get(canonicalize_name(name), ())
        return [each for each in found if _is_about(each, canonicalize_name(name), version)]


def read(path: Path) -> Advisories:
    """Return what the directory or zip at `path` holds. Raise `NoDatabase`."""
    by_package: dict[str, list[Record]] = {}
    for raw in _files(path):
        try:
            record = json.loads(raw)
        except ValueError as error:
            raise NoDatabase(f"{path}: one of its records is not JSON: {error}") from None
        for affected in record.get("affected", ()):
            if name := _name(affected):
                affected["package"]["name"] = name  # as it is asked for
        for name in {_name(each) for each in record.get("affected", ())} - {""}:
            by_package.setdefault(name, []).append(record)
    if not by_package:
        raise NoDatabase(f"{path}: no OSV record about a package of PyPI is there")
    return Advisories(by_package)


@contextmanager
def served(advisories: Advisories) -> Iterator[str]:
    """Serve the advisories on this machine until the block ends; yield the address to ask."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = advisories.about(asked["package"]["name"], asked["version"])
            body = json.dumps({"vulns": found} if found else {}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the audit's own table follows."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _files(path: Path) -> Iterator[bytes]:
    if path.is_dir():
        yield from (each.read_bytes() for each in sorted(path.rglob("*.json")))
        return
    try:
        with ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if name.endswith(".json"):
                    yield archive.read(name)
    except (OSError, BadZipFile) as error:
        raise NoDatabase(f"{path}: neither a directory nor a zip of OSV records") from error


def _name(affected: Mapping[str, Any]) -> str:
    package = affected.get("package", {})
    return canonicalize_name(package["name"]) if package.get("ecosystem") == "PyPI" else ""


def _is_about(record: Record, name: str, version: str) -> bool:
    return not record.get("withdrawn") and any(
        version in affected.get("versions", ())
        or any(_within(each, Version(version)) for each in affected.get("ranges", ()))
        for affected in record["affected"]
        if _name(affected) == name
    )


def _within(range_: Mapping[str, Any], version: Version) -> bool:
    """Tell whether `version` is in a range, by the algorithm of OSV's schema.

    A version that cannot be compared counts as affected: a person looks at it then.
    """
    if range_.get("type") != "ECOSYSTEM":
        return False
    try:
        events = sorted(
            (Version(str(at) if at != "0" else "0.dev0"), what)
            for event in range_["events"]
            for what, at in event.items()
        )
    except InvalidVersion:
        return True
    inside = False
    for at, what in events:
        if what == "introduced" and version >= at:
            inside = True
        elif (what == "fixed" and version >= at) or (what == "last_affected" and version > at):
            inside = False
    return inside
