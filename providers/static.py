"""The department's own UPI id, without a provider: nobody reports to us that money was received.

The clerk hears or sees it and enters the bank's reference, the 12-digit RRN; it counts once ever.
"""

from __future__ import annotations

import re
from typing import Final

from india import figures
from providers import link
from providers.base import Attempt, Failure, ProviderName, Qr
from settings import Settings

NAME: Final[ProviderName] = "static"
_RRN = re.compile(r"[0-9]{12}", re.ASCII)


class StaticProvider:
    """A provider that only makes the QR code."""

    name: ProviderName = NAME

    def __init__(self, settings: Settings) -> None:
        self._pa, self._pn = settings.upi_id, settings.upi_name

    def make(self, attempt: Attempt) -> Qr | Failure:
        text = link.pay(self._pa, self._pn, attempt.tr, f"Post {attempt.tr}", attempt.paise)
        return Qr(None, text)


def rrn(typed: str) -> str:
    """Return the bank's reference as it was typed, without blanks. Raises ValueError."""
    bare = figures.digits(typed)
    if _RRN.fullmatch(bare) is None:
        raise ValueError("the bank's reference (RRN, UTR) has 12 digits")
    return bare
