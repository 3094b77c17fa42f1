"""The door of news about the accounts of the staff: a notice goes out as a text, once.

Whatever changed an account wrote its notice (`postal/people/notices.py`); the periodic job comes
here, so that no door can forget the text. STOP does not silence it: docs/developing/trust.md rule 9
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from messages.catalogue import catalogue
from outbox.enqueue import OutboxDraft, enqueue, enqueue_many
from outbox.wake import wake
from postal.people import accounts, notices
from postal.people.notices import NoticeKind, UntoldNotice
from runtime import Runtime
from settings import Language
from store.database import Conn

# The text of each notice. Without one it stays on the pages: networks change by themselves, and who
# ends a sign-in is known; the texts about a telephone go to both, at once.
TEXTS: Final[Mapping[NoticeKind, str]] = MappingProxyType(
    {
        "opened_browser": "account_opened",
        "enrolled": "account_factor_changed",
        "recovery_used": "recovery_code_used",
        "recovery_renewed": "account_factor_changed",
        "passkey_added": "account_factor_changed",
        "passkey_removed": "account_factor_changed",
        "passkey_doubted": "account_factor_changed",
        "factors_forgotten": "account_factor_changed",
        "password_changed": "account_password_changed",
        "place_locked": "account_guessed",
        "guessed": "account_guessed",
        "password_known": "account_password_known",
        "pin_guessed": "pin_guessed",
    }
)
PHONE_CHANGED: Final = "account_phone_changed"
_AT_ONCE: Final = 100
_LATEST: Final = timedelta(hours=12)  # an older notice is no news: the worker was away


def tell_staff(runtime: Runtime) -> int:
    """Text the notices that are due to the telephones of their owners. Return how many texts."""
    now = runtime.now()

    def tell(conn: Conn) -> int:
        due = [each for each in notices.take_untold(conn, _AT_ONCE, now) if each.phone]
        drafts = [
            _draft(runtime, each.phone or "", TEXTS[each.kind], each.language, now, _values(each))
            for each in due
            if each.kind in TEXTS and now - each.at < _LATEST
        ]
        enqueue_many(conn, drafts)
        return len(drafts)

    told = runtime.database.run(tell)
    if told:
        wake(runtime.redis)
    return told


def set_phone(runtime: Runtime, conn: Conn, staff_id: str, phone: str | None) -> None:
    """Set the telephone (E.164) of an account; None: none. The one before and the new are told.

    Nobody is told of the same telephone again, as by a form that is sent once more.
    Within the caller's transaction: wake the outbox after the commit. Raises as
    `postal.people.accounts.set_phone` does.
    """
    now = runtime.now()
    before = accounts.set_phone(conn, staff_id, phone, now)
    if before == phone:
        return
    for each in {before, phone} - {None}:
        enqueue(conn, _draft(runtime, each or "", PHONE_CHANGED, None, now, {}))


def _values(notice: UntoldNotice) -> dict[str, int]:
    return {"count": notice.left} if notice.kind == "recovery_used" else {}


def _draft(
    runtime: Runtime,
    phone: str,
    template: str,
    language: Language | None,
    now: datetime,
    values: Mapping[str, int],
) -> OutboxDraft:
    entry = catalogue().template(template)
    return OutboxDraft(
        phone=phone,
        template=template,
        language=language or runtime.settings.default_language,
        values=values,
        lane=entry.lane,
        not_after=now + timedelta(seconds=entry.lifetime),
        at=now,
    )
