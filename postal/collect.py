"""Collection of an article at the office window: what a decision may know of who is there.

flows/window.py decides, postal/acts/window.py writes it into the books.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flows.events import DocumentType
from flows.facts import ArticleFact, StaffRole, WindowFact
from flows.happenings import AtWindow, DocumentShown, ToldCodeAtWindow
from postal import codes
from postal.facts import Reader
from store.database import Conn
from store.refusals import Conflict, Invalid


@dataclass(frozen=True)
class Document:
    """An identity document that was shown."""

    type: DocumentType
    last4: str


class NotAtOffice(Conflict):
    """The article is not here to be collected."""

    word = "window_not_here"

    def __init__(self, number: str, state: str) -> None:
        super().__init__(f"{number} is {state}: only what waits at_office can be collected")


class NotPaid(Invalid):
    """There is COD to be paid, `rupees` whole, and nobody says how it was; or there is none."""

    field = "payment"
    word = "window_not_paid"

    def __init__(self, rupees: int) -> None:
        super().__init__(
            f"{rupees} rupees are to be paid for it first: say how, in cash or by UPI"
            if rupees
            else "nothing is to be paid for it: it has no COD"
        )


class WrongPieces(Invalid):
    """What is said to be missing are no pieces of it, or all of them."""

    field = "missing"
    word = "window_wrong_pieces"

    def __init__(self, pieces: int) -> None:
        super().__init__(
            f"it has {pieces} pieces: name those from 1 to {pieces} that are missing, each once; if"
            " none is there, nothing is handed out",
            count=pieces,
        )


def at_window(reader: Reader, article: ArticleFact, event: AtWindow, said: str) -> WindowFact:
    """Read which staff are there, and judge the code that was `said`, which goes no further."""
    second = event.second if isinstance(event, DocumentShown) else None
    fact = WindowFact(
        by=_role(reader.conn, event.by),
        second=_role(reader.conn, second) if second is not None else None,
    )
    if not isinstance(event, ToldCodeAtWindow) or not article.coded:
        return fact
    # A code for the door, or for a refusal, is none at the window.
    state = article.code if article.code_for == "window" else "none"
    salt = _salt(reader.conn, article.number)
    roots = codes.roots(reader.conn, reader.keys, article.number)
    last = codes.Issue(article.code_issue, state, salt, roots)
    verdict = codes.judge(said, last, article.wrong_tries, reader.code_length)
    return replace(fact, verdict=verdict)


def _role(conn: Conn, staff_id: str) -> StaffRole | None:
    row = conn.execute(
        "SELECT role FROM staff WHERE staff_id = %s AND active", [staff_id]
    ).fetchone()
    return row[0] if row else None


def _salt(conn: Conn, number: str) -> bytes:
    row = conn.execute("SELECT code_salt FROM articles WHERE number = %s", [number]).fetchone()
    assert row is not None  # its facts were read
    return bytes(row[0])
