"""All that is stored of a telephone, for the person who asks for it (DPDP Act, section 11).

Codes are shown as everywhere, ••••••; of articles only what is this person's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from postal.people import access
from postal.people.access import Onlooker
from store import packing, wording
from store.database import Conn
from store.trained import Unpackable


@dataclass(frozen=True)
class PersonalPart:
    """Rows of one kind, as JSON objects."""

    name: str
    rows: list[Mapping[str, Any]]


# Each with the columns that the person may see, by name.
_PARTS: Mapping[str, str] = {
    "telephone": "SELECT phone, language, chosen, opted_out_at, doubt, doubted_at, confirmed_at"
    " FROM phones WHERE phone = %(phone)s",
    "wishes": "SELECT may_take, may_take_from, weekdays, keeps, proof, changed_at, word_state,"
    " word_at"
    " FROM households WHERE phone = %(phone)s",
    "looked_up": "SELECT asked_at, answered_at, line, operator, do_not_disturb FROM number_lookups"
    " WHERE phone = %(phone)s",
    "received": "SELECT number, service, state, recipient_name, recipient_address, recipient_pin,"
    " cod_amount, booked_at, delivered_at, remark, witness, digipin FROM articles"
    " WHERE recipient_phone = %(phone)s ORDER BY id",
    "sent": "SELECT number, service, state, sender_name, sender_address, sender_pin, booked_at,"
    " delivered_at FROM articles"
    " WHERE sender_phone = %(phone)s ORDER BY id",
    "posted": "SELECT tr, state, method, sender_name, sender_address, sender_pin, created_at,"
    " finished_at FROM booking_groups"
    " WHERE sender_phone = %(phone)s ORDER BY id",
    "posted_to": "SELECT number, service, recipient_name, recipient_address, recipient_pin,"
    " cod_amount, digipin, removed_at FROM booking_items"
    " WHERE recipient_phone = %(phone)s ORDER BY id",
    "taken_for_others": "SELECT a.number, n.asked_at, n.agreed_at, n.ended_at, n.ended"
    " FROM nominees n JOIN articles a ON a.id = n.article_id WHERE n.phone = %(phone)s"
    " ORDER BY n.id",
    "moved": "SELECT a.number, m.by, m.from_phone = %(phone)s AS from_here, m.asked_at, m.ended_at,"
    " m.outcome, m.consent FROM moves m JOIN articles a ON a.id = m.article_id"
    " WHERE %(phone)s IN (m.from_phone, m.to_phone) ORDER BY m.id",
    "without_the_code": "SELECT a.number, x.reason, x.document, x.last4, x.asked_at, x.granted_at,"
    " x.outcome FROM exceptions x JOIN articles a ON a.id = x.article_id"
    " WHERE a.recipient_phone = %(phone)s ORDER BY x.id",
    "wrong_digits": "SELECT a.number, q.at FROM wrong_quotes q"
    " JOIN articles a ON a.id = q.article_id WHERE q.phone = %(phone)s ORDER BY q.id",
    "asked_to_take": "SELECT r.what, a.number, r.state, r.asked_at, r.decided_at FROM requests r"
    " LEFT JOIN articles a ON a.id = r.article_id WHERE r.phone = %(phone)s ORDER BY r.id",
    "data_requests": "SELECT id, what, asked_at, due_at, done_at, outcome, answer"
    " FROM data_requests WHERE phone = %(phone)s ORDER BY id",
    "staff": "SELECT staff_id, name, role, active, created_at FROM staff WHERE phone = %(phone)s",
    "texts": "SELECT at, direction, channel, body, said, template, language, status, sent_at,"
    " delivered_at, purged_at FROM messages WHERE phone = %(phone)s ORDER BY at, id",
    "texts_not_read_yet": "SELECT at, gateway FROM waiting_texts WHERE phone = %(phone)s"
    " ORDER BY at, id",
    "screens": "SELECT h.at, d.service, h.typed, h.body FROM ussd_hops h"
    " JOIN ussd_sessions d ON d.id = h.session_id WHERE d.phone = %(phone)s"
    " ORDER BY h.at, h.session_id, h.position",
    "understood": f"SELECT to_jsonb(s.at), c.machine, {packing.COLUMNS} FROM sprints s"  # noqa: S608
    " JOIN conversations c ON c.id = s.conversation_id WHERE c.whose = %(phone)s ORDER BY s.id",
    "tickets": "SELECT id, kind, at, closed_at, outcome FROM tickets WHERE phone = %(phone)s"
    " ORDER BY id",
    "fraud_reports": "SELECT day, pin, at FROM fraud_reports WHERE phone = %(phone)s ORDER BY at",
    "in_files": "SELECT i.id AS import, i.created_at AS at, r.line, r.number, r.state"
    " FROM import_rows r JOIN imports i ON i.id = r.import_id"
    " WHERE names_phone(r.cells, %(phone)s) ORDER BY i.id, r.line",
    "looked_at": "SELECT at, what, nullif(reason, '') AS reason, CASE WHEN staff_id IS NOT NULL"
    " THEN 'staff' WHEN token_id IS NOT NULL THEN 'software' ELSE 'operator' END AS by"
    " FROM access_log WHERE phone = %(phone)s ORDER BY id",
}


def parts(conn: Conn, phone: str, reader: Onlooker) -> list[PersonalPart]:
    """Return everything of `phone` (E.164), kind by kind, without empty kinds.

    That it was exported is written down, where there is anything.
    """
    found = []
    for name, query in _PARTS.items():
        part = PersonalPart(name, _rows(conn, name, query, phone))
        if part.rows:
            found.append(part)
    if found:
        access.look(conn, reader, "exported", phone=phone)
    return found


def _rows(conn: Conn, name: str, query: str, phone: str) -> list[Mapping[str, Any]]:
    if name == "understood":
        sprints = conn.execute(query.encode(), {"phone": phone}).fetchall()
        return [_understood(row) for row in sprints]
    rows = conn.execute(_AS_JSON.replace("{query}", query).encode(), {"phone": phone})
    found: list[Mapping[str, Any]] = [row[0] for row in rows.fetchall()]
    return [_worded(row) for row in found] if name == "texts" else found


def _worded(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a text with its words, of a row that may have them packed."""
    said = row["said"] and bytes.fromhex(row["said"].removeprefix("\\x"))
    shown = {name: value for name, value in row.items() if name != "said"}
    return {**shown, "body": wording.body_of(row["body"], said)}


def _understood(row: tuple[Any, ...]) -> Mapping[str, Any]:
    at, machine, *packed = row
    try:
        sprint = packing.records(tuple(packed))
    except Unpackable as why:
        return {"at": at, "machine": machine, "unreadable": str(why)}
    return {
        "at": at,
        "machine": machine,
        "event": sprint.event,
        "before": sprint.state_before["state"],
        "after": sprint.state_after["state"],
    }


_AS_JSON = "SELECT to_jsonb(part) FROM ({query}) AS part"
