"""The text to submit. Only here, and only in memory, is a code put into a message."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from messages.render import fill_code
from outbox.due import DueMessage, TakenMessage
from postal.codes import code_of
from store.database import Conn
from store.keyring import Keyring, UnknownKey


def text_of(due: DueMessage, keys: Keyring, code_length: int) -> str:
    """Return the body of `due` with its code filled in, if it has one; a call's has none.

    The code is computed from its key, the article's salt and the issue; it is stored nowhere. Never
    log the result. Raises `UnknownKey` where the key was retired meanwhile.
    """
    if due.code_issue is None or due.code_salt is None or due.channel == "voice":
        return due.body
    assert due.code_key is not None
    root = keys.known("codes", due.code_key)
    return fill_code(due.body, code_of(root, due.code_salt, due.code_issue, code_length))


def open_keys(conn: Conn, taken: Sequence[TakenMessage], keys: Keyring) -> None:
    """Open the keys of the codes that were claimed, as they are sent without the database."""
    for number in {each.due.code_key for each in taken} - {None}:
        assert number is not None
        with suppress(UnknownKey):
            keys.root(conn, "codes", number)
