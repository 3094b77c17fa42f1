"""The judge itself: harm is an effect that acts, a question is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.corpus.judge import judge, report

_HARM = ["yes", "no", "not_mine", "send_code", "refuse", "stop", "other_day", "hold_at_office"]


def row(context: str, text: str, meaning: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "t1", "role": "recipient", "context": context, "text": text, "lang": "hi-Latn",
        "meaning": meaning, "also_fine": [], "harmful": [each for each in _HARM if each != meaning],
        **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("context", "text", "meaning", "harmful", "right"),
    [
        ("out", "2", "other_day", True, False),
        ("out", "aaj nahi", "not_home_today", False, True),
        ("booked", "nahi", "unclear", False, True),
        ("asked", "haan", "no", True, False),
        ("out", "otp bhejo", "send_code", False, True),
        ("out", "otp bhejo", "chatter", True, False),
        ("out", "kahan hai daak", "refuse", False, False),
        ("out", "qwrt zxcv", "refuse", False, False),
    ],
)
def test_harm_is_what_acts(
    context: str, text: str, meaning: str, harmful: bool, right: bool
) -> None:
    verdict = judge(row(context, text, meaning))
    assert (verdict.harmful, verdict.right) == (harmful, right)


def test_a_wrong_day_or_telephone_is_harmful_where_it_acts() -> None:
    assert judge(row("out", "4 parson", "other_day", day="today+1")).harmful
    assert not judge(row("out", "4 parson", "other_day", day="today+2")).harmful
    assert not judge(row("out", "4 02 Dec", "other_day", day="12-02")).harmful
    wrong = row("out", "5 98395 55014", "nominate", phone="9839555015")
    assert judge(wrong).harmful


def test_the_report_names_each_context_and_what_must_be_heard() -> None:
    text = report([judge(row("out", "otp bhejo", "send_code")), judge(row("code", "3", "fraud"))])
    assert "recipient out" in text
    assert "fraud: 1 texts, 100.0% act" in text
