"""Alarms: docs/messages.md lists them, and every text names call and link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from messages.catalogue import LANGUAGES, catalogue
from tests.rigs.told import nothing_in

DOCS = Path(__file__).parent.parent.parent / "docs" / "messages.md"
# A call and a link, in the words of each language.
NAMED = {"en": ("call|phone", "link"), "hi-Latn": ("phone", "link"), "hi": ("फोन", "लिंक")}


def test_the_documentation_lists_exactly_the_alarms() -> None:
    listed = DOCS.read_text(encoding="utf-8").split("These are the alarms:")[1]
    alarms = {name for name, each in catalogue().templates.items() if each.lane == "alarm"}
    assert set(re.findall(r"`(\w+)`", listed)) == alarms


# docs/developing/trust.md rule 9: what each of its acts is told with.
ACTS = {
    "a remark that asks for a witness": r"attempted_\w+",
    "handover": "delivered",
    "collection": "collected",
    "refusal": "refused",
    "recall": "recalled|sender_recalled",
    "undo": "undone",
    "code stopped": "code_stopped|code_stopped_postman|code_locked|fraud_noted",
    "a move asked or done": r"nominee_(ask|asked|agreed|refused|ended|back)|sender_(un|re)linked"
    r"|denied|move_(kept|disputed)",
    "PIN or telephone of a postman changed": "pin_changed|phone_moved|phone_asked",
    "fraud, for the staff": "fraud_alert|office_(fraud|denied|not_received|contested|tries_over)",
}


@pytest.mark.parametrize("act", ACTS)
def test_each_act_that_may_harm_is_told_by_an_alarm(act: str) -> None:
    told = [each for name, each in catalogue().templates.items() if re.fullmatch(ACTS[act], name)]
    assert told
    nothing_in(each.name for each in told if each.lane != "alarm")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_warning_names_the_call_and_the_link(language: str) -> None:
    nothing_in(
        f"{name}: {text}"
        for name, text in catalogue().texts[language].items()
        for word in NAMED[language]
        if not re.search(word, text)
    )
