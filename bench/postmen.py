"""The postmen of a measurement: they approach, read the codes from the phones, hand over.

Their texts go to the real Twilio hook as Twilio posts them: signed, and posted again with the same
MessageSid while no 200 comes back.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from twilio.request_validator import RequestValidator

from bench.books import Doorstep
from bench.phones import Phones
from bench.posting import post
from gateways.twilio.settings import TwilioSettings
from settings import Settings

AT_ONCE = 5  # items in a text
_PATH = "/hooks/twilio/sms"
_AGAIN_SECONDS = 1.0  # before a text is posted again
_MOST_OPEN = 40  # approaches that wait for their answer
_CODE_LIVES = 600.0  # the longest wait for a code


class CodePlan(StrEnum):
    """The codes that a postman texts for an article: the right one, a wrong one, or both."""

    RIGHT = "right"
    WRONG_FIRST = "wrong, then right"
    WRONG = "only wrong"


_SHARES = {CodePlan.RIGHT: 0.8, CodePlan.WRONG_FIRST: 0.1, CodePlan.WRONG: 0.1}


@dataclass
class Text:
    """One text of a postman. Unix times; `answered_at` is None while no 200 came."""

    sid: str
    began_at: float
    posts: int = 0
    answered_at: float | None = None


@dataclass
class Errand:
    """One article: its planned handover, and its result on the postman's side."""

    door: Doorstep
    plan: CodePlan
    approach: Text | None = None
    code_came: bool = False
    right_texted: bool = False


@dataclass
class Round:
    """All errands of a run, and all texts."""

    errands: list[Errand]
    texts: list[Text] = field(default_factory=list)


class Postmen:
    """The postmen of a round, at `rate` articles a second."""

    def __init__(self, settings: Settings, port: int, phones: Phones, seed: str) -> None:
        self._public_url = settings.public_url
        self._account = TwilioSettings.read(settings)
        self._port = port
        self._phones = phones
        self._random = random.Random(f"postmen {seed}")
        self._sign = RequestValidator(self._account.auth_token.get_secret_value())
        self._round = Round([])
        self._room = asyncio.Semaphore(_MOST_OPEN)

    @property
    def round(self) -> Round:
        """Return what was done so far."""
        return self._round

    @property
    def begun(self) -> int:
        """Return the articles whose approach was texted so far."""
        return len(self._round.errands)

    async def carry(self, doors: Sequence[Doorstep], articles: int, rate: float) -> None:
        """Carry `articles` of `doors`, five by five of a list. Return when all texts are answered.

        Where answers stay away, so do new approaches: a queue of them would be measured instead.
        """
        groups = _groups(doors)[: articles // AT_ONCE]
        began = time.monotonic()
        async with asyncio.TaskGroup() as visits:
            for number, group in enumerate(groups):
                due = began + number * AT_ONCE / rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                await self._room.acquire()
                visits.create_task(self._visit(group))

    async def _visit(self, doors: Sequence[Doorstep]) -> None:
        plans = self._random.choices(list(_SHARES), list(_SHARES.values()), k=len(doors))
        errands = [Errand(door, plan) for door, plan in zip(doors, plans, strict=True)]
        self._round.errands += errands
        approach = self._text()
        for errand in errands:
            errand.approach = approach
        # With A in front: "9 10" alone says that item 9 was signed for.
        await self._send(approach, doors[0], " ".join(["A", *(str(d.serial) for d in doors)]))
        self._room.release()
        codes = await asyncio.gather(
            *(self._phones.code(door.recipient_phone, _CODE_LIVES) for door in doors)
        )
        known = {
            errand.door.serial: code
            for errand, code in zip(errands, codes, strict=True)
            if code is not None
        }
        for errand in errands:
            errand.code_came = errand.door.serial in known
        here = [errand for errand in errands if errand.code_came]
        await self._hand_over(here, known, (CodePlan.RIGHT,))
        await self._hand_over(here, known, (CodePlan.WRONG_FIRST,))

    async def _hand_over(
        self, errands: Sequence[Errand], codes: dict[int, str], right: Sequence[CodePlan]
    ) -> None:
        """Text about all that are still in hand; those of another plan get a wrong code."""
        parts = []
        for errand in errands:
            if errand.right_texted:
                continue
            code = codes[errand.door.serial]
            errand.right_texted = errand.plan in right
            texted = code if errand.right_texted else self._wrong(code)
            parts.append(f"{errand.door.serial} {texted}")
        if parts:
            await self._send(self._text(), errands[0].door, ", ".join(parts))

    def _wrong(self, code: str) -> str:
        all_codes = 10 ** len(code)
        other = (int(code) + self._random.randrange(1, all_codes)) % all_codes
        return str(other).zfill(len(code))

    def _text(self) -> Text:
        text = Text(f"SM{len(self._round.texts) + 1:032x}", time.time())
        self._round.texts.append(text)
        return text

    async def _send(self, text: Text, door: Doorstep, words: str) -> None:
        form = {
            "ToCountry": "US", "NumMedia": "0", "SmsSid": text.sid, "SmsStatus": "received",
            "Body": words, "FromCountry": "IN", "To": self._account.from_,
            "NumSegments": "1", "MessageSid": text.sid, "ToZip": "", "City": "",
            "AccountSid": self._account.account_sid, "From": door.postman_phone,
            "ApiVersion": "2010-04-01",
        }  # fmt: skip
        signature = self._sign.compute_signature(self._public_url + _PATH, form)
        while True:
            text.posts += 1
            status = await post(self._port, _PATH, form, {"X-Twilio-Signature": signature})
            if status == 200:
                text.answered_at = time.time()
                return
            await asyncio.sleep(_AGAIN_SECONDS)


def _groups(doors: Sequence[Doorstep]) -> list[list[Doorstep]]:
    """Group five neighbouring items of one postman; neighbouring groups have other postmen."""
    lists: dict[tuple[int, str], list[Doorstep]] = {}
    for door in doors:
        lists.setdefault(((door.serial - 1) // AT_ONCE, door.postman_phone), []).append(door)
    return [lists[key] for key in sorted(lists)]
