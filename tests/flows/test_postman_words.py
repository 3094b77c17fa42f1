"""What postmen write in words, and what of it is asked back: rows of our own, and mutations."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.events import (
    Approach,
    AskedBack,
    AskHelp,
    AskLeft,
    Event,
    Handover,
    NotUnderstood,
    Pass,
    Remark,
    Undo,
    Visit,
    VisitAct,
)
from flows.grammar import postman_lexicon as lexicon
from flows.grammar.person import Understood
from flows.grammar.postman import postman as read
from flows.grammar.postman_words import mask_spoken
from flows.grammar.spelling import key, romanise
from flows.grammar.text import fold, mask_codes, mask_spelled_codes

ARTICLE = "EU123456785IN"


def postman(text: str) -> Understood:
    return read(text, 6)


def handed(
    item: str = "5", payment: str | None = None, amount: int | None = None
) -> list[VisitAct]:
    return [Handover(item, "code", payment, amount)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        # what separates numbers keeps its meaning
        ("5 307164 1,450 1", handed(payment="cash", amount=1450)),
        ("5 307164 Rs 1,450/- upi", handed(payment="upi", amount=1450)),
        ("5 307164 1,00,000 1", None),
        ("5 307164 640/- nakad", handed(payment="cash", amount=640)),
        ("5 307164 640.00 2", handed(payment="upi", amount=640)),
        ("5 307164 640", [Handover("5", "offline")]),
        ("5 307164 2 640", handed(payment="upi", amount=640)),
        ("5,307164,1", handed(payment="cash")),
        ("5-307164", handed()),
        ("5 – 307164", handed()),
        ("5: 307164", handed()),
        ("5*307164", handed()),
        ("5*307164*2#", handed(payment="upi")),
        ("5 307.164", handed()),
        ("#5 307164", handed()),
        ("Item No.5 - 307164", handed()),
        ("sl 5 307164", handed()),
        ("5\n307164", handed()),
        ("5 307164x", handed()),
        ("5 307164 5 307164", handed()),
        ("4-8", None),
        ("4 to 8", None),
        ("4 se 8 tak", None),
        ("10:30", None),
        ("14/08/2026", None),
        ("5 18..22", None),
        ("1,450", None),
        ("5 640", None),
        ("##002#", None),
        # a code in pieces
        ("5 3 0 7 1 6 4", "spelled"),
        ("5,3,0,7,1,6,4", "spelled"),
        ("5\n3\n0\n7\n1\n6\n4", "spelled"),
        ("5-3-0-7-1-6-4", "spelled"),
        ("3 0 7 1 6 4", "spelled"),
        ("5 30 71 64", "spelled"),
        ("5 3071 64", "spelled"),
        ("5 3 071 64", "spelled"),
        ("5307164", "spelled"),
        ("5 ka code 3 0 7 1 6 4", "spelled"),
        ("paanch teen zero saat ek chhah char", "spelled"),
        ("5 3 0 7 1 6 4 1", "spelled"),
        ("2 3 5 6 9", [Approach(item) for item in "23569"]),
        ("27 28 29 30", None),
        ("31 32 33", [Approach(item) for item in ("31", "32", "33")]),
        # a code beside words
        ("5 code 307164", handed()),
        ("5 ka otp 307164 hai", handed()),
        ("code 307164 item 5", handed()),
        ("5 307164 de diya", handed()),
        ("5 307164 ho gaya ji", handed()),
        ("5 307164 paytm", handed(payment="upi")),
        ("5 307164 qr se", handed(payment="upi")),
        ("5 307164 kaish mila", handed(payment="cash")),
        ("५ ३०७१६४ नकद", handed(payment="cash")),
        ("५ कोड ३०७१६४", handed()),
        (f"{ARTICLE} otp 307164", handed(ARTICLE)),
        ("paanch 307164", handed()),
        ("Namaste sir 5 307164\nS Chauhan\nBPM Pipraich", handed()),
        ("5 307164 Regards Chauhan GDS 4431", handed()),
        ("5 307164 👍", handed()),
        # a doubt beside a code
        ("5 307164?", "sure"),
        ("5 307164 nahi", "sure"),
        ("5 307164 galat hai", "sure"),
        ("5 307164 nahi lag raha", "sure"),
        ("5 307164 phone par bataya", "sure"),
        ("5 307164 shayad", "sure"),
        ("5 307164 kal ka hai", "sure"),
        ("5 307164 upi fail", "sure"),
        ("5 307164 padosi ko", "sure"),
        ("5 307164 ❌", "sure"),
        ("५ ३०७१६४ ग़लत है", "sure"),
        ("5 6 307164", "sure"),
        ("5 307164 3", "sure"),
        ("5 307164 cash upi", "sure"),
        ("307164", "item"),
        ("code 307164 hai", "item"),
        ("307164 bataya usne par mana kar raha", None),
    ],
)
def test_numbers_and_what_is_beside_them(text: str, acts: list[VisitAct] | str | None) -> None:
    event = postman(text).event
    if isinstance(acts, list):
        assert event == Visit(tuple(acts))
    elif acts is None:
        assert not isinstance(event, Visit | Pass | Undo)
    else:
        assert isinstance(event, AskedBack)
        assert event.why == acts


_REMARKS: Mapping[int, tuple[str, ...]] = {
    11: (
        "tala band",
        "ghar band hai",
        "door lock",
        "gate locked",
        "ताला लगा है",
        "घर बंद",
        "tala lagal ba",
        "doar lcoked",
    ),
    12: (
        "ghar pe koi nahi",
        "koi nahi mila",
        "nobody at home",
        "not at home",
        "घर पर कोई नहीं है",
        "ghare kehu naikhe",
        "addressee absent",
        "ghar par nahi the, bhabhi ne bola",
    ),
    13: (
        "is naam ka koi nahi",
        "no such person",
        "not known",
        "इस नाम का कोई नहीं",
        "koi nahi janta",
    ),
    14: (
        "galat pata",
        "address wrong",
        "incomplete address",
        "पता गलत है",
        "pata nahi mila",
        "adress glt",
    ),
    15: ("shifted", "delhi chala gaya rehne", "moved to gorakhpur", "makan badal liya"),
    16: ("bina bataye chala gaya", "left without instructions"),
    17: ("mana kar diya", "refused", "lene se mana", "nahi le raha", "लेने से मना किया", "refusd"),
    18: ("mar gaye", "expired mrityu", "deceased", "dehant ho gaya", "मर गए", "mar gailan"),
    19: ("paisa nahi hai", "no money", "no cash", "पैसे नहीं हैं", "paisa naikhe"),
    20: ("upi fail", "paytm nahi chal raha", "phonepe nahi hua", "यूपीआई फेल"),
    21: ("galat beat", "wrong beat", "meri beat nahi"),
    22: ("school band", "office closed", "holiday"),
    23: ("packet phat gaya", "damaged", "parcel toot gaya"),
    24: ("recalled by sender", "sender ne wapas mangaya"),
    25: ("network nahi", "no signal", "टावर नहीं"),
    26: ("otp nahi aaya", "code nahi mila", "phone band", "phone switched off", "कोड नहीं आया"),
}


@pytest.mark.parametrize(
    ("remark", "words"), [(code, line) for code, lines in _REMARKS.items() for line in lines]
)
@pytest.mark.parametrize(
    "form", ["{item} {words}", "sir {item} no. {words}.", "item {item} - {words}"]
)
def test_remarks_in_words(remark: int, words: str, form: str) -> None:
    text = form.format(item=6, words=words)
    if words == "expired mrityu":
        text = text.replace("expired ", "")
    assert postman(text).event == Visit((Remark("6", remark),))


@pytest.mark.parametrize(
    "words",
    [
        *("ok", "return", "wapas", "nahi", "nahi diya", "band", "chala gaya", "cash", "paid", "?"),
        *("tala khul gaya", "mana nahi kiya", "mar gaya kya", "ghar band tha ab khula hai"),
        *("kal aa raha hu", "pata nahi", "code mat bhejo", "padosi ko diya", "left", "help", "99"),
        *(
            "wrong number",
            "expired",
            "otp galat",
            "phone kharab",
            "galti",
            "code",
            "2 din",
            "baki hai",
        ),
        *(
            "lene se mana ghar band",
            "shayad ghar band",
            "agar ghar band ho to",
            "ka beta aa raha hai",
            "ke papa mar gaye",
            "dead battery",
            "no ghar pe hu",
            "307164 cash 8",
            "307164 delivered to 8",
        ),
        *(
            "open",
            "ghar khula hai",
            "phone dead",
            "deliver nahi hua",
            "kal lega",
            "baje aana",
            "sab theek",
        ),
    ],
)
def test_what_has_two_readings_is_asked_back(words: str) -> None:
    assert isinstance(postman(f"6 {words}").event, AskedBack | NotUnderstood)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("6 aa raha hu", "6"),
        ("6 pe jaat bani", "6"),
        ("6 ke ghar ke bahar khada hu", "6"),
        ("6 ka code bhejo", "6"),
        ("send otp for 6", "6"),
        ("6 pahunch gaya", "6"),
        ("coming to 6", "6"),
        ("छह", "6"),
        ("६ पर आ रहा हूँ", "6"),
        ("6 aur 9 ka code bhej do", "69"),
        ("3, 6 aa raha hu", "36"),
        ("6 ka naya code", "6"),
        ("resend 6", "6"),
    ],
)
def test_approaches_in_words(text: str, items: str) -> None:
    assert postman(text).event == Visit(tuple(Approach(item) for item in items))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2 kilo aata le aana",
            "10 baje tak aata hu",
            "salary kab 5 tarikh ko aayegi",
            "1 litre tel",
        ),
        *(
            "3 din ki chhutti",
            "aaj 40 degree garmi hai",
            "Recharge Rs 7 pack 307164",
            "6 number bus se aa raha hu",
        ),
        *(
            "6 item baki hai",
            "2 customer ne mana kiya",
            "teen char log mana kiye",
            "9839555 101",
            "my pin is 4467",
        ),
        *(
            "11 13",
            "6 99",
            "6 1",
            "9 2",
            "6 6 7",
            "0 6",
            "0006",
            "6 45 ko mat do",
            "6 ko 45",
            "",
            "😀",
            "।",
        ),
        *("http://x.in/6", "6@gmail.com", "سات", "ஏழு", "সাত"),
    ],
)
def test_chatter_opens_nothing(text: str) -> None:
    assert isinstance(postman(text).event, AskedBack | NotUnderstood)


@pytest.mark.parametrize(
    ("text", "event", "to"),
    [
        ("6 → 31", Pass(("6",)), "31"),
        ("6＞31", Pass(("6",)), "31"),
        ("6 -> 31", Pass(("6",)), "31"),
        ("6 => 31 ko de do", Pass(("6",)), "31"),
        ("item 6 > staff 31", Pass(("6",)), "31"),
        ("6 wala 31 ko de do", Pass(("6",)), "31"),
        ("6 8 31 ko de diya", Pass(("6", "8")), "31"),
        ("31 ko 6 de do", Pass(("6",)), "31"),
        ("6 pass to 31", Pass(("6",)), "31"),
        ("6 -> 0", Pass(("6",), back=True), None),
        ("6 office wapas", Pass(("6",), back=True), None),
        ("6 daakghar me jama", Pass(("6",), back=True), None),
        ("6 > 31?", NotUnderstood(), None),
        ("6 > > 31", NotUnderstood(), None),
    ],
)
def test_a_change_of_beat(text: str, event: Event, to: str | None) -> None:
    understood = postman(text)
    assert understood.event == event
    assert understood.codes.get(">") == to


@pytest.mark.parametrize(
    ("text", "event"),
    [
        *(
            (text, AskLeft())
            for text in ("kitne baki", "list bhejo", "LEFT pls", "बाकी कितने", "how many left")
        ),
        *(
            (text, AskHelp())
            for text in ("help sir", "samajh nahi aa raha", "kaise bheju code", "मदद करें")
        ),
        *(
            (text, Undo())
            for text in ("galti ho gayi", "mistake", "galat bhej diya", "undo last", "गलती हो गई")
        ),
        *(
            (text, NotUnderstood())
            for text in ("galat", "cancel", "wapas karo", "haan", "ok", "theek hai")
        ),
    ],
)
def test_words_without_a_number(text: str, event: Event) -> None:
    assert postman(text).event == event


def test_several_acts_in_one_text() -> None:
    text = "5 307164 cash, 6 ghar band\n8 mana kiya. 9 pe aa raha hu"
    understood = postman(text)
    assert understood.event == Visit(
        (Handover("5", "code", "cash"), Remark("6", 11), Remark("8", 17), Approach("9"))
    )
    assert understood.codes == {"5": "307164"}


def test_one_unclear_part_leaves_the_whole_undone() -> None:
    assert not isinstance(postman("5 307164 cash, 6 ghar band, 8 pata nahi").event, Visit)


# ---- spellings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hindi", "latin"),
    [
        ("ताला", "tala"),
        ("बंद", "band"),
        ("गलत", "galat"),
        ("नहीं", "nahin"),
        ("मकान", "makan"),
        ("कोड", "kod"),
    ],
)
def test_devanagari_in_latin_letters(hindi: str, latin: str) -> None:
    assert romanise(fold(hindi)) == latin


@pytest.mark.parametrize(
    ("one", "other"), [("taala", "tala"), ("cash", "kash"), ("phone", "fone"), ("nahee", "nahi")]
)
def test_spellings_of_a_word_share_a_key(one: str, other: str) -> None:
    assert key(one) == key(other)


def test_no_word_of_the_tables_has_two_meanings() -> None:
    seen: dict[str, str] = {}
    for kind, line in lexicon.WORDS.items():
        for word in map(fold, line.split()):
            assert seen.setdefault(word, kind) == kind, word


# ---- mutations ---------------------------------------------------------------------------------

_WORDS = st.sampled_from(sorted({word for line in lexicon.WORDS.values() for word in line.split()}))
_NUMBERS = st.integers(0, 999_999).map(str)
_PIECES = st.lists(
    _WORDS | _NUMBERS | st.sampled_from([",", "\n", "-", ">", ".", "?", "/-"]), max_size=14
)
_DOUBTS = st.sampled_from(
    [
        "nahi",
        "galat",
        "?",
        "mat",
        "kya",
        "shayad",
        "नहीं",
        "गलत",
        "not",
        "wrong",
        "kal",
        "agar",
        "fail",
    ]
)


@settings(max_examples=400)
@given(_PIECES, st.sampled_from([" ", ", ", "", "  "]))
def test_any_words_and_numbers_are_read_without_a_code_or_item_by_accident(
    pieces: list[str], gap: str
) -> None:
    text = gap.join(pieces)
    understood = postman(text)
    if not isinstance(understood.event, Visit):
        return
    digits = "".join(letter for letter in fold(text) if letter.isdigit())
    for act in understood.event.acts:
        assert act.item in digits or act.item in lexicon.NUMBERS
        if isinstance(act, Handover) and act.proof == "code":
            assert len(understood.codes[act.item]) == 6
            assert understood.codes[act.item] in digits


@settings(max_examples=300)
@given(
    st.integers(1, 99),
    st.integers(0, 999_999),
    _DOUBTS,
    st.booleans(),
    st.lists(_WORDS, max_size=3),
)
def test_a_doubt_beside_a_code_hands_nothing_over(
    item: int, code: int, doubt: str, before: bool, more: list[str]
) -> None:
    words = " ".join([doubt, *more])
    text = f"{words} {item} {code:06d}" if before else f"{item} {code:06d} {words}"
    event = postman(text).event
    acts = event.acts if isinstance(event, Visit) else ()
    assert not any(isinstance(act, Handover) for act in acts), text


_GAPS = st.sampled_from([" ", ",", ", ", "-", ".", "\n", "/", " - ", "–", "  ", "_"])


@settings(max_examples=300)
@example(10, "000001", [2, 2, 2], ".")  # no paise
@given(
    st.integers(1, 12),
    st.integers(0, 999_999).map("{:06d}".format),
    st.lists(st.integers(1, 3), min_size=3, max_size=6),
    _GAPS,
)
def test_a_code_in_pieces_sends_nobody_a_code_and_is_kept_masked(
    item: int, code: str, sizes: list[int], gap: str
) -> None:
    pieces, rest = [], code
    for size in sizes:
        if rest:
            pieces.append(rest[:size])
            rest = rest[size:]
    text = gap.join([str(item), *pieces, *rest])
    event = postman(text).event
    walking = isinstance(event, Visit) and [act.item for act in event.acts] == sorted(
        (act.item for act in event.acts), key=lambda item: (len(item), item)
    )
    if isinstance(event, Visit) and not walking:
        assert not any(isinstance(act, Approach) for act in event.acts), text
    if isinstance(event, AskedBack):
        kept = mask_spoken(mask_spelled_codes(text))
        assert code not in "".join(letter for letter in kept if letter.isdigit())


@pytest.mark.parametrize(
    "text", ["7 307 164", "7 3071 64", "7 30 71 64", "7 3-0-7-1-6-4", "7307164"]
)
def test_pieces_of_a_code_are_masked(text: str) -> None:
    kept = mask_spelled_codes(text)
    assert not {"307", "3071", "30 71", "64", "6-4"} & {
        piece for piece in ("307", "3071", "64") if piece in kept
    }


def test_a_row_of_doors_is_not_masked() -> None:
    assert mask_codes("1 2 3") == "1 2 3"
    assert mask_spelled_codes("11 12") == "11 12"


@pytest.mark.parametrize(
    "unit", ["9-", "7 ", "7 307164 ", "tala ", "सात ", "\ufdfa", "a1", "12,345,", "> "]
)
def test_ten_thousand_letters_are_fast(unit: str) -> None:
    text = (unit * 10_000)[:10_000]
    for long in (text, text[:1_999]):
        began = time.perf_counter()
        event = postman(long).event
        assert time.perf_counter() - began < 0.5
        assert not isinstance(event, Handover)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert postman(text).event is not None
