"""What a page or an action of the desk is about: 404 where it belongs to another office.

What is looked at so is written down (docs/developing/trust.md rules 11 and 12).
"""

from __future__ import annotations

from flask import abort

from postal import articles, exceptions, walls
from postal.articles import Article
from postal.people import contacts
from postal.people.contacts import Contact
from store.database import Conn
from web.desk.room import me, office_seen, reader, runtime


def article_within(conn: Conn, id_: int) -> Article:
    """Return the article with that row id."""
    row = articles.look_by_id(conn, id_, reader())
    if row is None or not walls.concerns_article(conn, office_seen(), id_):
        abort(404)
    return row


def may_warn(row: Article) -> bool:
    """Tell whether the user may warn around the article: a booking is no right to its PIN."""
    return office_seen() is None or row.recipient_pin == me().account.office_pin


def person_within(conn: Conn, conversation: int) -> Contact:
    """Return the person of that conversation, with articles that concern the user's office."""
    return _within(conn, contacts.get(conn, conversation, reader()))


def person_shown(conn: Conn, conversation: int) -> Contact:
    """Return the same, or whom the user's office is to call before it answers a question."""
    return _to_call(conn, contacts.get(conn, conversation, reader()))


def person_revealed(conn: Conn, conversation: int, reason: str) -> Contact:
    """Return the same where the whole number is to be shown, for the reason that was typed."""
    return _to_call(conn, contacts.reveal(conn, conversation, reader(), reason))


def is_own(conn: Conn, person: Contact) -> bool:
    """Tell whether the person has to do with the user's office, which then acts for them."""
    return walls.concerns_phone(conn, office_seen(), person.phone)


def _to_call(conn: Conn, person: Contact | None) -> Contact:
    if person is not None and not is_own(conn, person):
        asked = me().may("office.answer_exception") and exceptions.leads_to(
            conn, person.phone, office_seen(), runtime().now()
        )
        return contacts.within(conn, person, office_seen()) if asked else abort(404)
    return _within(conn, person)


def _within(conn: Conn, person: Contact | None) -> Contact:
    if person is None or not is_own(conn, person):
        abort(404)
    return contacts.within(conn, person, office_seen())


def conversation_within(conn: Conn, whose: str) -> None:
    """End the request with 404 where the conversation of `whose` belongs to another office."""
    if not walls.concerns_conversation(conn, office_seen(), whose):
        abort(404)


def ticket_within(conn: Conn, id_: int) -> None:
    """End the request with 404 where the ticket belongs to another office."""
    if not walls.concerns_ticket(conn, office_seen(), id_):
        abort(404)
