"""The text to submit. Only here, and only in memory, are a code or digits put into a message."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from messages.render import fill_code, fill_quote
from outbox.due import DueMessage, TakenMessage
from postal.codes import code_of
from postal.quotes import quote_of
from store.database import Conn
from store.keyring import Keyring, UnknownKey


def text_of(due: DueMessage, keys: Keyring, code_length: int) -> str:
    """Return the body of `due` with its code, or its digits to quote, filled in; a call's has none.

    Both are computed from their key and the article's salt; they are stored nowhere. Never log the
    result. Raises `UnknownKey` where the key was retired meanwhile, and ValueError where the row
    has no words that can be read: nobody gets an empty text.
    """
    if not due.body and due.channel == "text":
        raise ValueError("what it says cannot be read: by a newer release, or it is damaged")
    if due.quote is not None and due.salt is not None:
        assert due.quote_key is not None
        root = keys.known("codes", due.quote_key)
        return fill_quote(due.body, quote_of(root, due.salt, due.phone, due.quote))
    if due.code_issue is None or due.code_salt is None or due.channel == "voice":
        return due.body
    assert due.code_key is not None
    root = keys.known("codes", due.code_key)
    return fill_code(due.body, code_of(root, due.code_salt, due.code_issue, code_length))


def open_keys(conn: Conn, taken: Sequence[TakenMessage], keys: Keyring) -> None:
    """Open the keys of what was claimed, as it is sent without the database."""
    used = {number for each in taken for number in (each.due.code_key, each.due.quote_key)}
    for number in used - {None}:
        assert number is not None
        with suppress(UnknownKey):
            keys.root(conn, "codes", number)
