"""Which gateways exist. Adding a carrier: its own file, and its lines here.

A carrier that speaks plain HTTP needs neither: a profile in TOML (http_shelf.py) is enough.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateways.africastalking.sms import AfricasTalkingGateway
from gateways.africastalking.voice import AfricasTalkingVoiceGateway
from gateways.base import Gateway
from gateways.profiles.shipped import configured, paths
from gateways.simulator.sms import SimulatorGateway
from gateways.simulator.voice import SimulatorVoiceGateway
from gateways.twilio.sms import TwilioGateway
from gateways.twilio.voice import TwilioVoiceGateway
from messages import dlt
from messages.catalogue import catalogue
from settings import Settings

_NEEDS = {
    "simulator": "DAKIYA_ENV=development or test",
    "twilio": "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM or"
    " TWILIO_MESSAGING_SERVICE_SID",
    "africastalking": "AFRICASTALKING_USERNAME and AFRICASTALKING_API_KEY",
}

_VOICE_NEEDS = {
    "simulator_voice": "DAKIYA_ENV=development or test",
    "twilio_voice": "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_VOICE_FROM",
    "africastalking_voice": "AFRICASTALKING_USERNAME, AFRICASTALKING_API_KEY,"
    " AFRICASTALKING_HOOK_SECRET and AFRICASTALKING_VOICE_FROM",
}


def refuse_unregistered(settings: Settings, gateways: Mapping[str, Gateway]) -> None:
    """Raises ValueError where production would send by an Indian route what is not registered."""
    indian = [name for name in settings.routing.gateways if gateways[name].dlt]
    if not (settings.production and indian):
        return
    problems = list(dlt.unregistered(catalogue()))
    if problems:
        raise ValueError(
            f"SMS_ROUTES names {indian[0]}, whose operators drop what is not registered:"
            f" {problems[0]}, and {len(problems) - 1} more. `flask --app app doctor` lists them,"
            " docs/messages.md says how to register"
        )


def build(settings: Settings) -> Mapping[str, Gateway]:
    """The gateways of this process by name: all that have what they need.

    Raises ValueError where SMS_ROUTES or VOICE_ROUTES names one that does not exist or lacks its
    settings.
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
    gateways.update(configured(settings))
    if not settings.routes:
        raise ValueError("SMS_ROUTES is empty: name at least one gateway")
    gateways |= _voices(settings)
    profiles = dict.fromkeys(paths(settings), "what `flask gateways check` names")
    for setting, routes, needs in (
        ("SMS_ROUTES", settings.routing.gateways, {**_NEEDS, **profiles}),
        ("VOICE_ROUTES", settings.voices, _VOICE_NEEDS),
    ):
        for name in routes:
            if name not in needs:
                raise ValueError(f"{setting}: no gateway is called {name}: {', '.join(needs)}")
            if name not in gateways:
                raise ValueError(f"{setting} names {name}, which needs {needs[name]}")
    return gateways


def _voices(settings: Settings) -> Mapping[str, Gateway]:
    """Those that make calls. Missed calls need no number of ours to call from."""
    gateways: dict[str, Gateway] = {}
    if not settings.production:
        gateways["simulator_voice"] = SimulatorVoiceGateway(settings)
    numbers = bool(settings.missed_calls)
    if (
        settings.twilio_account_sid
        and settings.twilio_auth_token.get_secret_value()
        and (settings.twilio_voice_from or numbers)
    ):
        gateways["twilio_voice"] = TwilioVoiceGateway(settings)
    if (
        settings.africastalking_username
        and settings.africastalking_api_key.get_secret_value()
        and settings.africastalking_hook_secret.get_secret_value()
        and (settings.africastalking_voice_from or numbers)
    ):
        gateways["africastalking_voice"] = AfricasTalkingVoiceGateway(settings)
    return gateways
