"""What the people of a day know at its end, for the tests of what is made of it."""

from __future__ import annotations

from typing import Final

from bench.day_people import Leg, Told

LEG: Final = Leg(50.0, 200.0, 400.0)
TOLD: Final = Told(
    deliveries=100,
    no_code=0,
    no_thanks=0,
    late_codes=0,
    wrong={},
    twice={},
    again=0,
    silent=0.2,
    late=0.1,
    seconds=10.0,
    processor=0.2,
    answered=LEG,
    coded=LEG,
    thanked=LEG,
    slowest=[],
)
