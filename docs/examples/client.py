"""A client of Dakiya's API. Copy it: it needs Python 3.11, `requests` and `standardwebhooks`.

dakiya = Dakiya("http://127.0.0.1:8000", token)
dakiya.book("EU123456785IN", "parcel", Person("Ramavati Devi", "9839012345"),
            "Bagapar", "273303", Person("Gyan Pustak Kendra"))
for event in dakiya.events(after=0): …
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

import requests
from standardwebhooks import Webhook, WebhookVerificationError

TIMEOUT_SECONDS = 10


class DakiyaRefused(Exception):
    """Dakiya refused; `errors` has a message by each bad field. Nothing was changed."""

    def __init__(self, status: int, detail: str, errors: Mapping[str, str]) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.errors = errors


class BadSignature(Exception):
    """This request did not come from Dakiya, or comes too late. Answer 400 and do nothing."""


@dataclass(frozen=True)
class Person:
    """`phone` in any notation; without + it is Indian. `language`: hi, hi-Latn or en."""

    name: str
    phone: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Event:
    """What happened. `id` is its cursor: keep the last one, and know by it what comes twice.

    `upu` is the UPU event code (EMSEVT V3) where one fits; `article` an article's number.
    """

    id: int
    at: datetime
    kind: str
    upu: str | None
    article: str | None
    data: Mapping[str, Any]

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """From a webhook's body, or from the feed, which calls the id `cursor`."""
        return cls(
            id=told["id"] if "id" in told else told["cursor"],
            at=datetime.fromisoformat(told["at"]),
            kind=told["kind"],
            upu=told["upu"],
            article=told["article"],
            data=told["data"],
        )


class Dakiya:
    """The API at `address`. Every method raises `DakiyaRefused`, and what requests raises."""

    def __init__(self, address: str, token: str) -> None:
        self._api = address.rstrip("/") + "/api/v1"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def book(
        self,
        number: str,
        service: str,
        recipient: Person,
        address: str,
        pin: str,
        sender: Person,
        *,
        otp_required: bool = True,
        cod_amount: int = 0,
    ) -> dict[str, Any]:
        """Book an article and tell both; `cod_amount` in whole rupees. Repeating it is safe."""
        who = {"name": recipient.name, "phone": recipient.phone, "language": recipient.language}
        booking = {
            "number": number,
            "service": service,
            "otp_required": otp_required,
            "recipient": {**who, "address": address, "pin": pin},
            "sender": {"name": sender.name, "phone": sender.phone},
            "cod_amount": cod_amount,
        }
        return self._call("POST", "/articles", booking, {"Idempotency-Key": f"book-{number}"})

    def article(self, number: str) -> dict[str, Any]:
        """Return the article's state and what happened to it."""
        return self._call("GET", f"/articles/{number}")

    def post_for_cash(
        self,
        customer: str,
        office_pin: str,
        sender: Person,
        articles: Sequence[Mapping[str, Any]],
    ) -> dict[str, Any]:
        """Begin a booking, fill it, pay it in cash; return its receipt.

        `customer` is yours, new for each: repeated under it, every step is done once. `articles`:
        as `POST /bookings` takes them. Sums in paise.
        """
        who = {"name": sender.name, "phone": sender.phone, "language": sender.language}
        begin = {"office_pin": office_pin, "sender": who}
        key = "Idempotency-Key"
        booking = self._call("POST", "/booking-groups", begin, {key: f"{customer}-begin"})
        path = f"/bookings/{booking['reference']}"
        for serial, article in enumerate(articles):
            again = {key: f"{customer}-{serial}"}
            booking = self._call("POST", f"{path}/articles", article, again)
        paid = {"paise": booking["paise"]}
        self._call("POST", f"{path}/cash", paid, {key: f"{customer}-cash"})
        return self._call("GET", f"{path}/receipt")

    def recall(self, number: str) -> dict[str, Any]:
        """Recall an article for its sender; refused (409) while it is out for delivery, or over."""
        return self._call("POST", f"/articles/{number}/recall")

    def make_list(self, postman: str, day: date, numbers: Sequence[str]) -> dict[str, int]:
        """Make a postman's list of today, in walking order; return the serials by number.

        All of them or none; the recipients are told.
        """
        wanted = {"postman": postman, "date": day.isoformat(), "articles": list(numbers)}
        made = self._call("POST", "/delivery-lists", wanted)
        return {item["number"]: item["serial"] for item in made["items"]}

    def events(self, after: int, limit: int = 100) -> Iterator[Event]:
        """Yield what happened after the cursor `after` (0: from the start), up to now."""
        while True:
            page = self._call("GET", f"/events?after={after}&limit={limit}")
            yield from map(Event.read, page["events"])
            if not page["events"]:
                return
            after = page["next"]

    def subscribe(self, url: str, kinds: Sequence[str] = ()) -> tuple[int, str]:
        """Send events from now on to `url`; return the webhook's id and its secret, which is shown
        only once."""
        made = self._call("POST", "/webhooks", {"url": url, "kinds": list(kinds)})
        return made["id"], made["secret"]

    def end_webhook(self, id_: int) -> None:
        """End a webhook: nothing more is sent to it."""
        self._call("POST", f"/webhooks/{id_}/end")

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        answer = self._session.request(
            method, self._api + path, json=body, headers=headers, timeout=TIMEOUT_SECONDS
        )
        if answer.headers.get("Content-Type", "").startswith("application/problem+json"):
            problem = answer.json()
            errors = {each["field"]: each["message"] for each in problem["errors"]}
            raise DakiyaRefused(answer.status_code, problem["detail"], errors)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told


def received(secret: str, headers: Mapping[str, str], body: bytes) -> Event:
    """Return the event of a webhook. `body` is the raw body, before anything parsed it.

    Raises `BadSignature` unless Dakiya sent it within the last five minutes: what is older may have
    been written down by somebody and sent again.
    """
    webhook = Webhook(secret)
    try:
        told = webhook.verify(body, dict(headers))
    except (WebhookVerificationError, ValueError) as error:  # ValueError: headers in no known form
        raise BadSignature(str(error)) from error
    return Event.read(told)
