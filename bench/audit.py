"""The audit after a run with faults: the database against what carriers and postmen know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from psycopg.rows import class_row

from bench.chaos import Blow
from bench.load import percentile
from bench.phones import Taken
from bench.postmen import Errand, Round
from store.database import Conn

# A call that was answered is noted within a batch or two. Where a worker was killed, or PostgreSQL
# was away, within this time after the call, the answer may have been lost with it.
_NOTED_SECONDS = 5.0
_SLOW_SECONDS = 10.0
# A second send so long after the first was taken is for want of its receipt:
# CODE_CONFIRM_SECONDS, less what a call takes.
_RECEIPT_DUE_SECONDS = 15.0


@dataclass(frozen=True)
class Row:
    """A text with a code, as the database has it."""

    id: int
    again_of: int | None
    code_id: int
    phone: str
    status: str
    attempts: int
    at: datetime
    not_after: datetime
    gateway: str | None
    via: str | None
    error: str | None


@dataclass(frozen=True)
class Acceptance:
    """A text with a code that a carrier took, and the row that it belongs to."""

    carrier: str
    taken: Taken
    row: Row


@dataclass
class Code:
    """One code: its rows and what the carriers took of it, in order of time."""

    rows: list[Row]
    accepted: list[Acceptance] = field(default_factory=list)

    @property
    def made_at(self) -> float:
        return self.rows[0].at.timestamp()

    @property
    def wait(self) -> float:
        """Return the seconds from its row to the first carrier that took it."""
        return self.accepted[0].taken.at - self.made_at


@dataclass(frozen=True)
class Waits:
    """Seconds, sorted."""

    seconds: list[float]

    def at(self, part: float) -> float:
        return percentile(self.seconds, part) if self.seconds else 0.0


@dataclass(frozen=True)
class Span:
    """The time (unix) in which a carrier was dead. `calm`: nothing of ours was struck."""

    began: float
    ended: float
    calm: bool


@dataclass(frozen=True)
class Slow:
    """A code that waited long: when it was made, and what its rows say in the end."""

    made_at: float
    seconds: float
    taken_by: str
    rows: list[str]


@dataclass(frozen=True)
class Audit:
    """The findings. All counts but `codes`, `texts` and `delivered` should be 0."""

    codes: int
    without_code: int  # articles whose approach was answered, and no code was made
    lost: list[str]  # never taken by any carrier, though there was time: why, as the row says
    expired: int  # never taken by any carrier, and said so when its time was over
    texts: int
    not_stored: int
    stored_twice: int
    strange: int  # stored, and never texted
    delivered: int
    delivered_wrongly: int
    not_delivered: int  # though the right code was texted
    waits: Waits
    waits_calm: Waits  # of codes made while a carrier was dead, and all else was well
    waits_struck: Waits  # ... and workers were killed, and servers stopped
    from_text: Waits  # from the postman's first try, our web being away included
    duplicates: Mapping[str, int]  # by cause
    slow: Sequence[Slow]  # the codes that waited longer than ten seconds

    @property
    def unexplained(self) -> int:
        return self.duplicates.get(UNEXPLAINED, 0)


UNEXPLAINED = "unexplained"


def audit(
    conn: Conn,
    taken: Mapping[str, Sequence[Taken]],
    carried: Round,
    blows: Sequence[Blow],
    dead: Sequence[Span],
) -> Audit:
    """Return the findings. `taken` by carrier; `dead`: when a carrier was."""
    codes = _codes(conn)
    _match(codes, taken)
    missed = [code for code in codes.values() if not code.accepted]
    expired = [code for code in missed if {row.status for row in code.rows} <= {"expired"}]
    stored: Counter[str] = Counter(
        row[0]
        for row in conn.execute("SELECT carrier_id FROM messages WHERE direction = 'in'").fetchall()
    )
    sids = {text.sid for text in carried.texts if text.answered_at is not None}
    delivered = {
        row[0]
        for row in conn.execute("SELECT number FROM articles WHERE state = 'delivered'").fetchall()
    }
    right = {errand.door.number for errand in carried.errands if errand.right_texted}
    arrived = [code for code in codes.values() if code.accepted]
    began = {
        errand.door.recipient_phone: errand.approach.began_at
        for errand in carried.errands
        if errand.approach is not None
    }
    return Audit(
        codes=len(codes),
        without_code=len(
            {
                errand.door.recipient_phone
                for errand in carried.errands
                if errand.approach is not None and errand.approach.answered_at is not None
            }
            - {code.rows[0].phone for code in codes.values()}
        ),
        lost=[f"{c.rows[0].status}: {c.rows[0].error}" for c in missed if c not in expired],
        expired=len(expired),
        texts=len(sids),
        not_stored=len(sids - stored.keys()),
        stored_twice=sum(1 for count in stored.values() if count > 1),
        strange=len(stored.keys() - {text.sid for text in carried.texts}),
        delivered=len(delivered),
        delivered_wrongly=len(delivered - right),
        not_delivered=len(right - delivered),
        waits=Waits(sorted(code.wait for code in arrived)),
        waits_calm=_waits(arrived, [span for span in dead if span.calm]),
        waits_struck=_waits(arrived, [span for span in dead if not span.calm]),
        from_text=Waits(
            sorted(code.accepted[0].taken.at - began[code.rows[0].phone] for code in arrived)
        ),
        duplicates=dict(
            Counter(cause for code in arrived for cause in _causes(code.accepted, blows))
        ),
        slow=[_slow(code) for code in arrived if code.wait > _SLOW_SECONDS],
    )


def _waits(codes: Sequence[Code], spans: Sequence[Span]) -> Waits:
    """Return the waits of codes made in one of `spans`, however long they were."""
    within = (c for c in codes if any(each.began <= c.made_at <= each.ended for each in spans))
    return Waits(sorted(code.wait for code in within))


def _slow(code: Code) -> Slow:
    rows = [
        f"{row.id}: {row.status} by {row.gateway}, {row.attempts} calls, {row.error}"
        for row in code.rows
    ]
    return Slow(code.made_at, code.wait, code.accepted[0].carrier, rows)


def _codes(conn: Conn) -> dict[int, Code]:
    with conn.cursor(row_factory=class_row(Row)) as cursor:
        rows = cursor.execute(
            "SELECT id, again_of, code_id, phone, status, attempts, at, not_after, gateway, via,"
            " error FROM messages WHERE direction = 'out' AND code_id IS NOT NULL ORDER BY id"
        ).fetchall()
    codes: dict[int, Code] = {}
    for row in rows:
        codes.setdefault(row.code_id, Code([])).rows.append(row)
    return codes


def _match(codes: Mapping[int, Code], taken: Mapping[str, Sequence[Taken]]) -> None:
    """Match texts to codes: every article here has its own recipient, and so its own telephone."""
    of_phone = {code.rows[0].phone: code for code in codes.values()}
    for carrier, texts in taken.items():
        for text in texts:
            if text.code is not None:
                code = of_phone[text.to]
                code.accepted.append(Acceptance(carrier, text, _row(code, carrier, text)))
    for code in codes.values():
        code.accepted.sort(key=lambda each: each.taken.at)


def _row(code: Code, carrier: str, text: Taken) -> Row:
    """Return the row that a carrier took: by the id in the call, else the one bound to it."""
    if text.message is not None:
        return next(row for row in code.rows if row.id == text.message)
    return next((row for row in code.rows if row.via == carrier), code.rows[0])


def _causes(accepted: Sequence[Acceptance], blows: Sequence[Blow]) -> list[str]:
    """Return why each text after the first one was sent."""
    return [
        _cause(accepted[:number], accepted[number], blows) for number in range(1, len(accepted))
    ]


def _cause(before: Sequence[Acceptance], again: Acceptance, blows: Sequence[Blow]) -> str:
    same = [each for each in before if each.row.id == again.row.id]
    if not same:
        if again.row.again_of is not None:
            said = _said(before[-1], blows)
            after = again.row.at.timestamp() - before[-1].taken.at
            late = ""
            if after >= _RECEIPT_DUE_SECONDS:
                late = ", its receipt late or lost"
            elif said == "answered":  # later than CODE_ANSWER_SECONDS, or its circuit opened
                late = ", not soon enough"
            return f"second send by another carrier; the first was {said}{late}"
        return "second send overtook the first, which went too"
    said = _said(same[-1], blows)
    return UNEXPLAINED if said == "answered" else f"sent again; the time before was {said}"


def _said(earlier: Acceptance, blows: Sequence[Blow]) -> str:
    """Return what we could know of an earlier send."""
    taken = earlier.taken
    if taken.failed:
        return "told to have failed"
    if taken.ended != "answered":
        return taken.ended
    after = (taken.at - 1.0, taken.at + _NOTED_SECONDS)
    for blow in blows:
        if blow.what in _FORGETTING and blow.at <= after[1] and blow.ended >= after[0]:
            return f"answered, then {blow.what}"
    return "answered"


_FORGETTING = ("a worker killed", "PostgreSQL restarted")


def without_answer(errands: Sequence[Errand]) -> int:
    """Return the articles whose code never reached the telephone."""
    return sum(1 for errand in errands if not errand.code_came)
