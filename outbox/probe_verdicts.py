"""What the probes say: which route works, and which telephone is off. Pure, apart from reading.

A probe without an answer accuses its route and its telephone. The telephone's answers to other
routes clear it, other telephones' answers clear the route; where nothing clears either, nobody
knows, and the page says so. Where both are cleared, the route does not reach that telephone, as it
is with one operator; so a finding names the telephones at which it was made.
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

Arrival = Literal["well", "late", "broken", "sender"]
PairState = Literal[Arrival, "lost", "not_sent", "waiting"]
RouteState = Literal[Arrival, "partly", "dead", "not_sent", "silent", "waiting"]
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
    """A carrier by its probes. `seconds`: the middle of text and answer together.

    `at`: the telephones at which what is wrong was seen.
    """

    carrier: str
    state: RouteState
    at: tuple[str, ...]
    answered: int
    missing: int
    seconds: float | None
    sender: str | None


@dataclass(frozen=True)
class HandsetVerdict:
    """A probe telephone by its answers. `by`: the routes by which it answers nothing."""

    phone: str
    state: HandsetState
    by: tuple[str, ...]
    answered: int
    missing: int


@dataclass(frozen=True)
class PairVerdict:
    """What comes of the probes by one carrier to one telephone."""

    carrier: str
    phone: str
    state: PairState
    answered: int
    missing: int
    seconds: float | None


@dataclass(frozen=True)
class ProbeVerdicts:
    """All routes and telephones that were probed lately, and each route at each telephone."""

    routes: tuple[RouteVerdict, ...]
    handsets: tuple[HandsetVerdict, ...]
    pairs: tuple[PairVerdict, ...]


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
        return ProbeVerdicts((), (), ())
    every = timedelta(seconds=settings.probe_seconds)
    return read(conn, every, timedelta(seconds=settings.probe_late_seconds), now)


def judge(probes: Sequence[Probe], late: timedelta, now: datetime) -> ProbeVerdicts:
    """Return what these probes, of the last rounds in their order, say."""
    carriers = sorted({each.carrier for each in probes})
    phones = sorted({each.phone for each in probes})
    pairs = tuple(
        _pair(own, late, now)
        for name in carriers
        for phone in phones
        if (own := [each for each in probes if (each.carrier, each.phone) == (name, phone)])
    )
    handsets = tuple(_handset(phone, probes, pairs, late, now) for phone in phones)
    on = frozenset(each.phone for each in handsets if each.state == "on")
    routes = tuple(
        _route([each for each in probes if each.carrier == name], probes, pairs, on, late, now)
        for name in carriers
    )
    return ProbeVerdicts(routes, handsets, pairs)


def _pair(own: Sequence[Probe], late: timedelta, now: datetime) -> PairVerdict:
    rounds = _rounds(own, late, now)
    last = rounds[-_ROUNDS:]
    came = [each for each in own if each.answered_at and each.round_at >= last[0]]
    state: PairState = "waiting"
    if came:
        state = _arrival(came, late)
    elif len(last) == _ROUNDS:
        state = "lost"
    elif not rounds and _ended(own):
        state = "not_sent"
    answered, missing, took = _counted(own, late, now)
    return PairVerdict(own[0].carrier, own[0].phone, state, answered, missing, took)


def _route(
    own: Sequence[Probe],
    probes: Sequence[Probe],
    pairs: Sequence[PairVerdict],
    on: frozenset[str],
    late: timedelta,
    now: datetime,
) -> RouteVerdict:
    name = own[0].carrier
    answered, missing, took = _counted(own, late, now)
    newest = next((each for each in reversed(own) if each.answered_at is not None), None)
    state = _route_state(own, probes, late, now)
    own_pairs = [each for each in pairs if each.carrier == name]
    lost = tuple(each.phone for each in own_pairs if each.state == "lost")
    unreached = tuple(phone for phone in lost if phone in on)
    at: tuple[str, ...] = ()
    if state in ("well", "late") and unreached:
        state, at = "partly", unreached
    elif state in ("dead", "silent"):
        at = unreached or lost
    elif state in ("late", "broken", "sender"):
        at = tuple(each.phone for each in own_pairs if each.state == state)
    return RouteVerdict(name, state, at, answered, missing, took, newest.sender if newest else None)


def _route_state(
    own: Sequence[Probe], probes: Sequence[Probe], late: timedelta, now: datetime
) -> RouteState:
    rounds = _rounds(own, late, now)
    if not rounds:
        return "not_sent" if _ended(own) else "waiting"
    last = rounds[-_ROUNDS:]
    recent = [each for each in own if each.round_at >= last[0]]
    came = [each for each in recent if each.answered_at is not None]
    if came:
        return _arrival(came, late)
    if len(last) < _ROUNDS:
        return "waiting"
    accused = [each for each in recent if each.overdue(late, now)]
    # The telephone answered another route since: so it is the route.
    others = [each for each in probes if each.carrier != own[0].carrier]
    return "dead" if _answered_since(accused, others, attrgetter("phone")) else "silent"


def _handset(
    phone: str,
    probes: Sequence[Probe],
    pairs: Sequence[PairVerdict],
    late: timedelta,
    now: datetime,
) -> HandsetVerdict:
    own = [each for each in probes if each.phone == phone]
    answered, missing, _ = _counted(own, late, now)
    last = _rounds(own, late, now)[-_ROUNDS:]
    state: HandsetState = "waiting"
    if last and any(each.answered_at and each.round_at >= last[0] for each in own):
        state = "on"
    elif len(last) == _ROUNDS:
        # Another telephone answered by one of the same routes since: so it is the telephone.
        accused = [each for each in own if each.overdue(late, now) and each.round_at >= last[0]]
        others = [each for each in probes if each.phone != phone]
        state = "off" if _answered_since(accused, others, attrgetter("carrier")) else "silent"
    by = tuple(each.carrier for each in pairs if each.phone == phone and each.state == "lost")
    return HandsetVerdict(phone, state, by, answered, missing)


def _arrival(came: Sequence[Probe], late: timedelta) -> Arrival:
    """Return how what was answered had arrived."""
    if any(each.letters == "broken" for each in came):
        return "broken"
    if any(each.sender_right is False for each in came):
        return "sender"
    took = [each.seconds for each in came if each.seconds is not None]
    return "late" if took and median(took) > late.total_seconds() else "well"


def _counted(own: Sequence[Probe], late: timedelta, now: datetime) -> tuple[int, int, float | None]:
    """Return how many were answered, how many are missing, and the middle of how long they took."""
    took = [each.seconds for each in own if each.seconds is not None]
    answered = sum(each.answered_at is not None for each in own)
    missing = sum(each.overdue(late, now) for each in own)
    return answered, missing, median(took) if took else None


def _ended(own: Sequence[Probe]) -> bool:
    return any(each.status in ("failed", "expired") for each in own)


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


def _rounds(own: Sequence[Probe], late: timedelta, now: datetime) -> list[datetime]:
    """Return the rounds of which something was answered or is missing."""
    return sorted({each.round_at for each in own if each.answered_at or each.overdue(late, now)})
