"""The checks of a simulated month: a table, and every invariant that does not hold."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.month_world import Month
from flows.proof.domains import CLOCK
from messages.catalogue import catalogue
from postal.codes import code_of
from runtime import Runtime
from store import limits, packing, wording
from store.database import Conn

_FINAL = ("delivered", "returned", "recalled")
_SIX = re.compile(r"(?<![\d.])\d{6}(?!\d)")
_TOTALS = re.compile(r'"(?:due|cash|total)": \d+')  # a day's rupees have six digits as well
_PINS = frozenset(("273303",))


@dataclass(frozen=True)
class Found:
    """The findings. `lines`: events as label and number; `problems`: sentences."""

    lines: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]
    texts: int
    told: dict[str, int] = field(default_factory=dict)


def look(runtime: Runtime, month: Month) -> Found:
    """Read the books of `month` and compare them with its people's ledger."""
    # The codes of a month are calculated meanwhile; nobody waits for this transaction.
    with runtime.database.within(limits.COMMANDS).transaction() as conn:
        problems = [
            *_stuck(conn),
            *_ledger(conn, month),
            *_unwarned(conn),
            *_visible_codes(conn, runtime),
            *_inbound(conn, month),
        ]
        texts = _count(conn, "SELECT count(*) FROM messages WHERE direction = 'out'")
        return Found(tuple(_lines(conn, month)), tuple(problems), texts)


def _count(conn: Conn, sql: str, values: list[Any] | None = None) -> int:
    row = conn.execute(sql, values or []).fetchone()
    assert row is not None
    return int(row[0])


def _stuck(conn: Conn) -> list[str]:
    """Return every article that is not at its end and that nothing brings further."""
    problems = []
    rows = conn.execute(
        "SELECT a.number, a.state, c.state, t.due_at IS NOT NULL,"
        " EXISTS (SELECT FROM tickets k WHERE k.article_id = a.id AND k.closed_at IS NULL)"
        " FROM articles a"
        " LEFT JOIN conversations c ON c.whose = a.number AND c.machine = 'article'"
        " LEFT JOIN timers t ON t.conversation_id = c.id"
    ).fetchall()
    for number, state, waits, timer, ticket in rows:
        if waits is None:
            problems.append(f"{number} is {state} and has no clock")
            continue
        if state not in CLOCK[waits]:
            problems.append(f"{number} is {state} while its clock is {waits}")
        if state not in _FINAL and not timer and not (waits == "searched" and ticket):
            problems.append(f"{number} is {state}, {waits}, and nothing brings it further")
    late = _count(
        conn,
        "SELECT count(*) FROM timers WHERE due_at < (SELECT max(at) FROM messages)"
        " - interval '36 hours'",
    )
    if late:
        problems.append(f"{late} timers are overdue by more than a day and a half")
    return problems


def _ledger(conn: Conn, month: Month) -> list[str]:
    """Return the differences between the people's ledger and the books."""
    problems = []
    rows = conn.execute(
        "SELECT a.number, a.state, a.otp_required, a.attempts, a.collected,"
        " EXISTS (SELECT FROM codes c WHERE c.article_id = a.id AND c.used_at IS NOT NULL),"
        " EXISTS (SELECT FROM delivery_items i WHERE i.article_id = a.id"
        " AND i.state = 'delivered' AND i.proof IN ('exception', 'word'))"
        " FROM articles a"
    ).fetchall()
    if len(rows) != len(month.parcels):
        problems.append(f"{len(month.parcels)} articles were booked, the books have {len(rows)}")
    for number, state, otp, attempts, collected, used, excepted in rows:
        parcel = month.parcels[number]
        if attempts != parcel.attempts:
            problems.append(f"{number}: {attempts} attempts in the books, not {parcel.attempts}")
        on_road = parcel.excepted or parcel.on_word or parcel.stolen
        given = parcel.handed_by_right_code or parcel.handed_without or on_road
        if (state == "delivered") != given:
            problems.append(f"{number} is {state}; handed over, as its people know: {given}")
        by_code = used and (parcel.handed_by_right_code or parcel.stolen)
        without = collected == "document" or excepted
        if state == "delivered" and otp and not (by_code or without):
            problems.append(f"{number} was handed over without the right code")
    return problems


def _unwarned(conn: Conn) -> list[str]:
    """Return each text without the warning of its audience in its language."""
    problems: Counter[str] = Counter()
    for template, language, body, said in conn.execute(
        "SELECT template, language, body, said FROM messages"
        " WHERE direction = 'out' AND channel = 'text'"
    ):
        if not wording.body_of(body, said).endswith(catalogue().warning(template, language)):
            problems[f"{template}, {language}: sent without its warning"] += 1
    return [f"{problem} ({count} times)" for problem, count in problems.items()]


