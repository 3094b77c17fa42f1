"""Telephone numbers: read in any notation, stored in E.164, shown masked.

libphonenumber decides which numbers are valid, India's numbering plan included.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

# libphonenumber also takes letters, "tel:" links and extensions: none of them is a mobile number.
_NOTATION = re.compile(r"\+?[0-9][0-9 ().\-]{4,30}", re.ASCII)
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_INDIA = 91

# ---- notations ---------------------------------------------------------------------------------

DIALLED: Final = r"(?:0|91|0091)?[6-9][0-9]{9}"  # an Indian mobile in digits alone
# In a provider's JSON. Its bank references have 12 digits, which are no telephone.
UNSPACED: Final = r"(?<!\d)(?:\+\d{10,15}|(?:91)?[6-9]\d{9})(?!\d)"
# As people write them into texts: 9876543210, +91 98765 43210, ९८७६५४३२१०, 0-98765-43210.
_WRITTEN = re.compile(r"(?<!\d)(?:\+?91[\s-]?|0[\s-]?)?[6-9]\d{4}[\s-]?\d{5}(?!\d)|\+[1-9]\d{6,14}")
_SIGNS = re.compile(r"[0-9+ ().\-]*", re.ASCII)
_MOBILE_LENGTH = 10
_SHOWN = 4


class Landline(ValueError):
    """A telephone number that receives no texts."""


class NoDigits(ValueError):
    """A text that is not a telephone number."""


def read(raw: str, region: str = "IN") -> str:
    """Return `raw` in E.164 if it can be a telephone that receives texts.

    `region` (ISO 3166) is the country of a number without `+`. An Indian number must be a mobile;
    of other countries any valid number is accepted, since many cannot be told apart. Raise
    ValueError with a sentence that says what is wrong.
    """
    bare = raw.strip()
    if _NOTATION.fullmatch(bare) is None:
        raise NoDigits("a telephone number is digits, as 9839012345 or +919839012345")
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        raise ValueError("not a telephone number of any country") from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError("no such telephone number: an Indian mobile has ten digits, first 6 to 9")
    if number.country_code == _INDIA and phonenumbers.number_type(number) not in _MOBILE:
        raise Landline("a landline receives no texts: give a mobile number")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def e164(raw: str, region: str = "IN") -> str | None:
    """Return what `read` returns, or None for what cannot receive texts."""
    try:
        return read(raw, region)
    except ValueError:
        return None


def mobile(digits: str) -> str:
    """Return `digits` as an Indian mobile number in E.164, or "" (ten digits, the first 6-9)."""
    return f"+91{digits[-_MOBILE_LENGTH:]}" if re.fullmatch(DIALLED, digits) else ""


def missing_digits(typed: str) -> int:
    """Return how many digits an Indian mobile lacks while it is typed; 0 for another country.

    Raise `NoDigits` for a sign that no telephone number has.
    """
    if not _SIGNS.fullmatch(typed):
        raise NoDigits("a telephone number is digits, as 9839012345 or +919839012345")
    if typed.startswith("+") and not "+91".startswith(typed[:3]):
        return 0
    digits = re.sub(r"\D", "", typed)
    national = digits[2:] if typed.startswith("+91") else digits.removeprefix("0")
    return max(0, _MOBILE_LENGTH - len(national))


def masked(phone: str) -> str:
    """Return `phone` (E.164) as it may be shown: country code and last digits, +91••••••3210."""
    try:
        country = f"+{phonenumbers.parse(phone).country_code}"
    except phonenumbers.NumberParseException:
        country = "+"
    return f"{country}••••••{phone[-4:]}"


def veiled(text: str) -> str:
    """Return `text` with all but the last digits of the telephone numbers in it hidden."""
    return _WRITTEN.sub(lambda found: "••••••" + found[0][-_SHOWN:], text)


def fingerprint(phone: str) -> str:
    """Return a name for `phone` where only sameness matters, such as a key in Valkey."""
    return blake2b(phone.encode(), digest_size=12).hexdigest()
