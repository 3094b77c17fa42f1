"""What is read in people's own words: scope of denials, questions, times, days and telephones."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.events import Event, ReportFraud, Said, SendCode, ToldCode, Wished
from flows.grammar import person
from flows.reading.understand import VERSION, read
from flows.replay.record import decode, encode
from flows.wishes import DayNamed, PersonWish
from india import signs


def kinds(text: str, context: str = "recipient") -> list[str]:
    return [w.what for w in read(text, "sender" if context == "sender" else "recipient").wishes]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("aaj hum ghar par nahi hain", "not_home"),
        ("आज घर पर कोई नहीं रहेगा", "not_home"),
        ("budhwar ko de jaiyega", "another_day"),
        ("bring it on friday please", "another_day"),
        ("office me rakh lijiye ham aake le lenge", "hold"),
        ("padosi ko de dijiyega", "nominate"),
        ("bhai ka number hata dijiye", "take_back_nominee"),
        ("ye parcel hamein nahi chahiye", "refuse"),
        ("take it back, i dont want it", "refuse"),
        ("mera nahi hai ye", "not_mine"),
        ("ई हमार ना ह", "not_mine"),
        ("mera naya number 9839555014 hai", "new_number"),
        ("babuji ka dehant ho gaya", "dead"),
        ("we shifted to pune last year", "moved_away"),
        ("abhi paisa nahi hai", "no_money"),
        ("daak kab aayegi", "where"),
        ("मेरा पार्सल कहाँ है", "where"),
        ("ye code kisko batana hai", "how"),
        ("kisi se baat karwaiye", "human"),
        ("nahi mila", "not_received"),
        ("mil gayi", "received"),
        ("dakiya aaya hi nahi", "never_came"),
        ("sarasar jhuth hai", "never_came"),
        ("jhuth nahi hai", "true"),
        ("sach hai, ham bahar the", "true"),
        ("ha le lunga", "accept"),
        ("hamse na hoi", "decline"),
        ("bahut dhanyavad", "thanks"),
        ("Good evening", "greeting"),
        ("👍", "acknowledged"),
        ("ye sms band karo", "stop"),
        ("msg hindi me bhejo", "language_hi"),
        ("padh nahi sakta, phone karke code batao", "speak_code"),
    ],
)
def test_a_wish_is_heard(text: str, kind: str) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "koi phone pe code mang raha hai",
        "kisi ne OTP pucha",
        "एगो आदमी फोन पर कोड मांगत रहल",
        "किसी ने फोन करके ओटीपी मांगा",
        "somebody called and asked for the otp",
        "galti se code bata diya ek aadmi ko phone par",
        "sms me link aaya, khola to bank ki details mangi",
        "3 +923001234567",
        "code bhejo, aur koi phone karke code mang raha tha",
    ],
)
def test_fraud_in_any_words_stops_the_code(text: str) -> None:
    assert isinstance(person.recipient(text).event, ReportFraud)


@pytest.mark.parametrize(
    "text",
    [
        "na kehu code naikhe mangle",
        "kisi ne code nahi manga",
        "nobody asked for the code",
        "agar koi code maange to kya karu",
        "code kisi ko nahi dena hai sirf dakiya ko",
        "dakiya code mang raha hai",
        "sbi ka otp hai kya ye",
        "ye fraud to nahi",
    ],
)
def test_what_only_mentions_fraud_stops_nothing(text: str) -> None:
    assert not isinstance(person.recipient(text).event, ReportFraud)


@pytest.mark.parametrize(
    "text",
    [
        "mera code nai aaya",
        "OTP not received",
        "plz otp send kro",
        "कोड फिर से भेजिए",
        "did not get otp",
    ],
)
def test_send_my_code_is_done(text: str) -> None:
    assert isinstance(person.recipient(text).event, SendCode)


@pytest.mark.parametrize(
    "text", ["code mat bhejo", "dont send code to him", "agar code na mile to"]
)
def test_a_denied_or_conditional_code_is_not_sent(text: str) -> None:
    assert not isinstance(person.recipient(text).event, SendCode)


@pytest.mark.parametrize(
    "text",
    ["aaj nahi", "mera nahi", "2 ok", "cancel my parcel", "do not stop", "can you stop by at 5",
     "no problem", "kal mat aana", "4 baje aana", "ghar par nahi hoon", "5 log hain", "1 nahi"],
)  # fmt: skip
def test_words_only_propose(text: str) -> None:
    assert isinstance(person.recipient(text).event, Wished)


def test_a_wish_carries_its_day_and_its_telephone() -> None:
    assert read("parson lana", "recipient").wishes == (
        PersonWish("another_day", day=DayNamed(offset=2)),
    )
    assert read("bhai ko de dena 98395 55014", "recipient").wishes[0].phone == "+919839555014"
    assert read("4 baje aana", "recipient").wishes[0].day is None


def test_a_report_of_fraud_keeps_only_a_telephone_that_can_be_one() -> None:
    assert person.recipient("3 98395 55014").event == ReportFraud(None, "+919839555014")
    assert person.recipient("3 1800 123 4567").event == ReportFraud(None, None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("mujhe wapas chahiye", "recall"),
        ("number galat likh gaya, sahi 98395 55014", "correct_number"),
        ("mil gaya kya unko", "where"),
        ("paise wapas chahiye shikayat karni hai", "human"),
    ],
)
def test_a_senders_words(text: str, kind: str) -> None:
    assert kind in kinds(text, "sender")


def test_digits_typed_one_by_one_are_a_code_and_nothing_else() -> None:
    assert person.recipient("4 8 2 9 1 3").event == ToldCode()
    assert person.recipient("1 482913").event == ToldCode()
    assert person.recipient("482 913").event == ToldCode()


def test_why_names_the_rule_or_the_models_pieces() -> None:
    assert "the code is asked for" in read("koi otp mang raha", "recipient").why[0]


def test_what_was_read_is_stored_and_comes_back() -> None:
    event = person.recipient("parson lana bhai ko de dena 98395 55014").event
    assert isinstance(event, Wished)
    assert event.version == VERSION
    assert decode(encode(event), Event) == event
    assert decode(encode(Said("no")), Event) == Said("no")


@given(st.text(max_size=400), st.sampled_from(("recipient", "sender")))
def test_reading_never_raises_and_wishes_one_or_two_things(text: str, role: str) -> None:
    reading = read(text, "sender" if role == "sender" else "recipient")
    assert 1 <= len(reading.wishes) <= 2
    assert len(set(reading.wishes)) == len(reading.wishes)


@given(st.text(alphabet="0123456789०१২৩४٤٥ ,.-/+\n", max_size=60))
def test_numbers_alone_are_never_a_nominee_or_a_hold_in_words(text: str) -> None:
    event = person.recipient(text).event
    if isinstance(event, Wished):
        refused = {"hold", "refuse", "not_mine"}
        # The digits of "hold" and a nought are asked back as what they may mean.
        if re.fullmatch(r"\D*0+44\D*", signs.ascii_digits(text)):
            refused.remove("hold")
        assert not refused & {wish.what for wish in event.wishes}


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "code nahi mila " * 700, "\ufdfa" * 10_000, "௧௨௩", "আমার", "🙃" * 500]
)
def test_long_and_foreign_texts_are_read(text: str) -> None:
    assert person.recipient(text).event is not None
    assert person.sender(text).event is not None
