"""The messages of a claim: those that are due, and those that a worker has under lease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from messages.catalogue import Channel, Lane
from outbox.policy import MessageStanding
from outbox.routing import WAITED_FOR, Wanted

# Longer than any gateway's time-out plus the wait for the throttle: when a lease ends, its worker
# is gone.
LEASE: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class DueMessage:
    """A due message. `obstacle`: why it must not be sent any more, or None."""

    id: int
    status: Literal["queued", "unknown"]
    lane: Lane
    phone: str = field(repr=False)
    template: str
    language: str
    body: str = field(repr=False)
    not_after: datetime
    attempts: int
    gateway: str | None
    carrier_id: str | None
    first_tried_at: datetime | None
    article_id: int | None
    code_id: int | None
    code_issue: int | None
    code_key: int | None  # its number
    code_salt: bytes | None = field(repr=False)
    quote: int | None
    quote_key: int | None  # its number
    salt: bytes | None = field(repr=False)
    obstacle: str | None
    given: Sequence[str] = ()  # carriers that may have it, also by a second send
    again_of: int | None = None  # the message of which this is a second send,
    via: str | None = None  # by this carrier alone
    elsewhere: Sequence[str] = ()  # carriers of its second sends that are not in doubt
    sender: str | None = field(default=None, repr=False)  # E.164, of the article
    channel: Channel = "text"
    request_id: str | None = None  # of the request that caused it, as in the logs
    variables: Mapping[str, Any] | None = None
    other_calls: Sequence[str | None] = ()  # as in `Outgoing`, for a look-up
    check_item: int | None = None  # the place on a list whose three digits are beside the code
    check_key: int | None = None  # the number of their key

    @property
    def standing(self) -> MessageStanding:
        return MessageStanding(
            self.status,
            self.lane,
            self.attempts,
            self.not_after,
            self.carrier_id,
            self.via,
            self.channel,
        )

    @property
    def wanted(self) -> Wanted:
        # News waits for the carrier that asked to wait; what a person waits for does not.
        last = self.gateway if self.lane in WAITED_FOR else None
        return Wanted(
            self.phone, self.language, self.lane, self.given, self.elsewhere, last, self.via
        )


@dataclass(frozen=True)
class TakenMessage:
    """A message that this worker has until the lease ends."""

    due: DueMessage
    lease: UUID
    gateway: str
    leased_until: datetime
    first_tried_at: datetime
    confirm_by: datetime | None = None  # of a code: when its receipt is due

    @property
    def calls(self) -> int:
        """Return how many calls were made for it, the one about to be made included."""
        return self.due.attempts + 1

    @property
    def standing(self) -> MessageStanding:
        return replace(self.due.standing, status="sending", attempts=self.calls)

    @property
    def begun_at(self) -> datetime:
        return self.leased_until - LEASE


@dataclass(frozen=True)
class Patience:
    """How long a code waits for its answer, and its receipt, before another carrier gets it too."""

    answer: timedelta
    receipt: timedelta


@dataclass(frozen=True)
class Claim:
    """The result of a claim: messages to send or look up, and how many expired or were put off."""

    taken: tuple[TakenMessage, ...]
    expired: int
    put_off: int = 0
