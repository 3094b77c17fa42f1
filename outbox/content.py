"""The text to submit. Only here, and only in memory, are a code or digits put into a message."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from messages.render import CHECK_MASK, fill_check, fill_code, fill_quote
from outbox.due import DueMessage, TakenMessage
from postal.checks import check_of
from postal.codes import code_of
from postal.quotes import quote_of
from store.database import Conn
from store.keyring import Keyring, UnknownKey


def text_of(due: DueMessage, keys: Keyring, code_length: int) -> str:
    """Return the body of `due`, its code and the digits beside it, or those to quote, filled in.

    A call's has none. All are computed from their key and the article's salt; they are stored
    nowhere. Never log the result. Raises `UnknownKey` where the key was retired meanwhile, and
    ValueError where the row has no words that can be read: nobody gets an empty text.
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
    text = fill_code(due.body, code_of(root, due.code_salt, due.code_issue, code_length))
    if CHECK_MASK not in text:
        return text
    if due.check_item is None or due.check_key is None:
        raise ValueError("its code has no place on a list, and so no three digits")
    root = keys.known("codes", due.check_key)
    return fill_check(text, check_of(root, due.code_salt, due.check_item))


def open_keys(conn: Conn, taken: Sequence[TakenMessage], keys: Keyring) -> None:
    """Open the keys of what was claimed, as it is sent without the database."""
    used = {
        number
        for each in taken
        for number in (each.due.code_key, each.due.quote_key, each.due.check_key)
    }
    for number in used - {None}:
        assert number is not None
        with suppress(UnknownKey):
            keys.root(conn, "codes", number)
