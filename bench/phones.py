"""The recipients' telephones: the texts that carriers took, read by the bench."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.request import urlopen

from bench.rig import LOCAL

_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")  # no other text has six digits together
_LOOK_SECONDS = 0.25


@dataclass
class Taken:
    """A text that a carrier took. `message`: our id, where the call told it.

    `ended`: how its answer ended. `open` still, `answered`, `hung` (never answered), `dropped` (the
    connection), `garbled`, or `gone`: the caller had left.
    """

    number: int
    at: float  # unix time
    to: str
    body: str
    sid: str
    message: int | None
    ended: str = "open"
    failed: bool = False  # its receipt says that it never arrived

    @property
    def code(self) -> str | None:
        """Return the one-time code in it."""
        found = _CODE.search(self.body)
        return found[0] if found else None


def ask(control: int, order: str) -> object:
    """Send one order to the carrier with its control at that port; return its answer."""
    with urlopen(f"http://{LOCAL}:{control}/{order}", timeout=30) as answer:
        return json.load(answer)


def taken(control: int, first: int = 0) -> list[Taken]:
    """Return the texts that the carrier took, from number `first`."""
    found = ask(control, f"taken/{first}")
    assert isinstance(found, list)
    return [Taken(**each) for each in found]


class Phones:
    """A poll of the carriers' arrivals that hands each code to the one who waits for it."""

    def __init__(self, controls: Mapping[str, int]) -> None:
        self._controls = controls
        self._seen = dict.fromkeys(controls, 0)
        self._codes: dict[str, asyncio.Future[str]] = {}

    async def code(self, phone: str, seconds: float) -> str | None:
        """Return the code that came to `phone`; None where none came in time."""
        try:
            return await asyncio.wait_for(asyncio.shield(self._of(phone)), seconds)
        except TimeoutError:
            return None

    async def watch(self) -> None:
        """Poll the arrivals until cancelled."""
        while True:
            for name, control in self._controls.items():
                news = await asyncio.to_thread(taken, control, self._seen[name])
                self._seen[name] += len(news)
                for text in news:
                    came = self._of(text.to)
                    if text.code is not None and not came.done():
                        came.set_result(text.code)
            await asyncio.sleep(_LOOK_SECONDS)

    def _of(self, phone: str) -> asyncio.Future[str]:
        if phone not in self._codes:
            self._codes[phone] = asyncio.get_running_loop().create_future()
        return self._codes[phone]
