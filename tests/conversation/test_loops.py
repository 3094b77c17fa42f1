"""A machine that answers our answers is left alone for an hour; a person in it is still heard."""

from __future__ import annotations

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import sign_in
from tests.rigs.transcript import Player

PHONE, ARTICLE, POSTMAN = "+919876500001", "EU123456785IN", "+919839000001"


@pytest.fixture
def played(player: Player) -> Player:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {PHONE} en")
    return player


def answers(player: Player, text: str) -> list[str]:
    return [line for line in player.step(f"{PHONE} > {text}") if line.startswith(f"{PHONE} <")]


def test_an_autoresponder_playing_ping_pong_gets_three_answers(
    played: Player, runtime: Runtime
) -> None:
    rounds = 0
    said = ["first"]
    while said and rounds < 50:  # it answers each of our texts with the same sentence
        said = answers(played, "Wir sind bis Montag nicht im Hause")
        rounds += 1
    assert rounds == 4
    with runtime.database.transaction() as conn:
        marks = conn.execute(
            "SELECT error, count(*) FROM messages WHERE direction = 'in' AND phone = %s GROUP BY 1",
            [PHONE],
        ).fetchall()
    assert sorted(marks, key=str) == [("loop", 1), (None, 3)]


def test_during_the_rest_a_person_is_heard(played: Player) -> None:
    played.step(f"list 1001: {ARTICLE}")
    for _ in range(4):
        answers(played, "qwertz uiop")
    assert answers(played, "qwertz uiop") == []
    assert answers(played, "asdf yxcv") == []
    assert "6785" in answers(played, "where is my parcel")[0]
    assert "Code" in answers(played, "send my code please")[0]
    assert "1930" in answers(played, "somebody called and asked for my otp")[0]
    assert "1 code" in answers(played, "0")[0]


def test_forged_texts_do_not_silence_who_contests_a_remark(played: Player) -> None:
    played.step(f"list 1001: {ARTICLE}")
    played.step(f"{POSTMAN} > 1 11")
    for _ in range(4):
        answers(played, "where is my parcel")
    assert answers(played, "where is my parcel") == []
    assert "He did not come" in answers(played, "he is lying nobody came here")[0]


def test_after_an_hour_it_is_answered_again(played: Player, clock: Clock) -> None:
    for _ in range(5):
        answers(played, "qwertz uiop")
    clock.advance(seconds=61 * 60)
    assert answers(played, "qwertz uiop")


def test_different_texts_are_no_loop(played: Player) -> None:
    for text in ("where is my parcel", "not home today", "qwertz uiop", "keep it at the office"):
        assert answers(played, text)


def test_slow_repeats_are_no_loop(played: Player, clock: Clock) -> None:
    for _ in range(6):
        assert answers(played, "qwertz uiop")
        clock.advance(seconds=6 * 60)


def test_the_desk_sees_the_rest(played: Player, app: Flask, runtime: Runtime) -> None:
    for _ in range(5):
        answers(played, "qwertz uiop")
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT id FROM conversations WHERE whose = %s AND machine = 'recipient'", [PHONE]
        ).fetchone()
    assert row is not None
    page = sign_in(app, runtime, "supervisor").client.get(f"/desk/conversations/{row[0]}").text
    assert "no answer for an hour: a machine seems to write" in page
    assert "no answer: within the hour of rest" in page


def test_a_postman_at_his_doors_is_answered(played: Player) -> None:
    """Of a slip at a door nobody knows whether it is alike; what names an item is no machine's."""
    played.step(f"list 1001: {ARTICLE}")

    def said(text: str) -> list[str]:
        lines = played.step(f"{POSTMAN} > {text}")
        return [line for line in lines if line.startswith(f"{POSTMAN} <")]

    for word in ("imli gulab kamal", "gulab kamal chameli", "kamal imli gulab", "gulab gulab imli"):
        for _ in range(2):
            assert said(f"1 ** {word} nahi")
    for _ in range(3):
        assert said("qwertz uiop asdf")
    assert said("qwertz uiop asdf") == []
    assert said("uiop asdf qwertz") == []  # within the rest, and no item
    assert said("1 uiop 2 asdf 3 qwertz")


def test_a_postmans_autoresponder_with_digits_is_one_too(played: Player) -> None:
    """What is masked of it is hidden, and so many words beside it are no slip at a door."""
    played.step(f"list 1001: {ARTICLE}")

    def said(text: str) -> bool:
        lines = played.step(f"{POSTMAN} > {text}")
        return any(line.startswith(f"{POSTMAN} <") for line in lines)

    driving = "I am driving, for urgent matters call my office 220134 later"
    assert [said(driving) for _ in range(6)] == [True, True, True, False, False, False]
    # What it hides is his as ever: a code without its item, one of too few digits, and his doors.
    assert all(said("code 482913") for _ in range(6))
    assert all(said("482913 ye code diya bola") for _ in range(6))
    assert said("1")
