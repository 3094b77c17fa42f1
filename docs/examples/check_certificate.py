"""Check an article's certificate without Dakiya. It needs Python 3.11 and nothing else.

python check_certificate.py certificate.json day-roots/

certificate.json: the answer of GET /api/v1/articles/{number}/proof. day-roots/: the published roots
of the days, one file each (2026-11-26.json), as the department gave them out on the day after. Also
a single such file. Exit code 0: every event is as it was written on its day; else it says why not.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

Complaints = list[str]


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__)
        return 2
    certificate = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    wrong, open_ = check(certificate, published(Path(arguments[1])))
    for each in wrong:
        print(f"WRONG  {each}")
    for each in open_:
        print(f"OPEN   {each}")
    record = certificate["record"]
    if wrong:
        print(f"{record['article']}: this certificate is not true, or not of this department")
        return 1
    proven = len(record["events"]) - len(open_)
    print(f"{record['article']}: {proven} events are as they were written, {len(open_)} not sealed")
    return 1 if open_ else 0


def published(path: Path) -> dict[str, bytes]:
    """Return the published documents by their day, byte by byte."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    return {file.stem: file.read_bytes() for file in files}


def check(certificate: Any, roots: dict[str, bytes]) -> tuple[Complaints, Complaints]:
    """Return what is wrong, and what cannot be proven yet."""
    record = certificate["record"]
    wrong: Complaints = []
    open_: Complaints = []
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if sha256(text.encode()).hexdigest() != certificate["hash"]:
        wrong.append("the record is not the one whose hash the certificate states")
    documents = {}
    for day in record["days"]:
        document = day["document"].encode()
        if sha256(document).hexdigest() != day["root"]:
            wrong.append(f"{day['day']}: the document has another root")
        if day["day"] not in roots:
            wrong.append(f"{day['day']}: no root was given that was published for this day")
        elif roots[day["day"]] != document:
            wrong.append(f"{day['day']}: another root was published")
        documents[day["day"]] = json.loads(document)
    for number, event in enumerate(record["events"], start=1):
        where = f"event {number} ({event['kind']}, {event['at']})"
        written = json.loads(event["content"])
        said = {name: event[name] for name in ("at", "kind", "data")}
        if any(written.get(name) != value for name, value in said.items()):
            wrong.append(f"{where}: it says something else than what was hashed")
        if written.get("proof") != event["proof"] or written["day_written"] != event["day"]:
            wrong.append(f"{where}: its proof or day is not the one that was hashed")
        digest = sha256(b"\0" + bytes.fromhex(event["salt"]) + event["content"].encode()).digest()
        if digest.hex() != event["digest"]:
            wrong.append(f"{where}: changed since it was written")
        in_chain(where, "events", event, digest, documents, wrong, open_)
    for number, decision in enumerate(record["decisions"], start=1):
        where = f"decision {number} ({decision['event']}, {decision['at']})"
        digest = bytes.fromhex(decision["digest"])
        in_chain(where, "sprints", decision, digest, documents, wrong, [])
    return wrong, open_


def in_chain(
    where: str, chain: str, row: Any, digest: bytes, documents: Any, wrong: Complaints,
    open_: Complaints,
) -> None:  # fmt: skip
    """Climb from a row to the root of its chain on its day (RFC 6962, section 2.1)."""
    if row["path"] is None:
        open_.append(f"{where}: the day {row['day']} had no seal yet")
        return
    for step in row["path"]:
        neighbour = bytes.fromhex(step["digest"])
        pair = neighbour + digest if step["side"] == "left" else digest + neighbour
        digest = sha256(b"\1" + pair).digest()
    if row["day"] not in documents:
        wrong.append(f"{where}: the seal of {row['day']} is missing")
    elif documents[row["day"]]["chains"][chain]["root"] != digest.hex():
        wrong.append(f"{where}: not among what was written on {row['day']}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
