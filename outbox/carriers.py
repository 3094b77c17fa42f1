"""The state of each carrier, shared by all workers: its circuit and an operator's order.

It is kept in PostgreSQL (`outbox/circuit.py` says why). Rows are locked in one order, messages
before carriers before outcomes, so that workers, receipts and the desk do not deadlock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, LiteralString

import structlog

from outbox.circuit import AT_ONCE, WINDOW, Circuit, Tally, after_calls, after_receipts, half_opened
from store import feed
from store.database import Conn

log = structlog.get_logger(__name__)

Ordered = Literal["rest", "prefer"]

_SLOT: Final = 1  # seconds per row of outcomes
_CHECK_EVERY: Final = timedelta(seconds=5)
# Trials without an outcome (a worker died) are granted anew after this.
_TRIALS_LOST: Final = timedelta(seconds=60)
_RECEIPTS_OF: Final = timedelta(minutes=10)  # texts submitted since, whose receipts were due

_COLUMNS: Final = (
    "SELECT name, state, changed_at, cause, bad, seen, open_until, openings, trials, ordered"
    " FROM carriers WHERE name = ANY(%s) ORDER BY name"
)


@dataclass(frozen=True)
class Carrier:
    """A carrier's circuit, and what an operator ordered until it is lifted."""

    name: str
    circuit: Circuit
    ordered: Ordered | None = None


def read(conn: Conn, names: Collection[str], now: datetime) -> dict[str, Carrier]:
    """Return all of `names`, by name. An open circuit whose time is over is half open from now on.

    Half-open ones stay locked until the transaction ends, as their trials are counted.
    """
    found = _read(conn, names)
    if len(found) < len(set(names)):
        conn.execute(
            "INSERT INTO carriers (name, changed_at) SELECT each, %s"
            " FROM unnest(%s::text[]) AS each ORDER BY each ON CONFLICT DO NOTHING",
            (now, list(names)),
        )
        found = _read(conn, names)
    if any(_in_motion(carrier.circuit, now) for carrier in found.values()):
        moving = [name for name, carrier in found.items() if _in_motion(carrier.circuit, now)]
        found |= {name: _half_open(conn, each, now) for name, each in lock(conn, moving).items()}
    return found


def lock(conn: Conn, names: Collection[str]) -> dict[str, Carrier]:
    """Lock those of `names` that exist until the transaction ends, and return them by name."""
    return _read(conn, names, " FOR UPDATE")


def dead(conn: Conn) -> list[str]:
    """Return the carriers whose circuit is open because of failed calls."""
    rows = conn.execute("SELECT name FROM carriers WHERE state = 'open' AND cause = 'errors'")
    return [row[0] for row in rows.fetchall()]


def use_trials(conn: Conn, used: Mapping[str, int]) -> None:
    """Subtract the trials used of each carrier. They were read under lock, so they suffice."""
    for name in sorted(used):
        conn.execute(
            "UPDATE carriers SET trials = trials - %s WHERE name = %s AND trials >= %s",
            (used[name], name, used[name]),
        )


def note(conn: Conn, tallies: Mapping[str, Tally], now: datetime) -> None:
    """Count the outcomes of calls, and open or close a circuit where they suffice.

    Call it last in the transaction: all workers write to the row of this second.
    """
    for name in sorted(name for name, tally in tallies.items() if tally.seen):
        tally = tallies[name]
        state = conn.execute("SELECT state FROM carriers WHERE name = %s", (name,)).fetchone()
        decisive = bool(tally.bad) or state != ("closed",)
        carrier = lock(conn, [name]).get(name) if decisive else None
        conn.execute(
            "INSERT INTO carrier_outcomes (carrier, slot, good, bad)"
            " VALUES (%s, to_timestamp(floor(extract(epoch FROM %s::timestamptz) / %s) * %s),"
            " %s, %s) ON CONFLICT (carrier, slot) DO UPDATE SET"
            " good = carrier_outcomes.good + excluded.good,"
            " bad = carrier_outcomes.bad + excluded.bad",
            (name, now, _SLOT, _SLOT, tally.good, tally.bad),
        )
        if carrier is not None:
            circuit = carrier.circuit
            lately, recent = (_recent(conn, name, now - span) for span in (AT_ONCE, WINDOW))
            moved = after_calls(circuit, lately, now) or after_calls(circuit, recent, now)
            _move(conn, carrier, moved, now)


