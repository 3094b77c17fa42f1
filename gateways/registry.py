"""Which gateways exist. Adding a carrier: its own file, and its lines here."""

from __future__ import annotations

from collections.abc import Mapping

from gateways.africastalking import AfricasTalkingGateway
from gateways.base import Gateway
from gateways.simulator import SimulatorGateway
from gateways.twilio import TwilioGateway
from settings import Settings

_NEEDS = {
    "simulator": "DAKIYA_ENV=development or test",
    "twilio": "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM or"
    " TWILIO_MESSAGING_SERVICE_SID",
    "africastalking": "AFRICASTALKING_USERNAME and AFRICASTALKING_API_KEY",
}


def build(settings: Settings) -> Mapping[str, Gateway]:
    """The gateways of this process by name: all that have what they need.

    Raises ValueError where SMS_ROUTES names one that does not exist or lacks its settings.
    """
    gateways: dict[str, Gateway] = {}
    if not settings.production:
        gateways["simulator"] = SimulatorGateway(settings)
    if (
        settings.twilio_account_sid
        and settings.twilio_auth_token.get_secret_value()
        and (settings.twilio_from or settings.twilio_messaging_service_sid)
    ):
        gateways["twilio"] = TwilioGateway(settings)
    if settings.africastalking_username and settings.africastalking_api_key.get_secret_value():
        gateways["africastalking"] = AfricasTalkingGateway(settings)
    if not settings.routes:
        raise ValueError("SMS_ROUTES is empty: name at least one gateway")
    for name in settings.routing.gateways:
        if name not in _NEEDS:
            raise ValueError(f"SMS_ROUTES: no gateway is called {name}: {', '.join(_NEEDS)}")
        if name not in gateways:
            raise ValueError(f"SMS_ROUTES names {name}, which needs {_NEEDS[name]}")
    return gateways
