"""A quiet customer beside a hostile neighbour: texts, codes and /healthz, as they are answered.

Postmen approach by the signed Twilio hook, each time another article; what is not answered with 200
is posted again, as a carrier does. The wait of a text runs from its first post to the 200, that of
a code from the same moment to its arrival at the carrier.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from twilio.request_validator import RequestValidator

from bench import carrier
from bench.books import Doorstep
from bench.posting import post
from bench.rig import LOCAL
from gateways.twilio.settings import TwilioSettings
from settings import Settings

PATH: Final = "/hooks/twilio/sms"
_TEXT_EVERY: Final = 0.4  # seconds
_HEALTH_EVERY: Final = 0.2
_AGAIN: Final = 1.0
_PATIENCE: Final = 15.0
_GIVES_UP: Final = 40.0  # seconds after the neighbour has gone, for texts and for codes

_numbers = count(1)


@dataclass
class QuietText:
    """One text of a postman. Unix times; None: not yet."""

    sid: str
    to: str  # where its code goes
    began: float
    answered: float | None = None
    posts: int = 0
    code: float | None = None


@dataclass
class Watched:
    """What the quiet customer saw; seconds."""

    texts: list[QuietText] = field(default_factory=list)
    health: list[float] = field(default_factory=list)

    @property
    def slowest_text(self) -> float:
        return max((each.answered or time.time()) - each.began for each in self.texts)

    @property
    def slowest_code(self) -> float:
        return max((each.code or time.time()) - each.began for each in self.texts)

    @property
    def slowest_health(self) -> float:
        return max(self.health)

    @property
    def repeated(self) -> int:
        """Return how often a text had to be posted again."""
        return sum(each.posts - 1 for each in self.texts)


@dataclass(frozen=True)
class Twilio:
    """Twilio as it calls our hook: who texts, signed with the account's token."""

    settings: Settings
    port: int

    def form(self, phone: str, words: str, sid: str) -> tuple[dict[str, str], Mapping[str, str]]:
        """Return the form of a text, and the header that signs it."""
        account = TwilioSettings.read(self.settings)
        form = {
            "SmsSid": sid, "SmsStatus": "received", "Body": words, "To": account.from_,
            "NumSegments": "1", "NumMedia": "0", "MessageSid": sid, "From": phone,
            "AccountSid": account.account_sid, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        sign = RequestValidator(account.auth_token.get_secret_value())
        signature = sign.compute_signature(self.settings.public_url + PATH, form)
        return form, {"X-Twilio-Signature": signature}

    async def text(self, phone: str, words: str, sid: str) -> int | None:
        """Post a text once; return the status, None where no answer came."""
        form, headers = self.form(phone, words, sid)
        return await post(self.port, PATH, form, headers)


def new_sid() -> str:
    return f"SM{next(_numbers):032x}"


class Quiet:
    """The quiet customer of one run: `doors` are used once each."""

    def __init__(self, twilio: Twilio, carrier_port: int, doors: Iterator[Doorstep]) -> None:
        self._twilio = twilio
        self._carrier = carrier_port
        self._doors = doors
        self._posting: list[asyncio.Task[None]] = []

    async def watch(self, seconds: float) -> Watched:
        """Text and ask for `seconds`; return at once, with texts that may be under way."""
        seen, until = Watched(), time.monotonic() + seconds
        asking = asyncio.create_task(self._ask(seen, until))
        while time.monotonic() < until:
            door = next(self._doors)
            text = QuietText(new_sid(), door.recipient_phone, time.time())
            seen.texts.append(text)
            self._posting.append(asyncio.create_task(self._post(text, door)))
            await asyncio.sleep(_TEXT_EVERY)
        await asking
        return seen

    async def hold_on(self, seen: Watched, seconds: float) -> None:
        """Wait until all is answered and has come, but no longer than `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.wait(self._posting)
                while not all(each.code for each in seen.texts):
                    await self.arrived(seen)
                    await asyncio.sleep(0.1)

    async def settle(self, seen: Watched) -> None:
        """Wait until every text is answered and every code has come; give up after 40 s."""
        until = time.monotonic() + _GIVES_UP
        _, late = await asyncio.wait(self._posting, timeout=_GIVES_UP)
        for each in late:
            each.cancel()
        while True:
            await self.arrived(seen)
            if all(each.code for each in seen.texts) or time.monotonic() > until:
                return
            await asyncio.sleep(0.2)

    async def arrived(self, seen: Watched) -> None:
        """Note the codes that have reached the carrier."""
        came: dict[str, float] = {}
        for at, to in await asyncio.to_thread(carrier.arrivals, self._carrier):
            came.setdefault(to, at)
        for text in seen.texts:
            text.code = came.get(text.to)

    async def _post(self, text: QuietText, door: Doorstep) -> None:
        while text.answered is None:
            text.posts += 1
            status = await self._twilio.text(door.postman_phone, str(door.serial), text.sid)
            if status == 200:
                text.answered = time.time()
            else:
                await asyncio.sleep(_AGAIN)

    async def _ask(self, seen: Watched, until: float) -> None:
        """Ask for /healthz; one that is not answered by 200 counts as the carrier's patience."""
        while time.monotonic() < until:
            began = time.monotonic()
            good = await healthy(self._twilio.port)
            seen.health.append(time.monotonic() - began if good else _PATIENCE)
            await asyncio.sleep(_HEALTH_EVERY)


async def healthy(port: int) -> bool:
    """Tell whether /healthz answers 200 within 15 s."""
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(LOCAL, port)
            try:
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return (await reader.readline()).startswith(b"HTTP/1.1 200")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
