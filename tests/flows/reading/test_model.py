"""The small model: the same training gives the same model, and what it says can be told."""

from __future__ import annotations

import pytest

from flows.reading import model
from flows.reading.normal import normalise
from script.train_reading import examples, rows, train, written

_ROWS = [
    {"id": f"t{at}", "role": "recipient", "context": "out", "text": text, "meaning": meaning}
    for at, (text, meaning) in enumerate(
        [("kal lana", "other_day"), ("parson lana", "other_day"), ("kal le aana", "other_day"),
         ("code bhejo", "send_code"), ("otp bhejo", "send_code"), ("code bhej do", "send_code")]
    )
]  # fmt: skip


def test_training_is_repeatable_and_learns() -> None:
    first, second = train(examples(_ROWS)), train(examples(_ROWS))
    assert written(first) == written(second)
    made = model.made(first)
    assert set(made.kinds) == {"another_day", "send_code"}
    assert made.weights["code"][made.kinds.index("send_code")] > 0


def test_what_was_laid_aside_is_refused() -> None:
    with pytest.raises(SystemExit, match="laid aside"):
        rows(["tests/corpus/recipients-aside.jsonl"])


def test_the_shipped_model_says_which_pieces_weighed() -> None:
    guess, after = model.ranked(normalise("mujhe jaldi se otp bhijwaiye").text)
    assert guess.kind == "send_code"
    assert (guess.behind, after.behind > 0) == (0, True)
    assert "code" in guess.pieces


def test_nothing_known_is_no_guess() -> None:
    assert model.ranked("") == ()
