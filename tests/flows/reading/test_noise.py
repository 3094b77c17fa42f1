"""What is no wish: copies of our own texts, notices of machines, signatures, autoresponders."""

from __future__ import annotations

import pytest

from flows.reading.noise import without_signature
from flows.reading.understand import read
from messages.catalogue import catalogue
from tests.rigs.told import nothing_in

_PERSONS = [
    (name, language)
    for name, template in catalogue().templates.items()
    if template.audience == "person"
    for language in ("en", "hi-Latn", "hi")
]


@pytest.mark.parametrize("copy", ["{}", "> {}", "Liked “{}”", "Fwd: {}"])
def test_a_copy_of_our_text_is_a_quote(copy: str) -> None:
    assert _PERSONS
    nothing_in(
        f"{name}, {language}: {read_as}"
        for name, language in _PERSONS
        if (read_as := _read(name, language, copy)) != ["quote"]
    )


def _read(name: str, language: str, copy: str) -> list[str]:
    text = catalogue().text(name, language)
    for variable in catalogue().template(name).variables:
        text = text.replace(f"{{{variable.name}}}", "6785")
    return [wish.what for wish in read(copy.format(text), "recipient").wishes]


def test_words_below_a_quoted_line_are_read() -> None:
    ours = catalogue().text("booked", "hi-Latn").replace("{article}", "EU123456785IN")
    assert [w.what for w in read(f"> {ours}\nmera nahi hai", "recipient").wishes] == ["not_mine"]


@pytest.mark.parametrize(
    "text",
    [
        "Your OTP for SBI netbanking is 482913. NEVER share it.",
        "661204 is your OTP to log in to IRCTC. Do not share it with anyone.",
        "Dear Customer, Rs 1,250 debited from a/c XX2211. Avl bal Rs 8,113 -PNB",
        "Airtel: aapka data pack kal khatm hoga. Recharge karein *121#",
        "Message to 56161 failed: could not be sent. Error 21",
        "प्रिय ग्राहक, आपके खाते से 500 रुपये निकाले गए। शेष राशि 1,204 रुपये",
        "Flipkart: your order no 7712 will arrive today. Track: http://fkrt.example/x",
    ],
)
def test_a_machines_notice_is_silence(text: str) -> None:
    assert [wish.what for wish in read(text, "recipient").wishes] == ["notice"]


@pytest.mark.parametrize(
    "text",
    [
        "Auto-reply: I am in a meeting, will call you back.",
        "I'm driving right now",
        "main gadi chala raha hu, baad me baat karta hu",
    ],
)
def test_a_telephone_that_answers_by_itself_is_known(text: str) -> None:
    assert [wish.what for wish in read(text, "recipient").wishes] == ["autoresponder"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("code bhejo -- ramkewal chauhan", "code bhejo"),
        ("1 -- ram, post office road", "1 -- ram, post office road"),
        ("code bhejo\nsent from my jio phone", "code bhejo"),
        ("2 -- nahi", "2 -- nahi"),
        ("ok -- 2", "ok -- 2"),
    ],
)
def test_a_name_below_is_cut_and_a_meaning_is_not(text: str, kept: str) -> None:
    assert without_signature(text).strip() == kept
