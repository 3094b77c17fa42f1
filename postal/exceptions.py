"""What postmen ask to hand over without its code, as the books hold it.

docs/developing/trust.md rule 17. Days are those of Asia/Kolkata.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from flows import trust
from flows.events import DocumentType
from flows.facts import ExceptionRate, StaffRole
from india.calendar import bounds, day_of
from postal import article_rows
from postal.people import access, offices
from postal.people.access import Onlooker
from store.database import Conn

_RATE_OF: Final = timedelta(days=30)


# Of an exception x, its article a: it was handed over so, or on the code of the other telephone.
WENT: Final = """(x.outcome = 'used' OR x.outcome = 'moved' AND a.state = 'delivered' AND EXISTS (
    SELECT FROM moves d WHERE d.article_id = a.id AND d.by = 'door' AND d.outcome = 'done'))"""
# Whoever had the telephone says after it that this was wrong; a no of before is no objection.
OBJECTED: Final = f"(a.not_received_at IS NOT NULL AND {WENT})"


@dataclass(frozen=True)
class OpenException:
    """A question without an answer, or an agreement that was not used. `postman`: his staff id.

    `phone`: the telephone (E.164) that was named as the right one; None: it is about the code.
    """

    asked_at: datetime
    postman_id: int
    postman: str
    postman_phone: str | None
    office_id: int
    phone: str | None


def of_article(conn: Conn, article_id: int) -> OpenException | None:
    """Return what is open of an article."""
    row = conn.execute(
        "SELECT x.asked_at, x.postman_id, s.staff_id, s.phone, x.office_id, x.phone"
        " FROM exceptions x JOIN staff s ON s.id = x.postman_id"
        " WHERE x.article_id = %s AND x.ended_at IS NULL",
        [article_id],
    ).fetchone()
    return None if row is None else OpenException(*row)


@dataclass(frozen=True)
class Answerer:
    """Who answers: his role (None: nobody who works here), and in what relation to who asks.

    `same`: it is the postman himself; two accounts with one telephone are one human's.
    `elsewhere`: he belongs to another office.
    """

    role: StaffRole | None = None
    same: bool = False
    elsewhere: bool = False


def answerer(conn: Conn, staff_id: str, postman_id: int) -> Answerer:
    """Return who answers a question of this postman, or opens him one more, by his staff id."""
    row = conn.execute(
        "SELECT o.role, o.id = p.id OR coalesce(o.phone = p.phone, false),"
        " o.office_id IS DISTINCT FROM p.office_id FROM staff o, staff p"
        " WHERE o.staff_id = %s AND o.active AND p.id = %s",
        [staff_id, postman_id],
    ).fetchone()
    return Answerer() if row is None else Answerer(*row)


_REACHED: Final = article_rows.REACHED.format(
    article="%(article)s", phone="%(phone)s", place="%(place)s"
)


def within_reach(conn: Conn, article_id: int, phone: str, place: int | None) -> bool:
    """Tell whether `phone`, who holds it, got a text about the article since the postman came.

    `place`: its place on his list (`delivery_items.id`).
    """
    values = {"article": article_id, "phone": phone, "place": place}
    row = conn.execute(f"SELECT {_REACHED}", values).fetchone()
    return row == (True,)


_ASKED: Final = f"""
FROM exceptions x JOIN offices o ON o.id = x.office_id JOIN staff s ON s.id = x.postman_id
JOIN articles a ON a.id = x.article_id
WHERE x.ended_at IS NULL AND x.office_id IN {offices.ASKED_AT}
  AND {offices.ASKED_BY_TEXT} = %(phone)s
"""


def asked_of(conn: Conn, phone: str) -> list[int]:
    """Return the ids of the articles about which this telephone is asked for an office.

    The newest question is the first.
    """
    rows = conn.execute(
        f"SELECT x.article_id {_ASKED} ORDER BY x.asked_at DESC, x.id DESC LIMIT 20",
        {"phone": phone},
    ).fetchall()
    return [row[0] for row in rows]


_WAITS_ABOVE: Final = f"""
SELECT a.number FROM exceptions x JOIN offices o ON o.id = x.office_id
JOIN staff s ON s.id = x.postman_id JOIN articles a ON a.id = x.article_id
WHERE x.ended_at IS NULL AND x.granted_at IS NULL AND x.wish IS NULL
  AND x.office_id IN {offices.ASKED_AT} AND {offices.ABOVE_BY_TEXT} = %(phone)s
