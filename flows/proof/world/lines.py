"""The words that lines of stories share, wherever they are played: here, and by the tests' rig."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flows.facts import Mode

# article EU123456785IN to +919876500001 hi-Latn from +919811100001 en cod 500 pieces 3
#     due 2026-08-15 as registered
BOOKED: Final = re.compile(
    r"^article (?P<number>\S+) to (?P<to>\S+) (?P<language>\S+)"
    r"(?: from (?P<sender>\S+)(?: (?P<senders_language>hi-Latn|hi|en))?)?"
    r"(?: cod (?P<cod>\d+))?(?: pieces (?P<pieces>\d+))?"
    r"(?: due (?P<due>\S+))?(?: as (?P<service>\S+))?"
    r"(?P<authorised> authorised)?(?P<passport> passport)?(?P<plain> plain)?$"
)
# EU123456785IN paper {code +919876500001} @ -40 min
PAPER: Final = re.compile(
    r"^(?P<number>\S+) paper (?P<shown>\{.+?\}|[0-9]+|signed)"
    r" @ -(?P<minutes>\d+) min(?P<alone> alone)?$"
)
# {code +919876500001}: what that telephone was sent last; {code +919876500001 2}: the one before
# {check +919876500001}: the three digits that it was shown last, and {mischeck …}: others
FILLED: Final = re.compile(
    r"\{(code|wrong|quote|misquote|check|mischeck|word|misword) (\+\d+)(?: (\d))?\}"
)
# mode pilot: of the office, for what goes out from now on
MODES: Final[Mapping[str, Mode]] = MappingProxyType({"off": "off", "pilot": "pilot", "on": "on"})
# wait 11 min
SECONDS: Final[Mapping[str, int]] = MappingProxyType({"s": 1, "min": 60, "h": 3600, "d": 86400})
