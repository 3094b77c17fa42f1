"""What people type instead of digits: Hindi, Hinglish and English, matched as whole words.

Add a word to its line; `tests/flows/test_grammar.py` fails if two commands share one.
"""

from __future__ import annotations

from typing import Literal

from flows.events import DocumentType

RecipientWord = Literal[
    "yes", "send_code", "speak_code", "deny", "fraud", "another_day", "hold", "only_me", "person",
    "menu", "stop", "start", "hi", "hi-Latn", "en",
]  # fmt: skip

# Phrases precede single words: "code nahi mila" asks for the code, "nahi mila" says not received.
PHRASES: dict[RecipientWord, tuple[str, ...]] = {
    "another_day": (
        "kal lana", "kal aana", "kal do", "another day", "other day", "dusre din", "doosre din",
        "कल लाना", "कल आना", "दूसरे दिन",
    ),
    "hold": ("post office", "office mein rakho", "daakghar mein rakho", "डाकघर में रखो"),
    "only_me": ("sirf mujhe", "only me", "सिर्फ मुझे"),
    "person": ("baat karni hai", "help desk", "call me", "बात करनी है"),
    "stop": ("band karo", "mat bhejo", "बंद करो", "मत भेजो"),
    "start": ("chalu karo", "shuru karo", "चालू करो", "शुरू करो"),
    "hi-Latn": ("roman hindi", "hindi english", "रोमन हिंदी"),
    "send_code": (
        "code nahi mila", "code nahi aaya", "otp nahi mila", "otp nahi aaya", "code bhejo",
        "code bhej do", "otp bhejo", "code do", "send code", "send otp", "my code", "no code",
        "code not received", "code dobara bhejo", "कोड नहीं मिला", "कोड नहीं आया", "कोड भेजो",
        "कोड भेज दो", "कोड दो", "ओटीपी नहीं मिला", "ओटीपी भेजो",
    ),
    "speak_code": (
        "code bolo", "code bol do", "code sunao", "code suna do", "otp bolo", "otp sunao",
        "bol kar batao", "bolkar batao", "phone par batao", "phone karke batao", "speak code",
        "speak my code", "say my code", "call with code", "padh nahi sakta", "padh nahi sakti",
        "cannot read", "can not read", "cant read", "कोड बोलो", "कोड सुनाओ", "कोड सुना दो",
        "बोल कर बताओ", "बोलकर बताओ", "फोन पर बताओ", "फ़ोन पर बताओ", "पढ़ नहीं सकता", "पढ़ नहीं सकती",
    ),
    "deny": (
        "nahi mila", "nahi mili", "nahin mila", "nahin mili", "mera nahi", "mera nahin", "not me",
        "not mine", "not received", "did not get", "didnt get", "wrong number", "galat number",
        "नहीं मिला", "नहीं मिली", "मेरा नहीं", "गलत नंबर",
    ),
    "fraud": (
        "code manga", "code maanga", "code mang raha", "code maang raha", "otp manga", "otp maanga",
        "otp mang raha", "otp maang raha",
        "asked for code", "asked for my code", "asked for otp", "asked my code", "fake call",
        "कोड मांगा", "कोड माँगा", "कोड मांग रहा", "ओटीपी मांगा",
    ),
}  # fmt: skip

WORDS: dict[RecipientWord, tuple[str, ...]] = {
    "yes": ("haan", "han", "haa", "ha", "ji", "yes", "y", "ok", "sach", "हाँ", "हां", "हा", "जी",
            "सच"),
    "send_code": ("code", "otp", "कोड", "ओटीपी"),
    "speak_code": ("bolo", "boliye", "sunao", "speak", "बोलो", "बोलिए", "सुनाओ"),
    "another_day": ("kal", "tomorrow", "कल"),
    "hold": ("daakghar", "dakghar", "office", "डाकघर"),
    "person": ("madad", "sahayata", "person", "agent", "मदद", "सहायता"),
    "stop": ("stop", "unsubscribe", "stopall", "cancel", "end", "quit", "रोको"),
    "start": ("start", "unstop", "chalu", "shuru", "चालू", "शुरू"),
    "hi": ("hindi", "हिंदी", "हिन्दी"),
    "hi-Latn": ("roman", "रोमन"),
    "en": ("english", "angrezi", "अंग्रेज़ी", "अंग्रेजी"),
    "deny": ("nahi", "nahin", "nai", "na", "no", "n", "galat", "नहीं", "नही", "ना", "गलत"),
    "fraud": ("fraud", "thag", "thagi", "thug", "dhokha", "dhoka", "scam", "farzi", "farji",
              "ठग", "ठगी", "धोखा", "फर्जी", "फ़र्जी"),
    "menu": ("menu", "help", "info", "मेनू"),
}  # fmt: skip

# After an article number, from its sender: bring it back to me.
RECALL = ("wapas", "vapas", "wapis", "vapis", "recall", "return", "back", "वापस", "वापिस")

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
    "ration": ("ration", "राशन"),
    "job_card": ("job", "mnrega", "nrega", "जॉब"),
}  # fmt: skip

# After the sign of a change of beat: "7 > office".
OFFICE = ("office", "daakghar", "dakghar", "डाकघर")

# Before a postman's PIN, which proves that a new telephone is his.
PIN = ("pin", "पिन")
