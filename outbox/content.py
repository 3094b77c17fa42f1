"""The text that leaves. Only here, and only in memory, is a code put into a message."""

from __future__ import annotations

from messages.render import fill_code
from outbox.claim import DueMessage
from postal.codes import code_of


def text_of(due: DueMessage, master_key: bytes, code_length: int) -> str:
    """The body of `due`, with its code filled in where it names one; a call's goes without.

    The code is recomputed from the master key, the article's salt and the issue; nothing stored
    holds it. Never log the result.
    """
    if due.code_issue is None or due.code_salt is None or due.channel == "voice":
        return due.body
    return fill_code(due.body, code_of(master_key, due.code_salt, due.code_issue, code_length))
