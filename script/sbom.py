"""The program of ./script/sbom: the bill of materials of a lock, in CycloneDX.

It is made from the lock alone, with the hashes that pip insists on: the same lock gives the same
bytes, on every machine and day.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement

HOUSE = Path(__file__).resolve().parent.parent
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(lock: bytes, name: str, version: str) -> str:
    """Return the bill of materials of `name`, which runs on what `lock` names."""
    root = Component(name=name, version=version, type=ComponentType.APPLICATION, bom_ref="root")
    parts = list(_components(lock.decode()))
    bom = Bom(components=parts, serial_number=UUID(bytes=hashlib.sha256(lock).digest()[:16]))
    bom.metadata.component = root
    bom.register_dependency(root, parts)
    written = json.loads(JsonV1Dot6(bom).output_as_string())
    del written["metadata"]["timestamp"]  # of this run, and no part of what is installed
    return json.dumps(written, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _components(lock: str) -> Iterator[Component]:
    for entry in lock.replace("\\\n", " ").splitlines():
        if not entry[:1].isalnum():
            continue  # a comment: who needs it
        required = Requirement(entry.partition("--hash")[0].strip())
        (pinned,) = required.specifier
        found = PackageURL("pypi", None, required.name, pinned.version)
        digests = _HASH.findall(entry)
        # Only where the marker of the lock is true, as "sys_platform == 'win32'".
        where = [Property(name="python:marker", value=str(required.marker))]
        yield Component(
            name=required.name,
            version=pinned.version,
            type=ComponentType.LIBRARY,
            purl=found,
            bom_ref=str(found),
            # Of each file that may be installed, by platform.
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in digests],
            properties=where if required.marker else (),
        )


def main(arguments: list[str]) -> int:
    """Print the bill of the lock in `arguments`, else of requirements.txt."""
    lock = Path(arguments[0]) if arguments else HOUSE / "requirements.txt"
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sys.stdout.write(bill(lock.read_bytes(), project["name"], project["version"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
