"""What machines and shops send, and what telephones add to a text: it is no wish. Pure."""

from __future__ import annotations

import re
from typing import Final

from flows.reading.words import find

# ---- signatures --------------------------------------------------------------------------------

_DEVICE: Final = (
    r"(?:iphone|android|smart ?phone|phone|mobile|jio\w*|samsung|redmi|vivo|oppo|nokia|realme|lava|"
    r"micromax|itel|mi|galaxy|honor|poco|oneplus|motorola|moto|tecno|infinix|outlook|gmail|yahoo|"
    r"mail|device)"
)
_ADVERTISED: Final = re.compile(
    r"[\s.,;\-]+(?:sent|bheja gaya) (?:from|by|via|using) (?:my |mera |a )?"
    rf"{_DEVICE}(?: (?:{_DEVICE}|[a-z]?\d{{1,3}}[a-z]?|[45]g|pro|plus|mini|app))*\.?$"
    r"|[\s.,;\-]+get outlook for (?:android|ios)\.?$"
)
_CLOSED: Final = re.compile(
    r"(?:(?:thanks|warm|best|with) )?(?:(?:&|and) )?regards\b"
    r"|\b(?:bhavdiya|bhavdiy|aapka vinit|yours (?:truly|faithfully|sincerely)|prarthi)\b"
)
_DASHES: Final = ("--", "—", "–", "~", "\n-", "\n -")
_MOST_NAMES: Final = 4  # words of a signature
_WORD: Final = re.compile(r"\w+")


def without_advertisement(text: str) -> str:
    """Return a folded text without what a telephone puts below it ("sent from my phone")."""
    found = _ADVERTISED.search(text)
    return text[: found.start()] if found is not None and found.start() > 0 else text


def without_signature(text: str) -> str:
    """Return a folded text without the telephone's advertisement and the name below it.

    Only names are a signature: a word that we know says something ("1 -- nahi").
    """
    text = without_advertisement(text)
    closed = _CLOSED.search(text)
    if closed is not None and closed.start() > 0 and _is_name(text[closed.end() :]):
        text = text[: closed.start()]
    at = max(text.rfind(dash) for dash in _DASHES)
    if at > 0 and _is_name(text[at:]):
        text = text[:at]
    return text


def _is_name(text: str) -> bool:
    words = _WORD.findall(text)
    return len(words) <= _MOST_NAMES and all(
        word.isalpha() and find(word).tongue in ("unknown", "plain") for word in words
    )


# ---- answers of a machine ----------------------------------------------------------------------

_AUTOMATIC: Final = re.compile(
    r"\bauto[- ]?(?:matic|mated)?[- ]?(?:reply|response|responder|answer|message)\b"
    r"|\bout of (?:the )?office\b(?!.*(?:parcel|post|code|otp))"
    r"|\bi(?:'m| am)? (?:currently )?(?:driving|in a meeting|busy|sleeping|unavailable)\b"
    r"(?: right now| now)?"
    r"|\b(?:i'?ll|i will|will) (?:call|get|text) (?:you )?(?:back|later)\b(?: to you)?"
    r"(?: later| soon)?"
    r"|\bcan'?t (?:talk|answer|take (?:your|the) call) (?:right )?now\b"
    r"|\bcannot talk right now\b|\bdo not disturb mode\b|\bthis is an automated\b"
    r"|\b(?:main?|mai) (?:abhi )?(?:gaa?di|gari|bike) chala rah[ai]\b"
    r"|\b(?:main?|mai|abhi) (?:abhi )?(?:meeting|miting) m(?:e|ein|ai)n? h(?:u|oo)n?\b"
    r"|\b(?:swachalit|swachaalit|svachaalit)\b|\bthe person you are (?:calling|trying)\b"
    r"|\bvoice ?mail\b|\bthanks? (?:you )?for (?:contacting|messaging|your message)\b"
)


def is_autoresponder(text: str) -> bool:
    """Tell whether a telephone answered by itself."""
    return _AUTOMATIC.search(text) is not None


# ---- notices of carriers, banks and shops ------------------------------------------------------

