"""Telephone numbers: read in any notation, stored in E.164, shown masked (`india/masks.py`).

libphonenumber decides which numbers are valid, India's numbering plan included.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from india import signs

_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_INDIA = 91

# ---- notations ---------------------------------------------------------------------------------

# Within India a number has the trunk prefix 0; people keep it also after +91.
DIALLED: Final = r"(?:0|(?:00)?910?)?[6-9][0-9]{9}"  # an Indian mobile in digits alone
# In a provider's JSON. Its bank references have 12 digits, which are no telephone.
UNSPACED: Final = r"(?<!\d)(?:\+\d{10,15}|(?:91)?[6-9]\d{9})(?!\d)"
# libphonenumber also takes letters, "tel:" links and extensions: none of them is a mobile number.
_BETWEEN = re.compile(r"[ ().\-]")
_NUMBER = re.compile(r"\+?[0-9]{6,20}", re.ASCII)
_LONGEST = 64  # characters, with all that is pasted along
_SIGNS = re.compile(r"[0-9+ ().\-]*", re.ASCII)
_OWN = re.compile(r"\+91[0-9]{10}", re.ASCII)
_TRUNK = re.compile(r"\+910+", re.ASCII)
_MOBILE_LENGTH = 10
_WHAT_IT_IS = "a telephone number is digits, as 9839012345 or +919839012345"


class Landline(ValueError):
    """A telephone number that receives no texts."""


class NoDigits(ValueError):
    """A text that is not a telephone number."""


def read(raw: str, region: str = "IN") -> str:
    """Return `raw` in E.164 if it can be a telephone that receives texts.

    Digits of any script, dashes, dots and brackets between them, and whatever unseen is pasted
    along. `+91 0 98…` is the telephone `+91 98…`.
    `region` (ISO 3166) is the country of a number without `+`. An Indian number must be a mobile;
    of other countries any valid number is accepted, since many cannot be told apart. Raise
    ValueError with a sentence that says what is wrong.
    """
    if len(raw) > _LONGEST:
        raise NoDigits(_WHAT_IT_IS)
    bare = _BETWEEN.sub("", signs.bare(raw))
    if _NUMBER.fullmatch(bare) is None:
        raise NoDigits(_WHAT_IT_IS)
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
    bare = signs.bare(typed)
    if not _SIGNS.fullmatch(bare):
        raise NoDigits(_WHAT_IT_IS)
    bare = _BETWEEN.sub("", bare)
    if bare.startswith("+") and not "+91".startswith(bare[:3]):
        return 0
    national = bare.removeprefix("+91" if bare.startswith("+91") else "+").removeprefix("0")
    return max(0, _MOBILE_LENGTH - len(national))


def without_trunk(number: str) -> str:
    """Return `number` (E.164) without India's trunk prefix: +9109839… is no other telephone."""
    return _TRUNK.sub("+91", number, count=1)


def masked(phone: str) -> str:
    """Return `phone` (E.164) as it may be shown: country code and last digits, +91••••••3210."""
    if _OWN.fullmatch(phone):
        return f"+91••••••{phone[-4:]}"
    try:
        country = f"+{phonenumbers.parse(phone).country_code}"
    except phonenumbers.NumberParseException:
        country = "+"
    return f"{country}••••••{phone[-4:]}"


def fingerprint(phone: str) -> str:
    """Return a name for `phone` where only sameness matters, such as a key in Valkey."""
    return blake2b(phone.encode(), digest_size=12).hexdigest()


def national(raw: str) -> str:
    """Return a number with its country where it is written with the trunk zero, else `raw` bare.

    Also one that no plan knows, such as a carrier's own: 0 11 4000 1001 is +91 11 4000 1001.
    """
    bare = raw.strip()
    trunk = len(bare) == 11 and bare.isascii() and bare.isdigit() and bare.startswith("0")
    return f"+91{bare[1:]}" if trunk else bare
