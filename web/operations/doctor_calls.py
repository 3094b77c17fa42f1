"""The findings of `flask doctor` about calls: who makes them, from which number, and recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from gateways.base import Gateway, caller_of
from messages.recordings import SHIPPED, Library, problems
from settings import Settings
from web.operations.findings import Finding

_INDIA: Final = "+91"
_SERVICE_SERIES: Final = "+911600"  # service calls of the regulator's numbering


def examine(settings: Settings, gateways: Mapping[str, Gateway]) -> Iterator[Finding]:
    """Yield what is to be said of calls; nothing where none are made and none come in."""
    for name in settings.voices:
        caller = caller_of(gateways.get(name))
        if caller.startswith(_INDIA) and not caller.startswith(_SERVICE_SERIES):
            says = (
                f"{name} calls from a number outside of the 1600 series, which is that of service"
                " calls in India: ask the carrier for one, docs/voice.md"
            )
            yield Finding("note", "VOICE_ROUTES", says)
    if settings.voices and not settings.voice_automatic:
        yield Finding("note", "VOICE_AUTOMATIC", "off: a code whose text fails is said in no call")
    if settings.speech_dir and not Path(settings.speech_dir).is_dir():
        yield Finding("wrong", "SPEECH_DIR", "there is no such folder: nothing recorded is played")
    for each in problems(Library(Path(settings.speech_dir or SHIPPED))):
        yield Finding("wrong", "recordings", f"{each}; it is read aloud instead")
