"""The settings of the simulated carrier."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gateways.environment import CarrierSettings, variables


class SimulatorSettings(CarrierSettings, alias_generator=variables("SIMULATOR_")):
    """SIMULATOR_…"""

    inbox_full: str = Field("", description="telephones, by comma, whose inbox takes no text")
    switched_off: str = Field("", description="telephones, by comma, that no text arrives at")
    rate: float = Field(2000.0, gt=0, description="messages per second")
    public: Literal["", "yes-anybody-may-text-as-anybody"] = Field(
        "", description="opens the hooks, /phones and every code to whoever reaches this service"
    )
