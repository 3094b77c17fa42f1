"""What a text adds to a digit, a code or a machine's words must not be lost, and must not act."""

from __future__ import annotations

import pytest

from flows import events
from flows.events import Event, ReportFraud, SendCode, Wished
from flows.grammar.person import recipient, sender
from flows.grammar.postman import postman
from flows.grammar.text import MASK, mask_own_words, mask_spelled_codes
from flows.reading.understand import read


def event(text: str) -> Event:
    return recipient(text).event


def wished(text: str) -> list[str]:
    found = event(text)
    assert isinstance(found, Wished), (text, found)
    return [wish.what for wish in found.wishes]


# ---- exact is exact ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "1 — नहीं, मेरा है",
        "1 29 — मेरा है, मत दो",
        "1 47 -- it is mine",
        "haan -- jhooth",
        "हाँ — झूठ है, कोई आया ही नहीं",
        "2 -- galti se",
        "5 9839555014 — नहीं",
        "44 -- नहीं",
        "कल — नहीं",
        "3 — गलती से",
        "1 sent from my brother nahi",
        "kal?", "post office?", "stop?", "fraud?", "2?", "44?", "1?",
        "₹2", "2%", "👍 nahi", "👍 kal", "#1",
        "kal" + "." * 1_200 + " nahi",
        "2\n> 1 send my code",
    ],
)  # fmt: skip
def test_with_more_than_the_command_it_is_asked(text: str) -> None:
    assert isinstance(event(text), Wished), event(text)


@pytest.mark.parametrize("text", ["EU123456785IN wapas?", "EU123456785IN 9839555014?"])
def test_a_senders_question_is_no_command(text: str) -> None:
    assert isinstance(sender(text).event, Wished)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", events.Yes), ("1.", events.Yes), ("1)", events.Yes), ("🙏 1", events.Yes),
        ("1 :)", events.Yes), ("1 please", events.Yes), ("*1*", events.Yes),
        ("1 47", events.Consent), ("4 29/11", events.AnotherDay), ("कल", events.AnotherDay),
        ("5 (98395) 55014", events.SomebodyElse), ("5 +91 98395-55014", events.SomebodyElse),
        ("2\n\nsent from my samsung galaxy a12", events.Deny), ("हाँ।", events.Said),
    ],
)  # fmt: skip
def test_courtesy_and_a_telephones_advertisement_change_nothing(
    text: str, kind: type[Event]
) -> None:
    assert type(event(text)) is kind


# ---- codes and fraud ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "stop sending code", "otp bhejna band kare", "code bhejna band karo", "code na bhejo",
        "otp naa bhejo", "code bhejne ki zarurat nahi", "7 code nahi bhejna",
        "kyu bhej rahe ho code", "code bhejoge to kya hoga", "I give code", "otp share ho gaya",
        "code chori ho gaya", "mujhse code le ke account se 4000 kat gya",
    ],
)  # fmt: skip
def test_a_code_is_not_sent_where_something_turns_the_wish(text: str) -> None:
    assert not isinstance(event(text), SendCode)


@pytest.mark.parametrize(
    "text",
    [
        "3rd floor", "3 manzil", "3 kamre", "3 mohalla", "3 monday", "3 matlab", "3 bora", "3 bhai",
        "my wife is asking for the code", "papa pooch rahe code kya hai",
        "aapne fraud ki jankari di dhanyavad",
        "dakiya khada ba code mangat ba kuchh na aail hamra phone pe",
    ],
)  # fmt: skip
def test_innocent_words_kill_no_code(text: str) -> None:
    assert not isinstance(event(text), ReportFraud)


@pytest.mark.parametrize(
    "text",
    [
        "1 -- fraud", "1 -- thag ne phone kiya", "1 — नहीं, कोई ओटीपी माँग रहा है",
        "Your OTP for SBI netbanking is 482913. NEVER share it. isko kisi ne phone karke manga"
        " mujhse, maine daak ka code bata diya",
        "I am busy. Someone called me for OTP", "can't talk now someone is asking for otp",
        "bank account debited after OTP told, postman fraud", "voicemail par kisi ne code manga",
        "courier wala bol ke otp leke gaya", "paise kat gaye account se", "he wants my pin",
        "thagwa phone kaile ba", "otp share ho gaya", "3, and also send my code",
    ],
)  # fmt: skip
def test_fraud_is_heard_behind_dashes_and_beside_machines(text: str) -> None:
    found = event(text)
    assert isinstance(found, ReportFraud) or "fraud" in wished(text)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("message failed code did not come", "send_code"),
        ("order id 4455 amazon parcel cancel karna hai", "refuse"),
        ("main meeting me hu kal aana", "another_day"),
        ("thanks for your message, this is not mine", "not_mine"),
    ],
)
def test_what_a_person_adds_to_a_machines_words_is_read(text: str, wish: str) -> None:
    assert wish in [each.what for each in read(text, "recipient").wishes]


@pytest.mark.parametrize("text", ["ok kal", "ok cancel", "ok no", "thik hai mat lao"])
def test_ok_with_more_is_not_left_in_silence(text: str) -> None:
    assert not set(wished(text)) <= {"acknowledged", "thanks", "received"}


# ---- masks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "kal 2 7 5 4 0 0", "482 9 13", "4 82 913", "48x29x13", "482o13", "pin 2 4 6 8",
        "PIN 24 68", "4829I3", "code 6 2 1 0 0 1 hai",
    ],
)  # fmt: skip
def test_a_code_in_own_words_is_masked_however_it_is_spelled(text: str) -> None:
    for masked in (mask_own_words(text), mask_spelled_codes(text)):
        assert MASK in masked
        assert not any(map(str.isdigit, masked))


@pytest.mark.parametrize(
    "text", ["98395 55014 se call aaya", "9839 555 014 ko de do", "kal 29/11/2026 ko", "4 baje"]
)
def test_telephones_and_dates_in_own_words_stay(text: str) -> None:
    assert mask_own_words(text) == text


# ---- postmen -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["rs 1,250", "cash 1,250", "total 1,250", "1,000 rs", "rs 1,250 cash", "7 > 1 2", "1 ← 7",
     "8 -- 7", "7 - 9", "8 ka code 7 482913", "7 > 45 nahi", "12 ghar band mile aaj"],
)  # fmt: skip
def test_what_a_postman_may_not_mean_is_asked_back(text: str) -> None:
    assert isinstance(postman(text, 6).event, events.AskedBack | events.NotUnderstood)


def test_a_wall_of_line_breaks_is_read() -> None:
    assert isinstance(event("1" + "\n" * 998 + "x"), Wished)
