"""The text to submit. Only here, and only in memory, is a code put into a message."""

from __future__ import annotations

from messages.render import fill_code
from outbox.due import DueMessage
from postal.codes import code_of


def text_of(due: DueMessage, master_key: bytes, code_length: int) -> str:
    """Return the body of `due` with its code filled in, if it has one; a call's has none.

    The code is computed from the master key, the article's salt and the issue; it is stored
    nowhere. Never log the result.
    """
    if due.code_issue is None or due.code_salt is None or due.channel == "voice":
        return due.body
    return fill_code(due.body, code_of(master_key, due.code_salt, due.code_issue, code_length))
