"""Every notation in which a telephone is written, pasted or dialled, from one generator."""

from __future__ import annotations

import phonenumbers
from hypothesis import strategies as st

SCRIPTS = ("0", "०", "০", "٠", "௦", "０", "𝟎")  # the zero of each; its nine follow
BETWEEN = (" ", "-", ".", "(", ")", "\u00a0", "\u2009", "\u2011", "\u2013", "\u2212", "（")
UNSEEN = ("\u200b", "\u200d", "\u200e", "\u202a", "\u202c", "\u2066", "\u00ad", "\ufeff", "\u3164")
PREFIXES = ("", "0", "91", "+91", "0091", "+910", "910", "00910", "+91 0", "91-", "(+91)", "＋91")


def written(digits: str, script: str) -> str:
    """`digits` in the digits of `script`, given by its zero."""
    return "".join(chr(ord(script) + int(each)) if each.isdigit() else each for each in digits)


@st.composite
def indian(draw: st.DrawFn) -> str:
    """A mobile of India in some notation."""
    national = draw(st.sampled_from("6789")) + draw(st.text("0123456789", min_size=9, max_size=9))
    return draw(spread(draw(st.sampled_from(PREFIXES)) + national))


@st.composite
def foreign(draw: st.DrawFn) -> str:
    """A number of another country, which every country's plan gives an example of."""
    country = draw(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
    kind = draw(st.sampled_from([phonenumbers.PhoneNumberType.MOBILE, None]))
    example = (
        phonenumbers.example_number(country)
        if kind is None
        else phonenumbers.example_number_for_type(country, kind)
    )
    if example is None:
        return draw(indian())
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    return draw(spread(draw(st.sampled_from(["+", "00"])) + number[1:]))


@st.composite
def spread(draw: st.DrawFn, digits: str) -> str:
    """`digits` in some script, with signs and unseen characters between them."""
    script = draw(st.sampled_from(SCRIPTS))
    gaps = st.lists(st.sampled_from(BETWEEN + UNSEEN), max_size=2).map("".join)
    few = st.one_of(st.just(""), st.just(""), st.just(""), gaps)
    return "".join(written(each, script) + draw(few) for each in digits)


telephones = st.one_of(indian(), indian(), foreign())