ORDER BY x.asked_at DESC, x.id DESC LIMIT 1
"""  # noqa: S608


def waits_above(conn: Conn, phone: str) -> str | None:
    """Return the article of the newest question that an office asked whose accounts are kept where
    this telephone is; None: there is none.
    """
    row = conn.execute(_WAITS_ABOVE, {"phone": phone}).fetchone()
    return row[0] if row else None


@dataclass(frozen=True)
class AskedByDial:
    """A question without an answer, as the office's telephone is shown it by dial."""

    number: str
    postman: str
    reason: int
    renumber: bool
    kind: str
    document: DocumentType
    postman_id: int
    office_id: int


def asked_by_dial(conn: Conn, phone: str) -> list[AskedByDial]:
    """Return what this telephone is asked for an office and has not answered, the newest first."""
    rows = conn.execute(
        "SELECT a.number, s.staff_id, x.reason, coalesce(x.wish = 'number', false),"
        " CASE WHEN a.passport THEN 'passport'"
        " WHEN a.registration THEN 'registered' ELSE a.service END, x.document, s.id, x.office_id"
        f" {_ASKED} AND x.granted_at IS NULL ORDER BY x.asked_at DESC, x.id DESC LIMIT 5",
        {"phone": phone},
    ).fetchall()
    return [AskedByDial(*row) for row in rows]


def last_question(conn: Conn, number: str) -> int:
    """Return how many questions were asked of the article `number`: the number of the last."""
    row = conn.execute(
        "SELECT coalesce(max(x.number), 0) FROM exceptions x JOIN articles a"
        " ON a.id = x.article_id WHERE a.number = %s",
        [number],
    ).fetchone()
    assert row is not None
    return int(row[0])


@dataclass(frozen=True)
class AskedToday:
    """What a postman asked today, and how often his article was asked about, by whomever.

    `counted`: without what the office's bare telephone refused: whoever forges its number would
    spend his day. `all`: whatever was answered. `named`: of these, another telephone. `opened`: the
    office opened one more about this article, and it was not asked yet, or given back by such a no.
    """

    counted: int
    all: int
    named: int
    article: int
    opened: bool


# Of a question: no no of the office's bare telephone, which somebody may forge.
_COUNTED: Final = """NOT (outcome IS NOT DISTINCT FROM 'refused'
    AND answer_by IS NOT DISTINCT FROM '')"""
# Of a place i on a list: the office opened one more question, and none since spent it. A bare no
# gives it back, though not for ever: each question tells others.
_OPENED: Final = f"""i.id = %(item)s AND i.question_opened_at IS NOT NULL AND (
    SELECT count(*) FILTER (WHERE {_COUNTED}) = 0 AND count(*) < %(most)s FROM exceptions
    WHERE article_id = i.article_id AND item_id = i.id AND asked_at >= i.question_opened_at)"""  # noqa: S608


def asked_today(
    conn: Conn, postman_id: int, article_id: int | None, item_id: int | None, today: date
) -> AskedToday:
    """Return what a postman asked today. He asks now about `article_id`, at `item_id` of a list."""
    row = conn.execute(
        f"SELECT count(*) FILTER (WHERE {_COUNTED}), count(*), count(wish),"  # noqa: S608
        " (SELECT count(*) FROM exceptions"
        "  WHERE article_id = %(article)s AND asked_at >= %(since)s),"
        f" EXISTS (SELECT FROM delivery_items i WHERE {_OPENED})"
        " FROM exceptions WHERE postman_id = %(postman)s AND asked_at >= %(since)s",
        {
            "postman": postman_id,
            "article": article_id,
            "item": item_id,
            "most": trust.MOST_ASKED,
            "since": bounds(today)[0],
        },
    ).fetchone()
    assert row is not None
    return AskedToday(*row)


def granted_today(conn: Conn, office_id: int, today: date) -> int:
    """Return how many exceptions were granted at an office today, whoever agreed."""
    row = conn.execute(
        "SELECT count(*) FROM exceptions WHERE office_id = %s AND asked_at >= %s"
        " AND granted_at IS NOT NULL",
        [office_id, bounds(today)[0]],
    ).fetchone()
    assert row is not None
    return int(row[0])


