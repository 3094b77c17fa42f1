"""The declaration of Twilio: two gateways of one account, and signed hooks."""

from __future__ import annotations

from typing import Final

from gateways.base import Gateway
from gateways.carrier import CodedCarrier, Hook, HookAnswer, Offer
from gateways.twilio.settings import TwilioSettings
from settings import Settings

_TWIML: Final = HookAnswer("<Response/>", "text/xml")
_NO_CONTENT: Final = HookAnswer(status=204)


def _sends_texts(settings: Settings) -> bool:
    own = TwilioSettings.read(settings)
    return own.has_account and own.has_sender


def _makes_calls(settings: Settings) -> bool:
    """Tell whether calls can be made or received: missed calls need no number to call from."""
    own = TwilioSettings.read(settings)
    return own.has_account and bool(own.voice_from or settings.missed_calls)


def _texts(settings: Settings) -> Gateway:
    from gateways.twilio.sms import TwilioGateway

    return TwilioGateway(settings)


def _calls(settings: Settings) -> Gateway:
    from gateways.twilio.voice import TwilioVoiceGateway

    return TwilioVoiceGateway(settings)


CARRIER: Final = CodedCarrier(
    settings=TwilioSettings,
    texts=Offer(
        name="twilio",
        needs="TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM or"
        " TWILIO_MESSAGING_SERVICE_SID",
        ready=_sends_texts,
        make=_texts,
        hooks=(
            Hook("/twilio/sms", "text", refusal=403, answer=_TWIML),
            Hook("/twilio/status", "receipt", refusal=403, answer=_NO_CONTENT),
        ),
    ),
    calls=Offer(
        name="twilio_voice",
        needs="TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_VOICE_FROM",
        ready=_makes_calls,
        make=_calls,
        hooks=(
            # A person calls us, and is rejected; or answers our call, and hears the words.
            Hook("/twilio/voice", "call", refusal=403, answer=_TWIML),
            Hook("/twilio/voice/status", "receipt", refusal=403, answer=_NO_CONTENT),
        ),
    ),
)