def check(
    conn: Conn, names: Collection[str], patience: timedelta, without: Collection[str], now: datetime
) -> None:
    """Weigh late and missing receipts, every few seconds across all workers.

    `patience`: a later receipt is late. Carriers in `without` send no receipts.
    """
    due = conn.execute(
        "UPDATE carriers SET checked_at = %(now)s WHERE name IN (SELECT name FROM carriers"
        " WHERE name = ANY(%(names)s) AND coalesce(checked_at < %(before)s, true)"
        " ORDER BY name FOR UPDATE SKIP LOCKED) RETURNING name",
        {"names": list(names), "now": now, "before": now - _CHECK_EVERY},
    ).fetchall()
    if not due:
        return
    conn.execute("DELETE FROM carrier_outcomes WHERE slot < %s", (now - 2 * WINDOW,))
    for carrier in lock(conn, [row[0] for row in due]).values():
        circuit = carrier.circuit
        lost = circuit.state == "half_open" and not circuit.trials
        if lost and now - circuit.changed_at > _TRIALS_LOST + patience:
            conn.execute("UPDATE carriers SET trials = 1 WHERE name = %s", (carrier.name,))
        if circuit.state != "open" and carrier.name not in without:
            tally = _receipts(conn, carrier, patience, now)
            _move(conn, carrier, after_receipts(circuit, tally, now), now)


def _read(conn: Conn, names: Collection[str], locking: LiteralString = "") -> dict[str, Carrier]:
    rows = conn.execute(_COLUMNS + locking, (list(names),)).fetchall()
    return {row[0]: Carrier(row[0], Circuit(*row[1:9]), row[9]) for row in rows}


def _in_motion(circuit: Circuit, now: datetime) -> bool:
    return circuit.state == "half_open" or half_opened(circuit, now) is not None


def _half_open(conn: Conn, carrier: Carrier, now: datetime) -> Carrier:
    circuit = half_opened(carrier.circuit, now)
    if circuit is None:
        return carrier
    _write(conn, carrier.name, circuit)
    log.info("carrier_half_open", gateway=carrier.name)
    return Carrier(carrier.name, circuit, carrier.ordered)


def _recent(conn: Conn, name: str, since: datetime) -> Tally:
    """Return all calls since then; a change of state has removed those before it."""
    row = conn.execute(
        "SELECT coalesce(sum(good), 0)::int, coalesce(sum(bad), 0)::int FROM carrier_outcomes"
        " WHERE carrier = %s AND slot > %s",
        (name, since),
    ).fetchone()
    return Tally(*row) if row else Tally()


def _receipts(conn: Conn, carrier: Carrier, patience: timedelta, now: datetime) -> Tally:
    """Return how many texts accepted since the last change had their receipt in time, or not.

    Calls are not counted: their receipts come after the person has hung up, late by nature.
    """
    row = conn.execute(
        """
        SELECT count(*) FILTER (WHERE in_time), count(*) FILTER (WHERE NOT in_time)
        FROM (SELECT coalesce(delivered_at - sent_at <= %(patience)s, false) AS in_time, sent_at
              FROM messages
              WHERE direction = 'out' AND channel = 'text' AND gateway = %(name)s
                    AND status IN ('sent', 'delivered')
                    AND at > %(since)s - interval '15 minutes' AND sent_at >= %(since)s) AS taken
        WHERE in_time OR sent_at <= %(due)s
        """,
        {
            "name": carrier.name,
            "patience": patience,
            "since": max(carrier.circuit.changed_at, now - _RECEIPTS_OF),
            "due": now - patience,
        },
    ).fetchone()
    return Tally(*row) if row else Tally()


def _move(conn: Conn, carrier: Carrier, circuit: Circuit | None, now: datetime) -> None:
    """Write the new state of a locked carrier, and tell log and feed why."""
    if circuit is None:
        return
    _write(conn, carrier.name, circuit)
    log.warning("carrier_" + circuit.state, gateway=carrier.name, cause=circuit.cause)
    if circuit.state == "closed":
        feed.append(conn, "carrier_closed", None, now, {"carrier": carrier.name})
    elif carrier.circuit.state == "closed":  # a trial that failed is no news
        feed.append(
            conn,
            "carrier_opened",
            None,
            now,
            {
                "carrier": carrier.name,
                "cause": circuit.cause,
                "bad": circuit.bad,
                "seen": circuit.seen,
            },
        )


def _write(conn: Conn, name: str, circuit: Circuit) -> None:
    conn.execute(
        "UPDATE carriers SET state = %s, changed_at = %s, cause = %s, bad = %s, seen = %s,"
        " open_until = %s, openings = %s, trials = %s WHERE name = %s",
        (
            circuit.state,
            circuit.changed_at,
            circuit.cause,
            circuit.bad,
            circuit.seen,
            circuit.open_until,
            circuit.openings,
            circuit.trials,
            name,
        ),
    )
    conn.execute("DELETE FROM carrier_outcomes WHERE carrier = %s", (name,))
