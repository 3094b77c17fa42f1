"""The text to submit. Only here, and only in memory, are a code or digits put into a message."""

from __future__ import annotations

from messages.render import fill_code, fill_quote
from outbox.due import DueMessage
from postal.codes import code_of
from postal.quotes import quote_of


def text_of(due: DueMessage, master_key: bytes, code_length: int) -> str:
    """Return the body of `due` with its code, or its digits to quote, filled in; a call's has none.

    Both are computed from the master key and the article's salt; they are stored nowhere. Never log
    the result.
    """
    if due.quote is not None and due.salt is not None:
        return fill_quote(due.body, quote_of(master_key, due.salt, due.phone, due.quote))
    if due.code_issue is None or due.code_salt is None or due.channel == "voice":
        return due.body
    return fill_code(due.body, code_of(master_key, due.code_salt, due.code_issue, code_length))
