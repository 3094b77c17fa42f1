"""Check an article's certificate without Dakiya. It needs Python 3.11 and nothing else.

python check_certificate.py certificate.json day-roots/

certificate.json: the answer of GET /api/v1/articles/{number}/proof. day-roots/: the published roots
of the days, one file each (2026-11-26.json), as the department gave them out on the day after. Also
a single such file.

Exit code 0: every event and decision that the certificate holds is of this article and as it was
written on its day. Lines that begin with UNPROVEN say what that does not prove: always, that none
is missing. WRONG says what is forged or damaged, OPEN what is not proven yet: the exit code is 1.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

FORMAT = "dakiya certificate 2"

# The state after an event, where the event ends the journey of the article or takes an end back.
ENDS = {
    "delivered": "delivered",
    "collected": "delivered",
    "returned": "returned",
    "recalled": "recalled",
    "handover_undone": "",
    "reopened": "",
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__)
        return 2
    try:
        text = Path(arguments[0]).read_text(encoding="utf-8")
        roots = published(Path(arguments[1]))
    except (OSError, UnicodeDecodeError) as error:
        print(f"WRONG  it cannot be read: {error}")
        return 1
    check = Check(roots)
    try:
        certificate = json.loads(text)
        check.certificate(certificate)
        article = str(certificate["record"]["article"])
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        check.wrong.append(f"it is no certificate ({type(error).__name__}: {error})")
        article = arguments[0]
    for label in ("wrong", "open", "unproven"):
        for each in getattr(check, label):
            print(f"{label.upper()}  {shown(each)}")
    if check.wrong:
        print(f"{shown(article)}: this certificate is not true, or not of this department")
        return 1
    print(
        f"{shown(article)}: {check.events} events and {check.decisions} decisions are as they were"
        f" written, {len(check.open)} things cannot be proven yet"
    )
    return 1 if check.open else 0


def shown(text: str) -> str:
    """Return what is printed of somebody else's text: one line."""
    return "".join(each if each.isprintable() else "?" for each in text)


