"""The declaration of Vobiz: calls of one account, and signed hooks."""

from __future__ import annotations

from typing import Final

from gateways.plivo.carrier import declared
from gateways.vobiz.settings import VobizSettings

CARRIER: Final = declared("vobiz", VobizSettings)
