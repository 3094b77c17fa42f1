"""A browser and what it runs on, from its User-Agent, so that people recognise their own.

Anybody can write anything there: it is shown, and nothing is decided by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# The first that fits: most browsers name others, too.
_PROGRAMS: Final = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\b(?:OPR|OPiOS|Opera)\b"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("UC Browser", r"\bUC(?:Browser|WEB)"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|Chromium|HeadlessChrome)/"),
    ("Safari", r"\bVersion/[0-9.]+.*\bSafari/"),
)
_SYSTEMS: Final = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("KaiOS", r"\bKAIOS\b"),
    ("Windows", r"\bWindows\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("macOS", r"\bMac OS X\b"),
    ("Linux", r"\bLinux\b"),
)


def program_of(agent: str) -> str | None:
    """Return the name of the browser, None where it is none that we know."""
    return _first(_PROGRAMS, agent)


def system_of(agent: str) -> str | None:
    """Return the name of what the browser runs on, None where it is none that we know."""
    return _first(_SYSTEMS, agent)


def _first(patterns: Iterable[tuple[str, str]], agent: str) -> str | None:
    read = agent[:500]
    return next((name for name, pattern in patterns if re.search(pattern, read)), None)
