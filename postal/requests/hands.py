"""Who may be the second person: another human, with the right role, one of them of the office.

docs/developing/trust.md rule 11
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from psycopg.rows import class_row

from postal.people import offices
from postal.people.accounts import Role
from postal.people.rights import RIGHTS, Act
from store.database import Conn
from store.refusals import Conflict


@dataclass(frozen=True)
class Hand:
    """A member of staff who may sign in. `phone`: E.164, where one is known."""

    row: int
    staff_id: str
    name: str
    role: Role
    office_id: int
    phone: str | None

    def is_human_of(self, other: Hand) -> bool:
        """Tell whether both accounts are the same human's, as far as their telephones say."""
        return self.row == other.row or (self.phone is not None and self.phone == other.phone)


@dataclass(frozen=True)
class House:
    """The office that a request belongs to, and the one that keeps its accounts.

    `office` None: no office of ours has to do with it. `hands`: all who could be the second at
    either.
    """

    office: int | None
    account: int | None
    hands: tuple[Hand, ...]

    def of(self, first: Hand) -> frozenset[int]:
        """Return the offices that count as the request's own, once `first` has signed.

        Its account office is one of them where nobody else of the office could be the second.
        """
        if self.office is None:
            return frozenset()
        others = [each for each in self.hands if not each.is_human_of(first)]
        if any(each.office_id == self.office for each in others) or self.account is None:
            return frozenset((self.office,))
        return frozenset((self.office, self.account))

    def is_deserted(self, first: Hand) -> bool:
        """Tell whether nobody of these offices could sign with `first`, who is of neither."""
        return not any(not each.is_human_of(first) for each in self.hands)


class SamePerson(Conflict):
    """Whoever asked cannot agree."""

    sentence = "whoever asked cannot agree"
    word = "request_same_person"


class SameTelephone(Conflict):
    """The second account has the first one's telephone: it is the same human."""

    sentence = "your account has the same telephone as that of whoever asked: it takes two people"
    word = "request_same_telephone"


class NotYourRole(Conflict):
    """Another role is needed for this signature."""

    sentence = "your role does not sign this"
    word = "request_not_your_role"


class NotYourOffice(Conflict):
    """The request belongs to another office."""

    sentence = "this belongs to another office"
    word = "request_not_your_office"


class NobodyOfTheOffice(Conflict):
    """One of the two must be of the office that it belongs to."""

    sentence = "one of the two must be of the office that it belongs to"
    word = "request_nobody_of_office"


def may_begin(act: Act, first: Hand, office: int | None) -> Conflict | None:
    """Return what speaks against `first` as the one who asks; None: nothing."""
    reach = RIGHTS[act].who.get(first.role)
    if reach is None:
        return NotYourRole()
    if reach == "own" and office is not None and first.office_id != office:
        return NotYourOffice()
    return None


def may_agree(act: Act, first: Hand, second: Hand, house: House) -> Conflict | None:
    """Return what speaks against `second` agreeing to what `first` asked; None: nothing."""
    if second.row == first.row:
        return SamePerson()
    if second.is_human_of(first):
        return SameTelephone()
    reach = RIGHTS[act].second.get(second.role)
    if reach is None:
        return NotYourRole()
    own = house.of(first)
    if reach == "own" and house.office is not None and second.office_id not in own:
        return NotYourOffice()
    one_of_it = first.office_id in own or second.office_id in own
    if house.office is not None and not one_of_it and not house.is_deserted(first):
        return NobodyOfTheOffice()
    return None


def agreeing(act: Act, first: Hand, among: Sequence[Hand], house: House) -> list[Hand]:
    """Return those of `among` who may agree."""
    return [each for each in among if may_agree(act, first, each, house) is None]


_READ = """
SELECT s.id AS row, s.staff_id, s.name, s.role, s.office_id,
       coalesce(s.phone, s.next_phone) AS phone
FROM staff s WHERE s.active AND s.role <> 'postman' AND s.password_hash IS NOT NULL
"""


def hand(conn: Conn, staff_row: int) -> Hand | None:
    """Return the member of staff with that row, if he may still sign in."""
    found = _hands(conn, "AND s.id = %s", staff_row)
    return found[0] if found else None


def seconds(conn: Conn, act: Act) -> list[Hand]:
    """Return everybody whose role may agree to `act`, at whichever office."""
    return _hands(conn, "AND s.role = ANY(%s) ORDER BY s.id", list(RIGHTS[act].second))


def house(conn: Conn, act: Act, office: int | None, among: Collection[Hand]) -> House:
    """Return the office of a request, its account office, and their people of `among`."""
    account = offices.account_office(conn, office) if office is not None else None
    there = tuple(
        each
        for each in among
        if each.office_id in (office, account) and each.role in RIGHTS[act].second
    )
    return House(office, account, there)


def _hands(conn: Conn, condition: str, value: object) -> list[Hand]:
    with conn.cursor(row_factory=class_row(Hand)) as cursor:
        return cursor.execute((_READ + condition).encode(), (value,)).fetchall()