def rate(conn: Conn, postman_id: int, now: datetime) -> ExceptionRate:
    """Return what a postman's exceptions are among his handovers of the last 30 days."""
    row = conn.execute(
        "SELECT s.staff_id,"  # noqa: S608
        " (SELECT count(*) FROM exceptions x JOIN articles a ON a.id = x.article_id"
        f"  WHERE x.postman_id = s.id AND x.asked_at > %(since)s AND {WENT}),"
        " (SELECT count(*) FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id"
        "  WHERE l.postman_id = s.id AND l.date > %(day)s AND i.state = 'delivered')"
        " FROM staff s WHERE s.id = %(postman)s",
        {"postman": postman_id, "since": now - _RATE_OF, "day": day_of(now - _RATE_OF)},
    ).fetchone()
    assert row is not None
    return ExceptionRate(*row)


MOST_SHARE: Final = 0.02
"""Of an office's handovers of 30 days that go without their code: more is a ticket."""
_FEWEST: Final = 5
"""So many at least: one of three says nothing of an office."""


@dataclass(frozen=True)
class OfficeOver:
    """An office that lets more go without its code than it can explain, in 30 days.

    Or to a telephone that was named at the door.
    """

    office_id: int
    office: str
    used: int
    handovers: int


_OVER: Final = """
SELECT o.id, o.name || ' ' || o.pin, sum(d.excepted)::bigint, sum(d.delivered)::bigint
FROM report_deliveries d JOIN offices o ON o.id = d.office_id
WHERE d.day > %(since)s AND d.office_id = coalesce(%(office)s, d.office_id) AND d.office_id IN (
    SELECT office_id FROM report_deliveries WHERE day > %(since)s AND excepted > 0
    GROUP BY office_id HAVING sum(excepted) >= %(fewest)s)
GROUP BY o.id HAVING sum(d.excepted) > %(share)s * sum(d.delivered) ORDER BY o.id
"""
# Beside the office's telephone stands the postman who asked most, so that it lies at his office.
_TICKET: Final = f"""
INSERT INTO tickets (kind, phone, staff_id, at)
SELECT 'exception', coalesce(o.phone, s.phone), s.id, %(now)s
FROM offices o CROSS JOIN LATERAL (
    SELECT p.id, p.phone FROM exceptions x JOIN staff p ON p.id = x.postman_id
    JOIN articles a ON a.id = x.article_id
    WHERE x.office_id = o.id AND x.asked_at > %(since)s AND {WENT}
    GROUP BY p.id ORDER BY count(*) DESC, p.id LIMIT 1) s
WHERE o.id = ANY(%(offices)s) AND NOT EXISTS (
    SELECT FROM tickets t JOIN staff m ON m.id = t.staff_id
    WHERE t.kind = 'exception' AND t.article_id IS NULL AND m.office_id = o.id
      AND t.at > %(since)s)
ON CONFLICT DO NOTHING
"""  # noqa: S608


def offices_over(conn: Conn, now: datetime, office_id: int | None = None) -> list[OfficeOver]:
    """Return the offices with too many exceptions in the 30 days that are summed up.

    `office_id`: look at this one alone.
    """
    since = day_of(now - _RATE_OF)
    given = {"since": since, "fewest": _FEWEST, "share": MOST_SHARE, "office": office_id}
    return [OfficeOver(*row) for row in conn.execute(_OVER, given).fetchall()]


def open_tickets(conn: Conn, now: datetime) -> None:
    """Open a ticket about each office that is over, once in 30 days."""
    over = [each.office_id for each in offices_over(conn, now)]
    if over:
        conn.execute(_TICKET, {"now": now, "since": now - _RATE_OF, "offices": over})


@dataclass(frozen=True)
class AskedException:
    """A question as the office's page shows it. `reached`: its telephone got a text since then.

    `office_id` and `office`: of the postman. `serial`: on his list. `number`: which (1, 2, …) of
    its article. `postman_talk`, `holder_talk`: the ids of the conversations of the postman and of
    whoever has the code, at whose pages the whole number is shown for a reason.
    """

    article_id: int
    number: int
    office_id: int
    reached: bool
    article: str
    service: str
    amount: int
    postman: str
    name: str
    reason: int
    document: str
    last4: str | None
    asked_at: datetime
    granted_at: datetime | None
    outcome: str | None
    answer_by: str | None
    objected: bool
    wrong_codes: int
    wrong_words: int
    phone: str | None
    wish: str | None
    serial: int | None
    postman_phone: str | None
    office: str
    recipient: str
    address: str
    postman_talk: int | None
    holder_talk: int | None
    of_30_days: ExceptionRate


@dataclass(frozen=True)
class PostmanFigure:
    """What a postman asked in the last 30 days, and what was said of it."""

    postman: str
    name: str
    asked: int
    used: int
    moved: int
    refused: int
    denied: int
    lapsed: int
    objected: int
    handovers: int


