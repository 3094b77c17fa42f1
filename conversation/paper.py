"""The door of a paper day: what postmen wrote on their slips while nothing could be texted.

docs/developing/trust.md rule 15. Within the caller's transaction; wake the outbox after the commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from conversation.facts import SAID
from conversation.turn import take_turn
from flows.acts.paper import HandOverOnPaper, KeepOnPaper, LeaveOnPaper, PaperDoubt, PaperLeft
from flows.happenings import WrittenOnPaper
from postal.office import paper_days, returning
from postal.office.paper_days import NewLine, Outcome, SlipLine
from postal.people.doer import Doer
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn
from store.refusals import Invalid

# What a guess could learn from is one outcome.
_KEPT: Final[Mapping[PaperDoubt, Outcome]] = MappingProxyType(
    {
        "wrong": "kept",
        "late": "kept",
        "none": "kept",
        "locked": "locked",
        "closed": "closed",
        "disputed": "disputed",
        "document": "document",
        "fraud": "fraud",
    }
)
_FIELDS: Final[Mapping[PaperLeft, str]] = MappingProxyType(
    {"time": "time", "unpaid": "payment", "no_cod": "payment", "code": "code"}
)


_WORDS: Final[Mapping[PaperLeft, str]] = MappingProxyType(
    {"time": "paper_no_such_time", "code": "paper_code_wanted"}
)


class LineRefused(Invalid):
    """The line must be typed differently, or by somebody else; nothing of it is kept."""

    def __init__(self, why: PaperLeft) -> None:
        super().__init__(
            f"the line is not taken: {why}",
            field=_FIELDS.get(why, "item"),
            word=_WORDS.get(why, f"paper_{why}"),
        )


def type_line(runtime: Runtime, conn: Conn, line: NewLine, code: str, by: Doer) -> SlipLine:
    """Let the article's machine decide on a line of a slip; `code`: "" where it was signed for.

    The same `once` again returns the first answer and changes nothing. Raise `LineRefused`,
    `OtherForm`, and as `returning.hold` does.
    """
    returning.hold(conn, line.list_id)  # it is not closed meanwhile
    conn.execute("SELECT 1 FROM articles WHERE number = %s FOR UPDATE", (line.number,))
    before = paper_days.typed_before(conn, line)
    if before is not None:
        return before
    event = WrittenOnPaper(
        line.number,
        by.known_as,
        line.said_at,
        "code" if code else "signature",
        line.payment,
        line.list_id,
        line.outage_id,
    )
    place = ConversationPlace(line.number, "article")
    turn = take_turn(runtime, conn, place, event, proof="paper", apart={SAID: code})
    return paper_days.note(conn, line, _outcome(turn.sprints[0].decision.acts), by)


def _outcome(acts: tuple[object, ...]) -> Outcome:
    for act in acts:
        if isinstance(act, LeaveOnPaper) and act.why != "done":
            raise LineRefused(act.why)
        if isinstance(act, HandOverOnPaper):
            return "handed_over"
        if isinstance(act, KeepOnPaper):
            return _KEPT[act.why]
    return "done"
