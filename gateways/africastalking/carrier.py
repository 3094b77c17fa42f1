"""The declaration of Africa's Talking: two gateways of one account; its hooks hold a secret."""

from __future__ import annotations

from typing import Final

from gateways.africastalking.settings import AfricasTalkingSettings
from gateways.base import Gateway
from gateways.carrier import CodedCarrier, Hook, HookAnswer, Offer
from settings import Settings

_OK: Final = HookAnswer("OK", "text/plain")
_SILENCE: Final = HookAnswer("", "text/plain")


def _sends_texts(settings: Settings) -> bool:
    return AfricasTalkingSettings.read(settings).has_account


def _makes_calls(settings: Settings) -> bool:
    """Tell whether calls can be made or received: missed calls need no number to call from."""
    own = AfricasTalkingSettings.read(settings)
    return (
        own.has_account
        and bool(own.hook_secret.get_secret_value())
        and bool(own.voice_from or settings.missed_calls)
    )


def _texts(settings: Settings) -> Gateway:
    from gateways.africastalking.sms import AfricasTalkingGateway

    return AfricasTalkingGateway(settings)


def _calls(settings: Settings) -> Gateway:
    from gateways.africastalking.voice import AfricasTalkingVoiceGateway

    return AfricasTalkingVoiceGateway(settings)


CARRIER: Final = CodedCarrier(
    settings=AfricasTalkingSettings,
    texts=Offer(
        name="africastalking",
        needs="AFRICASTALKING_USERNAME and AFRICASTALKING_API_KEY",
        ready=_sends_texts,
        make=_texts,
        hooks=(
            Hook("/africastalking/<secret>/sms", "text", refusal=404, answer=_OK),
            Hook("/africastalking/<secret>/delivery", "receipt", refusal=404, answer=_OK),
            Hook("/africastalking/<secret>/ussd", "ussd", refusal=404, answer=_OK),
        ),
    ),
    calls=Offer(
        name="africastalking_voice",
        needs="AFRICASTALKING_USERNAME, AFRICASTALKING_API_KEY,"
        " AFRICASTALKING_HOOK_SECRET and AFRICASTALKING_VOICE_FROM",
        ready=_makes_calls,
        make=_calls,
        # One address for every report on a call: the carrier's fields tell what it is.
        hooks=(Hook("/africastalking/<secret>/voice", "call", refusal=404, answer=_SILENCE),),
    ),
    secrets=("AFRICASTALKING_HOOK_SECRET",),
)