@dataclass(frozen=True)
class AnswererFigure:
    """How somebody answered in the last 30 days; `by` "": whoever has the office's telephone."""

    by: str
    granted: int
    refused: int
    objected: int


# Those of the offices that are answered there; None: of all.
_ITS: Final = "(%(offices)s::bigint[] IS NULL OR x.office_id = ANY(%(offices)s))"


_REACHED_ITS: Final = article_rows.REACHED.format(
    article="a.id", phone=article_rows.HOLDER, place="x.item_id"
)

# Where a text arrived at the telephone, the office that keeps its accounts answers too.
_SEEN: Final = f"""({_ITS} OR x.office_id = ANY(%(kept)s) AND x.ended_at IS NULL
    AND x.wish IS NULL AND {_REACHED_ITS})"""


def _answered(conn: Conn, office_id: int | None) -> list[int] | None:
    return None if office_id is None else offices.answered_by(conn, office_id)


def _seen_at(conn: Conn, office_id: int | None, now: datetime) -> dict[str, object]:
    """Return the values of `_SEEN`."""
    kept = [] if office_id is None else offices.kept_by(conn, office_id)
    return {"offices": _answered(conn, office_id), "kept": kept, "now": now}


def shown(
    conn: Conn, office_id: int | None, now: datetime, reader: Onlooker
) -> list[AskedException]:
    """Return the questions of today at an office, open ones first; None: at every office.

    That they were read is written down.
    """
    since, _ = bounds(day_of(now))
    rows = conn.execute(
        "SELECT x.article_id, x.number, x.office_id,"  # noqa: S608
        f" x.ended_at IS NULL AND x.wish IS NULL AND {_REACHED_ITS}, a.number,"
        " CASE WHEN a.passport THEN 'passport'"
        " WHEN a.registration THEN 'registered' ELSE a.service END, a.cod_amount,"
        " s.staff_id, s.name, x.reason, x.document, x.last4, x.asked_at, x.granted_at, x.outcome,"
        " x.answer_by, a.not_received_at IS NOT NULL,"
        " (SELECT count(*) FROM code_attempts t WHERE t.article_id = a.id AND t.day = %(today)s"
        "  AND t.outcome = 'wrong') - w.wrong, w.wrong, x.phone, x.wish,"
        " (SELECT i.serial FROM delivery_items i JOIN delivery_lists l ON l.id = i.list_id"
        "  WHERE i.article_id = a.id AND l.postman_id = x.postman_id"
        "  ORDER BY i.id DESC LIMIT 1), s.phone,"
        " (SELECT o.name FROM offices o WHERE o.id = x.office_id), a.recipient_name,"
        " a.recipient_address,"
        " (SELECT c.id FROM conversations c WHERE c.whose = s.phone AND c.machine = 'postman'),"
        f" (SELECT c.id FROM conversations c WHERE c.whose = {article_rows.HOLDER}"
        "  AND c.machine = 'recipient'), x.postman_id"
        " FROM exceptions x JOIN articles a ON a.id = x.article_id"
        " CROSS JOIN LATERAL (SELECT count(*) AS wrong FROM word_tries t"
        "  WHERE t.article_id = a.id AND t.day = %(today)s) w"
        " LEFT JOIN nominees n ON n.article_id = a.id AND n.ended_at IS NULL"
        f" JOIN staff s ON s.id = x.postman_id WHERE {_SEEN}"
        " AND (x.ended_at IS NULL OR x.asked_at >= %(since)s)"
        " ORDER BY (x.ended_at IS NULL AND x.granted_at IS NULL) DESC, x.asked_at DESC LIMIT 200",
        {"since": since, "today": day_of(now), **_seen_at(conn, office_id, now)},
    ).fetchall()
    access.listed(conn, reader, len(rows), "exceptions")
    rates = {each: rate(conn, each, now) for each in {row[-1] for row in rows}}
    return [AskedException(*(*row[:-1], rates[row[-1]])) for row in rows]


def waiting(conn: Conn, office_id: int | None, now: datetime) -> int:
    """Return how many questions wait for an answer that an office gives; None: of every office."""
    row = conn.execute(
        "SELECT count(*) FROM exceptions x JOIN articles a ON a.id = x.article_id"  # noqa: S608
        " LEFT JOIN nominees n ON n.article_id = a.id AND n.ended_at IS NULL"
        f" WHERE x.ended_at IS NULL AND x.granted_at IS NULL AND {_SEEN}",
        _seen_at(conn, office_id, now),
    ).fetchone()
    assert row is not None
    return int(row[0])


