"""The declaration of Plivo: calls of one account, and signed hooks."""

from __future__ import annotations

from typing import Final

from gateways.base import Gateway
from gateways.carrier import CodedCarrier, Hook, HookAnswer, Offer
from gateways.plivo.settings import PlivoSettings
from settings import Settings

_XML: Final = HookAnswer("<Response/>", "text/xml")
_NO_CONTENT: Final = HookAnswer(status=204)


def _makes_calls(settings: Settings) -> bool:
    """Tell whether calls can be made or received: missed calls need no number to call from."""
    own = PlivoSettings.read(settings)
    return own.has_account and bool(own.voice_from or settings.missed_calls)


def _calls(settings: Settings) -> Gateway:
    from gateways.plivo.dialect import PLIVO
    from gateways.plivo.voice import PlivoVoiceGateway

    return PlivoVoiceGateway(settings, PlivoSettings.read(settings), PLIVO)


CARRIER: Final = CodedCarrier(
    settings=PlivoSettings,
    calls=Offer(
        name="plivo_voice",
        needs="PLIVO_AUTH_ID, PLIVO_AUTH_TOKEN and PLIVO_VOICE_FROM",
        ready=_makes_calls,
        make=_calls,
        hooks=(
            Hook("/plivo/voice", "call", refusal=403, answer=_XML),
            Hook("/plivo/voice/status", "receipt", refusal=403, answer=_NO_CONTENT),
        ),
    ),
)
