"""What people type instead of digits: Hindi, Hinglish and English, matched as whole texts.

Add a word to its line; `tests/flows/test_grammar.py` fails if two commands share one.
"""

from __future__ import annotations

from typing import Literal

from flows.events import DocumentType

Keyword = Literal[
    "yes", "no", "send_code", "speak_code", "fraud", "tomorrow", "day_after", "hold", "only_me",
    "person", "menu", "stop", "start", "hi", "hi-Latn", "en", "wishes",
]  # fmt: skip

# A text that is one of these and nothing else (polite words aside) is a command, as digits are.
# Other words are read by flows/reading, and bring a question. "yes" and "no" answer only what was
# asked. Left out is what may mean something else: "cancel", "office", "mat bhejo", "nahi mila".
KEYWORDS: dict[Keyword, tuple[str, ...]] = {
    "yes": ("haan", "han", "haa", "ha", "ji", "ji haan", "haan ji", "yes", "y", "हाँ", "हां", "हा",
            "जी", "जी हाँ", "जी हां", "हाँ जी", "हां जी"),
    "no": ("nahi", "nahin", "nhi", "nai", "na", "no", "n", "नहीं", "नही", "ना", "जी नहीं", "ji nahi"),
    "send_code": (
        "code", "otp", "code bhejo", "code bhej do", "otp bhejo", "code do", "send code",
        "send otp",
        "send my code", "my code", "code nahi mila", "code nahi aaya", "otp nahi mila",
        "otp nahi aaya", "code not received", "कोड", "ओटीपी", "कोड भेजो", "कोड भेज दो", "कोड दो",
        "कोड नहीं मिला", "कोड नहीं आया", "ओटीपी भेजो", "ओटीपी नहीं मिला", "ओटीपी नहीं आया",
    ),
    "speak_code": (
        "sunao", "speak", "code bolo", "code bol do", "code sunao", "code suna do", "otp bolo",
        "otp sunao", "speak code", "speak my code", "say my code", "call with code", "सुनाओ",
        "कोड बोलो", "कोड सुनाओ", "कोड सुना दो",
    ),
    "fraud": ("fraud", "thag", "thagi", "thug", "dhokha", "dhoka", "scam", "farzi", "farji",
              "fake call", "ठग", "ठगी", "धोखा", "फर्जी", "फ़र्जी"),
    "tomorrow": ("kal", "tomorrow", "कल"),
    "day_after": ("parson", "day after tomorrow", "परसों"),
    "hold": ("daakghar", "dakghar", "post office", "डाकघर"),
    "only_me": ("sirf mujhe", "only me", "सिर्फ मुझे"),
    "person": ("madad", "sahayata", "person", "agent", "baat karni hai", "help desk", "मदद",
               "सहायता",
               "बात करनी है"),
    "menu": ("menu", "help", "info", "मेनू"),
    "stop": ("stop", "stop all", "stopall", "unsubscribe", "quit", "band karo", "बंद करो"),
    "start": ("start", "unstop", "chalu", "shuru", "chalu karo", "shuru karo", "चालू", "शुरू",
              "चालू करो", "शुरू करो"),
    "hi": ("hindi", "हिंदी", "हिन्दी"),
    "hi-Latn": ("roman", "roman hindi", "रोमन", "रोमन हिंदी"),
    "wishes": ("wish", "wishes", "my wishes", "ichchha", "ichha", "meri ichchha", "इच्छा",
               "मेरी इच्छा"),
    "en": ("english", "angrezi", "अंग्रेज़ी", "अंग्रेजी"),
}  # fmt: skip

# Said with a digit or a keyword, these change nothing.
POLITE = ("sir", "madam", "please", "pls", "plz", "kripya", "bhaiya", "sirji", "कृपया", "सर", "भैया")

# Beside the two digits of an open question these agree, with "yes" of KEYWORDS and no others:
# "ok 47", "theek hai 47".
AGREES = ("ok", "okay", "hai", "theek", "thik", "manzoor", "ओके", "है", "ठीक", "मंज़ूर", "मंजूर")

# An office says its yes or no to a postman's question in these words, those of KEYWORDS and AGREES,
# and no others: "de do 47", "mat do". Where one of them says no, the text does.
OFFICE_NO = ("mat", "mana", "not", "dont", "never", "refuse", "refused", "मत", "मना")
OFFICE_BESIDE = (
    "allow", "allowed", "agree", "agreed", "give", "it", "do", "de", "dedo", "dena", "dijiye",
    "दो", "दे", "देना", "दीजिए",
)  # fmt: skip
# "Two" as well as "give": alone beside the digits it has two readings ("no" is 2), and is no yes.
OFFICE_TWO = ("do", "दो")

# After an article number, from its sender: bring it back to me.
RECALL = ("wapas", "vapas", "wapis", "vapis", "recall", "return", "back", "वापस", "वापिस")

AGAIN = ("again", "phir", "fir", "dobara", "dubara", "attempt", "फिर", "दोबारा", "दुबारा")

PostmanWord = Literal["approach", "handover", "remark", "undo", "left", "help"]

# Words that a postman may type before an item, or alone (undo, left, help).
POSTMAN_WORDS: dict[PostmanWord, tuple[str, ...]] = {
    "approach": ("a", "aata", "aa", "coming", "आ", "आता"),
    "handover": ("d", "diya", "delivered", "de", "दिया"),
    "remark": ("n", "nd", "nahi", "remark", "नहीं"),
    "undo": ("undo", "wapas", "galti", "वापस", "गलती"),
    "left": ("list", "baki", "baaki", "left", "suchi", "बाकी", "बाक़ी", "सूची"),
    "help": ("help", "madad", "मदद"),
}  # fmt: skip

# Before an amount: "7 482913 Rs 500 1".
RUPEES = ("rs", "inr", "rupaye", "rupay", "rupees", "rupee", "रु", "रुपये", "रुपए", "रूपये")

# Before the end of a document's number: "7 482913 * aadhaar 1234".
DOCUMENTS: dict[DocumentType, tuple[str, ...]] = {
    "aadhaar": ("aadhaar", "aadhar", "adhar", "uid", "आधार"),
    "voter": ("voter", "epic", "मतदाता", "वोटर"),
    "licence": ("licence", "license", "dl", "लाइसेंस"),
    "passport": ("passport", "पासपोर्ट"),
    "pan": ("pan", "पैन"),
    "ration": ("ration", "rashan", "raashan", "राशन"),
    "job_card": ("job", "mnrega", "nrega", "जॉब"),
}  # fmt: skip

# After the sign of a change of beat: "7 > office".
OFFICE = ("office", "daakghar", "dakghar", "डाकघर")

# Before a postman's PIN, which proves that a new telephone is his.
PIN = ("pin", "पिन")
