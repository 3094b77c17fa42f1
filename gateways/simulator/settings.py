"""The settings of the simulated carrier."""

from __future__ import annotations

from pydantic import Field

from gateways.environment import CarrierSettings, variables


class SimulatorSettings(CarrierSettings, alias_generator=variables("SIMULATOR_")):
    """SIMULATOR_…"""

    rate: float = Field(2000.0, gt=0, description="messages per second")
