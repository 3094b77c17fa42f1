"""`flask messages understand`: normal form, reading, why, event and answer, in every context."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from flows import machines
from flows.replay.examples import CONTEXTS, EXAMPLE_ROLES, ExampleRole, example

_TEXTS = ("", "1", "2", "3", "4 kal", "5 98395 55014", "7 482913", "aaj ghar par nahi hu", "haan",
          "koi otp maang raha hai", "otp bhejo", "EU123456785IN", "🙂", "x" * 1_200)  # fmt: skip


def run(app: Flask, *arguments: str) -> str:
    done = app.test_cli_runner().invoke(args=["messages", "understand", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_it_prints_what_was_read_why_and_what_is_answered(app: Flask) -> None:
    said = run(app, "koi phone karke otp maang raha hai", "--context", "code")
    lines = dict(line.split(maxsplit=1) for line in said.splitlines() if line[:1].isalpha())
    assert lines["normal"] == "someone phone do code ask is" or "ask" in lines["normal"]
    assert lines["wishes"].startswith("fraud")
    assert lines["why"].startswith("fraud: ")
    assert lines["version"].isdigit()
    assert lines["event"].startswith("ReportFraud")
    assert lines["answer"] == "code → reported"
    assert "says fraud_noted:" in said
    assert "1930" in said


def test_it_knows_the_context_and_the_language(app: Flask) -> None:
    assert "→ booked" in run(app, "0", "--context", "booked")
    assert "डाकिए" in run(app, "0", "--language", "hi")
    assert "handed_over" in run(app, "7 482913", "--as", "postman", "--context", "approached")
    wrong = run(app, "7 482913", "--as", "postman", "--context", "approached", "--code-is", "wrong")
    assert "says wrong_code" in wrong
    assert "status_booked" in run(app, "EU123456785IN", "--as", "sender")


def test_an_unknown_context_says_which_there_are(app: Flask) -> None:
    done = app.test_cli_runner().invoke(
        args=["messages", "understand", "x", "--as", "sender", "--context", "out"]
    )
    assert done.exit_code == 2
    assert "sent, delivered, idle" in done.output


@pytest.mark.parametrize("role", EXAMPLE_ROLES)
def test_every_text_has_an_answer_in_every_context(app: Flask, role: ExampleRole) -> None:
    for context in CONTEXTS[role]:
        for text in _TEXTS:
            said = run(app, text, "--as", role, "--context", context)
            assert "\nevent " in said
            assert "\nanswer " in said
            assert "(template" not in said


@pytest.mark.parametrize("role", EXAMPLE_ROLES)
def test_the_examples_stand_in_states_that_there_are(role: ExampleRole) -> None:
    for context in CONTEXTS[role]:
        standing = example(role, context, datetime(2026, 8, 14, 4, 30, tzinfo=UTC)).standing
        machines.ALL[role].state(standing.state)
        assert isinstance(standing.context, type(machines.ALL[role].context))