_FAILED: Final = re.compile(
    r"\b(?:could not be|was not|not|un) ?(?:delivered|sent)\b.*\b(?:error|message|sms|msg|\d{5})\b"
    r"|\b(?:message|sms|msg)\b.{0,30}\b(?:fail(?:ed|ure)|undeliver\w*|could not|blocked|rejected|"
    r"not (?:be )?(?:delivered|sent|allowed))\b"
    r"|\b(?:fail(?:ed|ure)|undeliver(?:ed|able))\b.{0,30}\b(?:message|sms|msg|recipient|\d{5})\b"
    r"|\berror (?:code )?\d{1,4}\b|\bdelivery (?:report|receipt|status notification)\b"
    r"|\bservice (?:is )?not (?:activated|available)\b"
    r"|\binvalid (?:destination|recipient|short ?code)\b"
    r"|\binsufficient (?:balance|talktime)\b"
)
_FORMAL: Final[tuple[tuple[str, int], ...]] = (
    (r"\b(?:never|do not|don'?t|dont) (?:share|disclose)\b|\bsaajhaa? (?:na|mat)\b"
     r"|\bkis[ie]+ (?:ko|se|ke saath) (?:na|n|mat|naheen|nahi) ?(?:share|bataye\w*|batae\w*)", 1),
    (r"\bvalid (?:for|till|upto|until)\b|\bexpires? (?:in|at|on)\b|\bvaidh\b", 1),
    (r"\b(?:your|aapk[aie]|aapaka) (?:\w+ ){0,3}(?:otp|o\.t\.p|code|pin|password)\b.{0,40}\d{4,8}"
     r"|\d{4,8} (?:is|as) (?:your |the )?(?:\w+ ){0,3}(?:otp|code|password|pin)\b"
     r"|\buse \d{4,8}\b|\botp (?:is|hai|:) ?\d{4,8}.{0,60}\b(?:for|login|txn|transaction)\b", 2),
    (r"\b(?:login|log in|sign ?in|txn|transaction|net ?banking|digilocker|kyc|verify|"
     r"verification)\b", 1),
    (r"\b(?:a/c|acct?|account|khaat[ae]|khate|khaton)\b", 1),
    (r"\b(?:credited|debited|avl|avail(?:able)?|bal(?:ance)?|jama|jamaa|nikasi|shesh|ref no|"
     r"upi ref|emi|loan|due date|statement)\b", 1),
    (r"\b(?:dear|priy) (?:customer|user|parents?|student|sir/madam|grahak|graahak|member|"
     r"subscriber)\b", 2),
    (r"\b(?:recharge|richaarj|data|daata|validity|talktime|pack|plan|unlimited|prepaid|postpaid|"
     r"caller ?tune|missed call alert|roaming|top ?up)\b", 1),
    (r"\b(?:jio|jiyo|airtel|vodafone|bsnl|idea|vi)\b", 1),
    (r"\b(?:sbi|hdfc|icici|pnb|axis|kotak|paytm|phonepe|flipkart|amazon|myntra|meesho|zomato|swiggy|"
     r"hp gas|indane|bharat gas|irctc|lic|epfo|uidai|npci|ola|uber|byju)\b", 1),
    (r"\bdac\b|\border (?:id|no|number|#)|\byour order\b|\bbooking (?:id|no)?\b.{0,20}\b(?:sweekar|"
     r"confirm\w*)|\bpnr\b|\btracking id\b", 1),
    (r"\b(?:offer|sale|discount|cashback|coupon|winner|lottery|lucky draw|congratulations|"
     r"badhai ho|t&c|tnc|shop now|buy now|hurry|\d+% (?:off|chhoot)|flat \d+|free)\b", 1),
    (r"\bdial \*?\d|\*\d{3,}#|\b(?:click|visit|download)\b.{0,12}(?:http|www|bit\.ly|t\.co|app)"
     r"|\b\d dabaa?(?:ye\w*|en|yen|e)\b|\bpress \d\b|\bto (?:stop|unsubscribe|opt out)\b", 1),
    (r"\b\d{1,3}%|\b(?:rs|ru|inr|₹)\.? ?[\d,]+(?:\.\d\d)?\b|[\d,]+ ?rupa?y[ae]\w*", 1),
    (r"[-–~] ?[\w ]{2,24}(?:bank|baink|jio|airtel|ltd|limited|govt|team)\.?$|^[\w ]{2,14}: ", 1),
    (r"\b(?:saavadhaan|savdhan|sawdhan|beware|alert|advisory|helpline|1930|police|pulis|"
     r"will remain|camp|shivir|panchayat)\b", 1),
    (r"\b(?:nikaale|nikale|nikali) ga[iy]?e\b", 1),
    (r"\b(?:khatm|samaapt|samapt|band ho jaa?y?ega|expire)\b", 1),
)  # fmt: skip
_FORMALITIES: Final = tuple((re.compile(pattern), weight) for pattern, weight in _FORMAL)
# Who tells of himself or of somebody who asked is no machine.
_PERSONAL: Final = re.compile(
    r"\b(?:mera|meri|mere|mujhe|muje|mje|mai|main|maine|ham|hum|humko|hamara|hamari|hamar|hamre|"
    r"koi|kisi|kisine|kehu|someone|somebody|my|me|i|i'm|maang\w*|mang\w*|puch\w*|pooch\w*|kya|kyaa|"
    r"bhai|bhaiya|sir|ji|asked|asking|aaya tha|call kiya|nahi|nhi|bol\w*|called|he|she|they|"
    r"hamako|hamen|mainne|koee|karna|karni|chahiye|karwana|kar do|kardo)\b"
)
_OURS: Final = re.compile(r"\b(?:otp|code|kod)\b")
_ENOUGH: Final = 2
_WORDS: Final = 5  # a notice is never shorter


def is_notice(text: str) -> bool:
    """Tell whether a carrier, a bank or a shop wrote this by machine."""
    about_us = _OURS.search(text)
    if _FAILED.search(text) and not _PERSONAL.search(text) and not about_us:
        return True
    if len(text.split()) < _WORDS:
        return False
    found = sum(weight for pattern, weight in _FORMALITIES if pattern.search(text))
    return found >= (_ENOUGH if not _PERSONAL.search(text) else 2 * _ENOUGH)


# ---- what a person adds to it ------------------------------------------------------------------

_CLAUSE: Final = re.compile(r"[.,!?;\n|—–]+")


def own_part(text: str) -> str:
    """Return what a person himself may have written beside a machine's words, often nothing."""
    automatic = _AUTOMATIC.sub(" ; ", text)
    clauses = _CLAUSE.split(automatic)
    own = (each for each in clauses if not any(p.search(each) for p, _ in _FORMALITIES))
    return " . ".join(each.strip() for each in own if each.strip())


def is_personal(text: str) -> bool:
    """Tell whether somebody tells of himself, or of somebody who asked."""
    return _PERSONAL.search(text) is not None
