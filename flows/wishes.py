"""What people wish in their own words. A wish does nothing by itself: it brings its question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WishKind = Literal[
    # about the code
    "send_code", "speak_code", "told_code", "fraud",
    # about this delivery
    "not_home", "another_day", "hold", "nominate", "take_back_nominee", "accept", "decline",
    "refuse", "no_money", "address_hint", "where", "received", "not_received", "never_came", "true",
    # about the telephone and who has it
    "not_mine", "new_number", "dead", "moved_away",
    # a sender's
    "recall", "correct_number",
    # about us
    "how", "human", "stop", "start", "language_hi", "language_roman", "language_en",
    # nothing to do
    "yes", "no", "thanks", "greeting", "acknowledged", "notice", "autoresponder", "quote",
    "chatter", "abuse", "unclear",
]  # fmt: skip


@dataclass(frozen=True)
class DayNamed:
    """A day as it was named: so many days from today, a weekday (Monday is 0), or a date."""

    offset: int | None = None
    weekday: int | None = None
    day: int | None = None
    month: int | None = None
    year: int | None = None


@dataclass(frozen=True)
class PersonWish:
    """One wish. `which`: the article it names (last four digits or the full number)."""

    what: WishKind
    which: str | None = None
    day: DayNamed | None = None
    phone: str | None = None