def of_postmen(conn: Conn, office_id: int | None, now: datetime) -> list[PostmanFigure]:
    """Return the figures of every postman who asked, the most often excepted first."""
    rows = conn.execute(
        "SELECT s.staff_id, s.name, count(*), count(*) FILTER (WHERE x.outcome = 'used'),"  # noqa: S608
        " count(*) FILTER (WHERE x.outcome = 'moved'),"
        " count(*) FILTER (WHERE x.outcome = 'refused'),"
        " count(*) FILTER (WHERE x.outcome = 'denied'),"
        " count(*) FILTER (WHERE x.outcome = 'lapsed'),"
        f" count(*) FILTER (WHERE {OBJECTED}),"
        " (SELECT count(*) FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id"
        "  WHERE l.postman_id = s.id AND l.date > %(day)s AND i.state = 'delivered')"
        " FROM exceptions x JOIN staff s ON s.id = x.postman_id"
        f" JOIN articles a ON a.id = x.article_id WHERE {_ITS} AND x.asked_at > %(since)s"
        f" GROUP BY s.id ORDER BY count(*) FILTER (WHERE {WENT}) DESC, 3 DESC, s.staff_id"
        " LIMIT 200",
        {
            "offices": _answered(conn, office_id),
            "since": now - _RATE_OF,
            "day": day_of(now - _RATE_OF),
        },
    ).fetchall()
    return [PostmanFigure(*row) for row in rows]


def of_answerers(conn: Conn, office_id: int | None, now: datetime) -> list[AnswererFigure]:
    """Return how each who answered did so: whoever always agrees is seen."""
    rows = conn.execute(
        "SELECT x.answer_by, count(x.granted_at), count(*) FILTER (WHERE x.outcome = 'refused'),"  # noqa: S608
        f" count(*) FILTER (WHERE {OBJECTED})"
        " FROM exceptions x JOIN articles a ON a.id = x.article_id"
        f" WHERE {_ITS} AND x.asked_at > %(since)s AND x.answer_by IS NOT NULL"
        " GROUP BY x.answer_by ORDER BY 2 DESC, 1 LIMIT 200",
        {"offices": _answered(conn, office_id), "since": now - _RATE_OF},
    ).fetchall()
    return [AnswererFigure(*row) for row in rows]


def is_asked_of(conn: Conn, number: str, office_id: int | None, now: datetime) -> bool:
    """Tell whether the article `number` has a question that `office_id` may answer; None: any."""
    row = conn.execute(
        "SELECT FROM exceptions x JOIN articles a ON a.id = x.article_id"
        " LEFT JOIN nominees n ON n.article_id = a.id AND n.ended_at IS NULL"
        f" WHERE a.number = %(number)s AND x.ended_at IS NULL AND {_SEEN}",
        {"number": number, **_seen_at(conn, office_id, now)},
    ).fetchone()
    return row is not None


def leads_to(conn: Conn, phone: str, office_id: int | None, now: datetime) -> bool:
    """Tell whether `office_id` may answer a question that needs a call to `phone` (E.164).

    It is the postman's who asks, or that of whoever has the code.
    """
    row = conn.execute(
        "SELECT FROM exceptions x JOIN articles a ON a.id = x.article_id"
        " JOIN staff s ON s.id = x.postman_id"
        " LEFT JOIN nominees n ON n.article_id = a.id AND n.ended_at IS NULL"
        f" WHERE x.ended_at IS NULL AND %(phone)s IN (s.phone, {article_rows.HOLDER}) AND {_SEEN}",
        {"phone": phone, **_seen_at(conn, office_id, now)},
    ).fetchone()
    return row is not None


def is_out_at(conn: Conn, number: str, office_id: int | None) -> bool:
    """Tell whether `office_id` answers for the postman who carries `number`; None: for any."""
    row = conn.execute(
        "SELECT FROM articles a JOIN delivery_items i ON i.article_id = a.id AND i.state = 'open'"
        " JOIN delivery_lists l ON l.id = i.list_id JOIN staff s ON s.id = l.postman_id"
        " WHERE a.number = %(number)s AND a.state = 'out_for_delivery'"
        " AND (%(offices)s::bigint[] IS NULL OR s.office_id = ANY(%(offices)s))",
        {"number": number, "offices": _answered(conn, office_id)},
    ).fetchone()
    return row is not None
