"""What the probes say: which route works, and which telephone is off. Pure, apart from reading.

A probe without an answer accuses its route and its telephone. The telephone's answers to other
routes clear it, other telephones' answers clear the route; where nothing clears either, nobody
knows, and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from statistics import median
from typing import Final, Literal

from psycopg.rows import class_row

from outbox.probe_reading import Letters
from settings import Settings
from store.database import Conn

RouteState = Literal["well", "late", "broken", "sender", "dead", "not_sent", "silent", "waiting"]
HandsetState = Literal["on", "off", "silent", "waiting"]

_ROUNDS: Final = 2  # without an answer: one text may be lost
_WINDOW: Final = 4  # rounds that are looked at


@dataclass(frozen=True)
class Probe:
    """A probe and what became of it. `round_at`: the same for all of a round."""

    carrier: str
    phone: str
    round_at: datetime
    status: str
    sent_at: datetime | None
    answered_at: datetime | None
    letters: Letters | None
    sender: str | None
    sender_right: bool | None

    @property
    def seconds(self) -> float | None:
        """Return how long text and answer took together."""
        if self.sent_at is None or self.answered_at is None:
            return None
        return max(0.0, (self.answered_at - self.sent_at).total_seconds())

    def overdue(self, late: timedelta, now: datetime) -> bool:
        """Tell whether it was sent, and its answer is due."""
        return self.answered_at is None and self.sent_at is not None and now - self.sent_at > late


@dataclass(frozen=True)
class RouteVerdict:
    """A carrier by its probes. `seconds`: the middle of text and answer together."""

    carrier: str
    state: RouteState
    answered: int
    missing: int
    seconds: float | None
    sender: str | None


@dataclass(frozen=True)
class HandsetVerdict:
    """A probe telephone by its answers."""

    phone: str
    state: HandsetState
    answered: int
    missing: int


@dataclass(frozen=True)
class ProbeVerdicts:
    """All routes and telephones that were probed lately."""

    routes: tuple[RouteVerdict, ...]
    handsets: tuple[HandsetVerdict, ...]


def read(conn: Conn, every: timedelta, late: timedelta, now: datetime) -> ProbeVerdicts:
    """Return the verdicts on the last rounds. `every`: between them; `late`: an answer is due."""
    with conn.cursor(row_factory=class_row(Probe)) as cursor:
        probes = cursor.execute(
            "SELECT p.carrier, p.phone, p.at AS round_at, coalesce(m.status, 'sent') AS status,"
            " m.sent_at, p.answered_at, p.letters, p.sender, p.sender_right"
            " FROM probes p LEFT JOIN messages m ON m.id = p.message_id"
            " WHERE p.at > %s ORDER BY p.at, p.message_id",
            (now - _WINDOW * every - late,),
        ).fetchall()
    return judge(probes, late, now)


def of_settings(conn: Conn, settings: Settings, now: datetime) -> ProbeVerdicts:
    """Return the verdicts on the last rounds; none where no probes are sent."""
    if not settings.probes or not settings.probe_seconds:
        return ProbeVerdicts((), ())
    every = timedelta(seconds=settings.probe_seconds)
    return read(conn, every, timedelta(seconds=settings.probe_late_seconds), now)


def judge(probes: Sequence[Probe], late: timedelta, now: datetime) -> ProbeVerdicts:
    """Return what these probes, of the last rounds in their order, say."""
    carriers = sorted({each.carrier for each in probes})
    phones = sorted({each.phone for each in probes})
    return ProbeVerdicts(
        tuple(_route(name, probes, late, now) for name in carriers),
        tuple(_handset(phone, probes, late, now) for phone in phones),
    )


def _route(name: str, probes: Sequence[Probe], late: timedelta, now: datetime) -> RouteVerdict:
    own = [each for each in probes if each.carrier == name]
    answered = [each for each in own if each.answered_at is not None]
    missing = [each for each in own if each.overdue(late, now)]
    took = [each.seconds for each in answered if each.seconds is not None]
    newest = answered[-1] if answered else None
    return RouteVerdict(
        name,
        _route_state(own, probes, late, now),
        len(answered),
        len(missing),
        median(took) if took else None,
        newest.sender if newest else None,
    )


def _route_state(
    own: Sequence[Probe], probes: Sequence[Probe], late: timedelta, now: datetime
) -> RouteState:
    name = own[0].carrier
    rounds = _rounds([each for each in own if each.answered_at or each.overdue(late, now)])
    if not rounds:
        ended = [each for each in own if each.status in ("failed", "expired")]
        return "not_sent" if ended else "waiting"
    last = rounds[-_ROUNDS:]
    recent = [each for each in own if each.round_at >= last[0]]
    if not any(each.answered_at for each in recent):
        if len(last) < _ROUNDS:
            return "waiting"
        accused = [each for each in recent if each.overdue(late, now)]
        # The telephone answered another route since: so it is the route.
        others = [each for each in probes if each.carrier != name]
        return "dead" if _answered_since(accused, others, attrgetter("phone")) else "silent"
    came = [each for each in recent if each.answered_at is not None]
    if any(each.letters == "broken" for each in came):
        return "broken"
    if any(each.sender_right is False for each in came):
        return "sender"
    took = [each.seconds for each in came if each.seconds is not None]
    return "late" if took and median(took) > late.total_seconds() else "well"


def _handset(phone: str, probes: Sequence[Probe], late: timedelta, now: datetime) -> HandsetVerdict:
    own = [each for each in probes if each.phone == phone]
    answered = [each for each in own if each.answered_at is not None]
    missing = [each for each in own if each.overdue(late, now)]
    rounds = _rounds([each for each in own if each.answered_at or each.overdue(late, now)])
    last = rounds[-_ROUNDS:]
    state: HandsetState = "waiting"
    if last and any(each.round_at >= last[0] for each in answered):
        state = "on"
    elif len(last) == _ROUNDS:
        # Another telephone answered by one of the same routes since: so it is the telephone.
        accused = [each for each in missing if each.round_at >= last[0]]
        others = [each for each in probes if each.phone != phone]
        state = "off" if _answered_since(accused, others, attrgetter("carrier")) else "silent"
    return HandsetVerdict(phone, state, len(answered), len(missing))


def _answered_since(
    accused: Sequence[Probe], others: Sequence[Probe], same: Callable[[Probe], str]
) -> bool:
    """Tell whether one of `others`, in what is the `same`, was answered since an accused one."""
    return any(
        same(other) == same(each) and other.answered_at is not None
        and other.round_at >= each.round_at
        for each in accused
        for other in others
    )  # fmt: skip


def _rounds(probes: Sequence[Probe]) -> list[datetime]:
    return sorted({each.round_at for each in probes})
