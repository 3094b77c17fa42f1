"""The declaration of the simulated carrier. It trusts every caller, so production has none."""

from __future__ import annotations

from typing import Final

from gateways.carrier import CodedCarrier, Hook, HookAnswer, Offer
from gateways.simulator.settings import SimulatorSettings
from gateways.simulator.sms import SimulatorGateway
from gateways.simulator.voice import SimulatorVoiceGateway
from settings import Settings

_NEEDS: Final = "DAKIYA_ENV=development or test"
_JSON: Final = HookAnswer("{}", "application/json")


def _allowed(settings: Settings) -> bool:
    return not settings.production


CARRIER: Final = CodedCarrier(
    settings=SimulatorSettings,
    texts=Offer(
        name="simulator",
        needs=_NEEDS,
        ready=_allowed,
        make=SimulatorGateway,
        hooks=(
            Hook("/simulator/sms", "text", refusal=404, answer=_JSON),
            Hook("/simulator/ussd", "ussd", refusal=404, answer=_JSON),
        ),
    ),
    calls=Offer(
        name="simulator_voice",
        needs=_NEEDS,
        ready=_allowed,
        make=SimulatorVoiceGateway,
        hooks=(Hook("/simulator/voice", "call", refusal=404, answer=_JSON),),
    ),
)
