"""Article numbers: UPU S10 with India's country code, such as EU123456785IN.

Two letters, eight digits, a check digit, `IN`. python-stdnum has no S10: the check digit is here.
"""

from __future__ import annotations

import re

from india import signs

_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_SEPARATORS = re.compile(r"[\s\-]+")
_SHAPE = re.compile(r"([A-Z]{2})([0-9OI]{9})(IN)", re.IGNORECASE | re.ASCII)
_REPAIRS = str.maketrans("OI", "01")  # only among the digits: the letters may well be OI
_WIDE = frozenset(map(chr, (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))))
_LONGEST = 64


class WrongCheckDigit(ValueError):
    """An error of a number in the shape of an article number: one of its digits is wrong."""


def read(raw: str) -> str:
    """Return the article number in `raw`, as `EU123456785IN`.

    Any case, digits of any script, with spaces, dashes and whatever unseen is pasted along; O and I
    among the digits are read as 0 and 1. Raise ValueError with a sentence that says what is wrong.
    """
    if len(raw) > _LONGEST:
        raise ValueError("too long for an article number, which has 13 characters")
    bare = _SEPARATORS.sub("", signs.bare(raw))
    # "ſ", "ı" and "K" become Latin letters when they are folded; wide letters are meant as such.
    other = any(each.isalpha() and not each.isascii() and each not in _WIDE for each in raw)
    shape = _SHAPE.fullmatch(bare) if bare.isascii() and not other else None
    if shape is None:
        raise ValueError("an article number is two letters, nine digits and IN, as EU123456785IN")
    service, digits, country = (part.upper() for part in shape.groups())
    digits = digits.translate(_REPAIRS)
    if digits[8] != check_digit(digits[:8]):
        raise WrongCheckDigit("the check digit does not fit: one of the digits is wrong")
    return service + digits + country


def parse(raw: str) -> str | None:
    """Return what `read` returns, or None for what is not an article number."""
    try:
        return read(raw)
    except ValueError:
        return None


def check_digit(serial: str) -> str:
    """Return the ninth digit for eight digits (UPU S10: weights 8 6 4 2 3 5 9 7, modulo 11)."""
    rest = 11 - sum(w * int(d) for w, d in zip(_WEIGHTS, serial, strict=True)) % 11
    return {10: "0", 11: "5"}.get(rest, str(rest))


def last_digits(number: str) -> str:
    """Return the last four of the nine digits, which the postman says before the code is told."""
    return number[-6:-2]
