"""The declaration of Exotel's calls; its hooks hold a secret. Its texts are a profile."""

from __future__ import annotations

from typing import Final

from gateways.base import Gateway
from gateways.carrier import CodedCarrier, Hook, HookAnswer, Offer
from gateways.exotel.settings import ExotelCallSettings
from settings import Settings

_OK: Final = HookAnswer("OK", "text/plain")
_JSON: Final = HookAnswer("{}", "application/json")


def _makes_calls(settings: Settings) -> bool:
    """Tell whether calls can be made or received: missed calls need no number to call from."""
    own = ExotelCallSettings.read(settings)
    calls = bool(own.voice_from and own.voice_flow)
    return own.has_account and (calls or bool(settings.missed_calls))


def _calls(settings: Settings) -> Gateway:
    from gateways.exotel.voice import ExotelVoiceGateway

    return ExotelVoiceGateway(settings)


CARRIER: Final = CodedCarrier(
    settings=ExotelCallSettings,
    calls=Offer(
        name="exotel_voice",
        needs="EXOTEL_ACCOUNT_SID, EXOTEL_API_KEY, EXOTEL_API_TOKEN, EXOTEL_HOOK_SECRET,"
        " EXOTEL_VOICE_FROM and EXOTEL_VOICE_FLOW",
        ready=_makes_calls,
        make=_calls,
        hooks=(
            # A person calls us: the flow of the number asks here, and ends.
            Hook("/exotel/<secret>/missed", "call", refusal=404, answer=_OK, method="GET"),
            # What the Gather applet says; what the Passthru applet after it brings.
            Hook("/exotel/<secret>/voice", "call", refusal=404, answer=_JSON, method="GET"),
            Hook("/exotel/<secret>/keys", "keys", refusal=404, answer=_OK, method="GET"),
            Hook("/exotel/<secret>/status", "receipt", refusal=404, answer=_OK),
        ),
    ),
    secrets=("EXOTEL_HOOK_SECRET",),
)
