"""The settings of a Vobiz account, described in docs/gateways.md."""

from __future__ import annotations

from gateways.environment import variables
from gateways.plivo.settings import CallAccount


class VobizSettings(CallAccount, alias_generator=variables("VOBIZ_")):
    """VOBIZ_…: one account, for calls."""