def published(path: Path) -> dict[str, bytes]:
    """Return the published documents by their day, byte by byte."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    return {file.stem: file.read_bytes() for file in files}


class Check:
    """What is wrong with a certificate, what is open, and what it does not prove."""

    def __init__(self, roots: dict[str, bytes]) -> None:
        self.roots = roots
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.unproven: list[str] = []
        self.events = 0  # that are proven
        self.decisions = 0
        self.documents: dict[str, Any] = {}

    def certificate(self, certificate: Any) -> None:
        record = certificate["record"]
        if record["format"] != FORMAT:
            raise ValueError(f"its format is {record['format']!r}, this checks {FORMAT!r}")
        text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if sha256(text.encode()).hexdigest() != certificate["hash"]:
            self.wrong.append("the record is not the one whose hash the certificate states")
        for day in record["days"]:
            self.day(day)
        events = self.rows(record["events"], "event")
        decisions = self.rows(record["decisions"], "decision")
        self.booked(record, events)
        self.ended(record, events)
        self.of_this_article(record, decisions)
        self.unproven.append(
            "recipient_name, recipient_phone, sender_name, sender_phone: no event holds them"
        )
        self.unproven.append(
            "that nothing is missing: what was left out of a certificate, first or last, is not"
            " seen from it. The department's feed and its database show all events"
        )

    def day(self, day: Any) -> None:
        """Compare the seal of a day with the published one."""
        document = day["document"].encode()
        if sha256(document).hexdigest() != day["root"]:
            self.wrong.append(f"{day['day']}: the document has another root")
        if day["day"] not in self.roots:
            self.wrong.append(f"{day['day']}: no root was given that was published for this day")
        elif self.roots[day["day"]] != document:
            self.wrong.append(f"{day['day']}: another root was published")
        read = json.loads(document)
        if read["day"] != day["day"]:
            self.wrong.append(f"{day['day']}: the document is of another day")
        self.documents[day["day"]] = read

    # ---- events and decisions --------------------------------------------------------------------

    def rows(self, rows: Any, kind: str) -> list[Any]:
        """Check each row by itself; return what was hashed of those that say it, in their order."""
        found: list[Any] = []
        last = 0
        for number, row in enumerate(rows, start=1):
            where = f"{kind} {number}"
            name = row["kind"] if kind == "event" else row["event"]
            if name is not None:
                where += f" ({name}, {row['at']})"
            written = self.row(where, kind, row)
            if written is None:
                continue
            if not isinstance(written.get("id"), int) or written["id"] <= last:
                self.wrong.append(f"{where}: it is there twice, or out of its order")
            else:
                last = written["id"]
            found.append(written)
        return found

    def row(self, where: str, kind: str, row: Any) -> Any:
        """Return what was hashed of a row; None where it does not say, or is no content."""
        before = len(self.wrong), len(self.open)
        written = None
        digest = bytes.fromhex(row["digest"])
        if row["content"] is not None:
            written = self.content(where, kind, row)
        elif kind == "event":
            self.wrong.append(f"{where}: its content is missing")
        elif any(row[name] is not None for name in ("at", "event", "acts", "proof", "salt")):
            self.wrong.append(f"{where}: it says what was decided, without what was hashed")
        else:
            self.unproven.append(
                f"{where}: what was decided, and of which article; its digest is all"
            )
        self.in_chain(where, "events" if kind == "event" else "sprints", row, digest)
        if written is not None and before == (len(self.wrong), len(self.open)):
            if kind == "event":
                self.events += 1
            else:
                self.decisions += 1
        return written

    def content(self, where: str, kind: str, row: Any) -> Any:
        """Compare what a row says with what was hashed, and this with its digest."""
        salted = b"\0" + bytes.fromhex(row["salt"]) + row["content"].encode()
        if sha256(salted).hexdigest() != row["digest"]:
            self.wrong.append(f"{where}: changed since it was written")
        try:
            written = json.loads(row["content"])
        except ValueError:
            written = None
        if not isinstance(written, dict):
            self.wrong.append(f"{where}: what was hashed is no row (a JSON object is expected)")
            return None
        said = {"at": row["at"]}
        if kind == "event":
            hashed = written
            said |= {"kind": row["kind"], "data": row["data"]}
        else:
            told = told_of(written)
            hashed = {"at": written.get("at"), "acts": told.get("acts")}
            hashed["event"] = told.get("event", "")
            said |= {"event": row["event"], "acts": row["acts"]}
        if any(hashed.get(name) != value for name, value in said.items()):
            self.wrong.append(f"{where}: it says something else than what was hashed")
        if written.get("proof") != row["proof"] or written.get("day_written") != row["day"]:
            self.wrong.append(f"{where}: its proof or day is not the one that was hashed")
        return written

    def in_chain(self, where: str, chain: str, row: Any, digest: bytes) -> None:
        """Climb from a row to the root of its chain on its day (RFC 6962, section 2.1)."""
        if row["path"] is None:
            if row["day"] in self.documents:
                self.open.append(
                    f"{where}: {row['day']} is sealed, and no way to its seal is given"
                )
            else:
                self.open.append(f"{where}: the day {row['day']} had no seal yet")
            return
        for step in row["path"]:
            neighbour = bytes.fromhex(step["digest"])
            pair = neighbour + digest if step["side"] == "left" else digest + neighbour
            digest = sha256(b"\1" + pair).digest()
        if row["day"] not in self.documents:
            self.wrong.append(f"{where}: the seal of {row['day']} is missing")
        elif self.documents[row["day"]]["chains"][chain]["root"] != digest.hex():
            self.wrong.append(f"{where}: not among what was written on {row['day']}")

    # ---- of this article, and what became of it --------------------------------------------------

    def booked(self, record: Any, events: list[Any]) -> None:
        """Bind all events to one article, and by its booking to the number."""
        articles = {json.dumps(each.get("article_id")) for each in events}
        if len(articles) > 1 or "null" in articles:
            self.wrong.append("the events are of different articles")
        bookings = [each for each in events if each.get("kind") == "article_booked"]
        if len(bookings) != 1 or bookings[0] is not events[0]:
            self.wrong.append("the first event, and it alone, must be that the article was booked")
            return
        data = bookings[0].get("data")
        data = data if isinstance(data, dict) else {}
        if "number" not in data:
            self.open.append(
                "the number: this article was booked before its booking named it, so ask the"
                " department which article these events are of"
            )
        elif data["number"] != record["article"]:
            self.wrong.append(f"the events are of article {data['number']}")
        if data.get("service") != record["service"]:
            self.wrong.append(f"the service: {data.get('service')} was booked")
        if moment(record["booked_at"]) != moment(bookings[0]["at"]):
            self.wrong.append(f"booked_at: it was booked at {bookings[0]['at']}")

    def ended(self, record: Any, events: list[Any]) -> None:
        """Compare the state with the event that ended the journey last, if any did."""
        ends = [ENDS[each["kind"]] for each in events if each.get("kind") in ENDS]
        end = ends[-1] if ends else ""
        state = record["state"]
        if (state if state in ENDS.values() else "") != end:
            self.wrong.append(f"the state {state}: its events say {end or 'that it has not ended'}")
        elif not end:
            self.unproven.append(f"the state {state}: its events say only that it has not ended")

    def of_this_article(self, record: Any, decisions: list[Any]) -> None:
        for each in decisions:
            if told_of(each).get("article") != record["article"]:
                self.wrong.append(f"the decision of {each.get('at')} is of another article")


def told_of(written: Any) -> Any:
    """Return article, event and acts that a decision's row tells of itself, in either form."""
    if "event_kind" in written:
        acts = [name for name in str(written.get("acts", "")).split(",") if name]
        return {
            "article": written.get("article"),
            "event": written["event_kind"],
            "acts": acts,
        }
    told = written.get("told")
    return told if isinstance(told, dict) else {}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
