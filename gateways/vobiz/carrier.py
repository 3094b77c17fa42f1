"""The declaration of Vobiz: calls of one account, and signed hooks."""

from __future__ import annotations

from typing import Final

from gateways.base import Gateway
from gateways.carrier import CodedCarrier, Hook, HookAnswer, Offer
from gateways.vobiz.settings import VobizSettings
from settings import Settings

_XML: Final = HookAnswer("<Response/>", "text/xml")
_NO_CONTENT: Final = HookAnswer(status=204)


def _makes_calls(settings: Settings) -> bool:
    """Tell whether calls can be made or received: missed calls need no number to call from."""
    own = VobizSettings.read(settings)
    return own.has_account and bool(own.voice_from or settings.missed_calls)


def _calls(settings: Settings) -> Gateway:
    from gateways.plivo.dialect import VOBIZ
    from gateways.plivo.voice import PlivoVoiceGateway

    return PlivoVoiceGateway(settings, VobizSettings.read(settings), VOBIZ)


CARRIER: Final = CodedCarrier(
    settings=VobizSettings,
    calls=Offer(
        name="vobiz_voice",
        needs="VOBIZ_AUTH_ID, VOBIZ_AUTH_TOKEN and VOBIZ_VOICE_FROM",
        ready=_makes_calls,
        make=_calls,
        hooks=(
            Hook("/vobiz/voice", "call", refusal=403, answer=_XML),
            Hook("/vobiz/voice/status", "receipt", refusal=403, answer=_NO_CONTENT),
        ),
    ),
)