def _visible_codes(conn: Conn, runtime: Runtime) -> list[str]:
    """Return each issued code that can be read anywhere in the books."""
    settings = runtime.settings
    key = settings.dakiya_master_key.get_secret_value().encode()
    issued = {
        code_of(key, bytes(salt), issue, settings.code_length)
        for salt, issue in conn.execute(
            "SELECT a.code_salt, c.issue FROM codes c JOIN articles a ON a.id = c.article_id"
        )
    } - _PINS
    problems = []
    for table, columns in {
        "messages": "CASE WHEN template IN ('list_made', 'day_cash') THEN '' ELSE body END, error",
        "events": "kind, data",
        "conversations": "context",
        "tickets": "kind",
    }.items():
        row = f"concat_ws(' ', {columns})"
        for (text,) in conn.execute(f"SELECT {row} FROM {table}"):  # noqa: S608
            if not issued.isdisjoint(_SIX.findall(_TOTALS.sub("", text))):
                problems.append(f"a code stands in {table}")
    problems.extend(
        "a code stands in messages"
        for (said,) in conn.execute(
            "SELECT said FROM messages WHERE said IS NOT NULL"
            " AND template NOT IN ('list_made', 'day_cash')"
        )
        if not issued.isdisjoint(_SIX.findall(_TOTALS.sub("", wording.unpack(said)[0])))
    )
    problems.extend(
        "a code stands in sprints"
        for sprint in conn.execute(f"SELECT {packing.COLUMNS} FROM sprints s")  # noqa: S608
        if not issued.isdisjoint(_SIX.findall(_TOTALS.sub("", _written(sprint))))
    )
    return sorted(set(problems))


def _written(sprint: tuple[Any, ...]) -> str:
    return json.dumps(asdict(packing.records(sprint)))


def _inbound(conn: Conn, month: Month) -> list[str]:
    stored = _count(conn, "SELECT count(*) FROM messages WHERE direction = 'in'")
    if stored != month.inbound:
        return [f"{month.inbound} texts came, {stored} are stored"]
    return []


def _lines(conn: Conn, month: Month) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []

    def add(what: str, sql: str) -> None:
        for *names, count in conn.execute(sql):
            lines.append((f"{what}{', '.join(str(name) for name in names)}", str(count)))

    add("articles ", "SELECT state, count(*) FROM articles GROUP BY 1 ORDER BY 2 DESC")
    add("delivered at the window by ", "SELECT collected, count(*) FROM articles"
        " WHERE collected IS NOT NULL GROUP BY 1 ORDER BY 2 DESC")  # fmt: skip
    add("articles with counted attempts: ",
        "SELECT attempts, count(*) FROM articles GROUP BY 1 ORDER BY 1")  # fmt: skip
    add("remarks that stand, witness ", "SELECT coalesce(witness, 'none'), count(*) FROM articles"
        " WHERE remark IS NOT NULL GROUP BY 1 ORDER BY 2 DESC")  # fmt: skip
    add("feed: ", "SELECT kind, count(*) FROM events GROUP BY 1 ORDER BY 2 DESC")
    add("tickets: ", "SELECT kind, count(*) FROM tickets GROUP BY 1 ORDER BY 2 DESC")
    add("texts: ", "SELECT template, count(*) FROM messages WHERE direction = 'out'"
        " GROUP BY 1 ORDER BY 2 DESC LIMIT 15")  # fmt: skip
    add("texts in ", "SELECT language, count(*) FROM messages WHERE direction = 'out'"
        " GROUP BY 1 ORDER BY 2 DESC")  # fmt: skip
    add("texts that were ", "SELECT status, count(*) FROM messages WHERE direction = 'out'"
        " GROUP BY 1 ORDER BY 2 DESC")  # fmt: skip
    add("segments", "SELECT coalesce(sum(segments), 0) FROM messages WHERE direction = 'out'")
    add("texts that came in", "SELECT count(*) FROM messages WHERE direction = 'in'")
    return [*lines, *((what, str(count)) for what, count in sorted(month.happened.items()))]


def table(month: Month, found: Found, seconds: float) -> str:
    """Return Markdown: what happened, and how fast it was played."""
    speed = (found.texts + month.inbound) / seconds
    lines = [
        ("postmen", str(len(month.postmen))),
        *found.lines,
        ("wall time", f"{seconds:.0f} s"),
        ("texts in and out, per second", f"{speed:.0f}"),
        ("invariants that do not hold", str(len(found.problems))),
    ]
    width = max(len(what) for what, _ in lines)
    rows = [f"| {what.ljust(width)} | {count:>8} |" for what, count in lines]
    return "\n".join([f"| {'a month'.ljust(width)} | {'':>8} |", "| --- | ---: |", *rows])
