"""Telephone numbers: read in any notation, stored in E.164, shown masked.

libphonenumber decides which numbers are valid, India's numbering plan included.
"""

from __future__ import annotations

import re
from hashlib import blake2b

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

# libphonenumber also takes letters, "tel:" links and extensions: none of them is a mobile number.
_NOTATION = re.compile(r"\+?[0-9][0-9 ().\-]{4,30}", re.ASCII)
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_INDIA = 91
# As people write them into texts: 9876543210, +91 98765 43210, ९८७६५४३२१०, 0-98765-43210.
_WRITTEN = re.compile(r"(?<!\d)(?:\+?91[\s-]?|0[\s-]?)?[6-9]\d{4}[\s-]?\d{5}(?!\d)|\+[1-9]\d{6,14}")
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
