"""The sender proves himself at the counter: two digits of the text that he just got.

Optional; it lets him correct the recipient's number, or have the article back, by text later
(docs/developing/trust.md rule 7).
"""

from __future__ import annotations

import re
from typing import Final

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from conversation import senders
from india import figures
from outbox.wake import wake
from postal import articles
from web.counter.room import doer, own_group, route, runtime
from web.staff.refusals import FormRefused, tell

_DIGITS: Final = re.compile(r"[0-9]{2}", re.ASCII)


@route("/groups/<int:id_>/sender-proof", "book", methods=("POST",))
def sender_proof(id_: int) -> Response:
    """Believe the sender of one article. Form: `number` of the booking, `proof`, two digits."""
    with runtime().database.transaction() as conn:
        group = own_group(conn, id_)
    number = request.form.get("number", "")
    digits = figures.digits(request.form.get("proof", ""))
    try:
        if number not in {item.number for item in group.items} or not _DIGITS.fullmatch(digits):
            raise FormRefused("sender_proof_wrong")
        senders.prove(runtime(), number, digits, "counter", doer().proof)
        session["told"] = "sender_proof_done"
    except (FormRefused, senders.WrongDigits, senders.NoSender, articles.UnknownArticle) as refused:
        tell(refused)
    wake(runtime().redis)
    return redirect(url_for("counter.receipt", id_=id_), 303)
