"""Offices and who keeps their accounts: the next one up, where an office has one hand alone.

docs/developing/trust.md rule 11
"""

from __future__ import annotations

from typing import Final

from store.database import Conn
from store.refusals import Invalid

_KEEPER = """coalesce(
    o.account_office_id,
    (SELECT m.id FROM offices m WHERE m.pin = o.pin AND m.id <> o.id AND o.branch_type = 'branch'
     AND m.branch_type <> 'branch'
     ORDER BY array_position(ARRAY['head', 'sub'], m.branch_type), m.id LIMIT 1),
    (SELECT h.id FROM offices h WHERE h.district = o.district AND h.branch_type = 'head'
     AND h.id <> o.id AND o.branch_type <> 'head'
     ORDER BY left(h.pin, 3) <> left(o.pin, 3), h.id LIMIT 1))
"""
_ACCOUNT_OFFICE = f"SELECT {_KEEPER} FROM offices o WHERE o.id = %s"  # noqa: S608
# One hand: nobody there may answer what a postman of it asks, unless it is himself.
_ONE_HANDED = """
NOT EXISTS (SELECT FROM staff j WHERE j.office_id = o.id AND j.active
    AND j.role IN ('postmaster', 'supervisor') AND j.password_hash IS NOT NULL
    AND NOT EXISTS (SELECT FROM staff p WHERE p.role = 'postman' AND p.office_id = o.id AND p.active
        AND p.phone = coalesce(j.phone, j.next_phone)))
"""
_KEPT = f"""(o.account_office_id = own.id
     OR (o.account_office_id IS NULL AND (o.pin = own.pin OR o.district = own.district)))
    AND {_KEEPER} = own.id"""
_KEPT_BY = f"SELECT o.id FROM offices o, offices own WHERE own.id = %s AND {_KEPT}"  # noqa: S608
_ANSWERED_BY = f"""
SELECT o.id FROM offices o, offices own
WHERE own.id = %(office)s AND (o.id = own.id OR ({_KEPT} AND {_ONE_HANDED}))
"""  # noqa: S608

ABOVE_BY_TEXT: Final = f"""
    (SELECT k.phone FROM offices k
     WHERE k.id = {_KEEPER} AND k.phone IS DISTINCT FROM s.phone)"""  # noqa: S608
"""SQL: the telephone that keeps the accounts of the office `o`; none if `s` has it."""
ASKED_BY_TEXT: Final = f"""
    CASE WHEN o.phone <> coalesce(s.phone, '') THEN o.phone ELSE {ABOVE_BY_TEXT} END"""
"""SQL: the telephone that is asked what the postman `s` of the office `o` asks at a door.

The office's own; where it has none, or the postman has it, that of the office which keeps its
accounts. Who is asked, and who may answer by text and dial, is read by this alone.
"""
ASKED_AT: Final = f"""(
    SELECT o.id FROM offices o WHERE o.phone = %(phone)s
    UNION SELECT o.id FROM offices own JOIN offices o ON {_KEPT} WHERE own.phone = %(phone)s)"""  # noqa: S608
"""SQL: the offices for which the telephone `phone` can be the one of `ASKED_BY_TEXT`."""


_ASKED: Final = f"""
    SELECT {ASKED_BY_TEXT}, {ABOVE_BY_TEXT}
    FROM staff s JOIN offices o ON o.id = s.office_id WHERE s.id = %s
"""  # noqa: S608


class OwnAccountOffice(Invalid):
    """An office cannot keep its own accounts: there would be no second person."""

    sentence = "an office's account office is another one"
    field = "account_pin"


def asked_by_text(conn: Conn, postman_id: int) -> tuple[str | None, str | None]:
    """Return the telephone (E.164) that is asked by text what this postman asks at a door, and
    that of the office which keeps its accounts; both may be the same.
    """
    row = conn.execute(_ASKED, [postman_id]).fetchone()
    return (row[0], row[1]) if row else (None, None)


def account_office(conn: Conn, office_id: int) -> int | None:
    """Return the office that keeps the accounts of `office_id`; None: none is known.

    Unless one was set: of a branch office the main office of its PIN, else of the district.
    """
    row = conn.execute(_ACCOUNT_OFFICE, (office_id,)).fetchone()
    return row[0] if row else None


def answered_by(conn: Conn, office_id: int) -> list[int]:
    """Return the offices whose postmen's questions are answered at `office_id`.

    Its own, and those that have nobody else for it and whose accounts it keeps.
    """
    rows = conn.execute(_ANSWERED_BY, {"office": office_id}).fetchall()
    return [row[0] for row in rows]


def kept_by(conn: Conn, office_id: int) -> list[int]:
    """Return the offices whose accounts are kept at `office_id`."""
    return [row[0] for row in conn.execute(_KEPT_BY, [office_id]).fetchall()]


def set_account_office(conn: Conn, office_id: int, account_office_id: int) -> None:
    """Set which office keeps the accounts of another one. Raise `OwnAccountOffice`."""
    if office_id == account_office_id:
        raise OwnAccountOffice
    conn.execute(
        "UPDATE offices SET account_office_id = %s WHERE id = %s", (account_office_id, office_id)
    )
