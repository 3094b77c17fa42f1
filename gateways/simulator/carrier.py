"""The declaration of the simulated carrier. It believes every caller, so production has none."""

from __future__ import annotations

from typing import Final

from gateways.carrier import CodedCarrier, Hook, HookAnswer, Offer
from gateways.simulator.settings import SimulatorSettings
from gateways.simulator.sms import SimulatorGateway
from gateways.simulator.voice import SimulatorVoiceGateway
from settings import Settings

_NEEDS: Final = "DAKIYA_ENV=development or test, and SMS_ROUTES with simulator"
_JSON: Final = HookAnswer("{}", "application/json")


def _texts(settings: Settings) -> bool:
    return not settings.production and "simulator" in settings.routing.gateways


def _calls(settings: Settings) -> bool:
    return not settings.production and "simulator_voice" in settings.voices


CARRIER: Final = CodedCarrier(
    settings=SimulatorSettings,
    texts=Offer(
        name="simulator",
        needs=_NEEDS,
        ready=_texts,
        make=SimulatorGateway,
        believes_anybody=True,
        hooks=(
            Hook("/simulator/sms", "text", refusal=404, answer=_JSON),
            Hook("/simulator/ussd", "ussd", refusal=404, answer=_JSON),
        ),
    ),
    calls=Offer(
        name="simulator_voice",
        needs=_NEEDS,
        ready=_calls,
        make=SimulatorVoiceGateway,
        believes_anybody=True,
        hooks=(Hook("/simulator/voice", "call", refusal=404, answer=_JSON),),
    ),
)
