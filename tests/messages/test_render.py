"""The renderer: every template with its longest values, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.catalogue import (
    CHECK,
    CODE,
    LANGUAGES,
    QUOTE,
    SHOWN,
    CatalogueError,
    Language,
    catalogue,
)
from messages.check import BUDGET
from messages.render import CODE_MASK, Rendered, fill_check, fill_code, fill_quote, render
from messages.segments import Segments, count
from messages.values import KINDS, Number
from messages.worded import in_text
from tests.rigs.told import nothing_in


def longest_values(template: str) -> dict[str, int | str]:
    return {
        variable.name: (
            variable.kind.most if isinstance(variable.kind, Number) else variable.kind.longest
        )
        for variable in catalogue().template(template).variables
        if variable.name not in (CODE, QUOTE, CHECK)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_with_its_longest_values_is_within_budget(language: Language) -> None:
    nothing_in(
        f"{template}: {wrong}"
        for template in catalogue().templates
        for wrong in _wrong(template, language)
    )


def _wrong(template: str, language: Language) -> Iterator[str]:
    values = longest_values(template)
    names = [variable.name for variable in catalogue().template(template).variables]
    shown = {CHECK: SHOWN} if CHECK in names else {}
    rendered = render(template, language, {**values, **shown})
    holds_code = CODE in names
    sent = fill_code(rendered.text, "99999999") if holds_code else rendered.text
    if QUOTE in names:
        sent = fill_quote(sent, "99")
    if CHECK in names:
        sent = fill_check(sent, "999")
    if rendered.text.count(CODE_MASK) != holds_code:
        yield f"{rendered.text.count(CODE_MASK)} masks of a code"
    if (counted := count(sent)).segments > BUDGET[language]:
        yield f"{counted.segments} segments"
    if catalogue().warning(template, language) not in sent:
        yield "the warning is missing"
    yield from (
        f"{value} is not in it"
        for name, value in values.items()
        if in_text(name, value, language) not in sent
    )
    if "{" in sent:
        yield f"a value is missing: {sent!r}"


def test_the_three_digits_of_a_slip_are_shown_where_nothing_is_to_be_paid_alone() -> None:
    usual: dict[str, int | str] = {"digits": "6785", "amount": 0}
    shown = render("code", "en", {**usual, CHECK: SHOWN})
    assert "No network? Then ▫▫▫ too." in shown.text
    assert shown.template == "code"
    assert "▫" not in render("code", "en", usual).text
    assert "Then 417 too." in fill_check(shown.text, "417")
    for bad in ({**usual, CHECK: "417"}, {**usual, "amount": 500, CHECK: SHOWN}):
        with pytest.raises(CatalogueError):
            render("code", "en", bad)
    for text, check in ((shown.text, "41"), (shown.text, "41x"), ("no place", "417")):
        with pytest.raises(ValueError, match="digits"):
            fill_check(text, check)


def test_a_text_is_filled_in() -> None:
    assert render("left", "en", {"count": 12, "serial": 7}) == Rendered(
        "left",
        "en",
        "12 items left, next is 7. Ask for the code only at the door, not by phone or link.",
        Segments("GSM-7", 82, 82, 1),
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", [name for name, each in catalogue().templates.items() if each.free]
)
def test_nothing_to_pay_is_said_in_words(name: str, language: str) -> None:
    """ "Pay Rs 0 only" was read as a sum: callers live from such."""
    free = render(name, language, {"digits": "6785", "amount": 0})
    paid = render(name, language, {"digits": "6785", "amount": 850})
    assert free.template == paid.template == name
    assert re.search(r"(?<!\d)0(?!\d)|Rs|रुपये", free.text) is None
    assert re.search(r"Rs 850|850 रुपये", paid.text)


def test_a_code_is_masked_and_counted_as_its_six_digits() -> None:
    rendered = render("code", "en", {"digits": "6785", "amount": 0})
    sent = fill_code(rendered.text, "482913")
    assert rendered.text.startswith(f"Code {CODE_MASK}.")
    assert sent.startswith("Code 482913.")
    assert rendered.segments == count(sent)
    assert rendered.segments.encoding == "GSM-7"


@pytest.mark.parametrize(
    ("template", "language", "values", "names"),
    [
        ("nonsense", "en", {}, "nonsense"),
        ("left_none", "fr", {}, "fr"),
        ("left", "en", {"count": 3}, "serial"),
        ("left", "en", {"count": 3, "serial": 1, "digits": "6785"}, "digits"),
        ("code", "en", {"digits": "6785", "amount": 0, "code": "482913"}, "code"),
    ],
)
def test_what_the_catalogue_does_not_have_is_refused(
    template: str, language: str, values: Mapping[str, int | str], names: str
) -> None:
    with pytest.raises(CatalogueError, match=names) as refused:
        render(template, language, values)
    assert "482913" not in str(refused.value)


@pytest.mark.parametrize(
    ("template", "values", "allowed"),
    [
        ("not_on_list", {"serial": 1000}, "serial must be a whole number from 0 to 999"),
        ("not_on_list", {"serial": -1}, "serial must be"),
        ("not_on_list", {"serial": "7"}, "serial must be"),
        ("not_on_list", {"serial": True}, "serial must be"),
        ("not_on_list", {"serial": 7.0}, "serial must be"),
        ("approach_many", {"count": 1000}, "count must be"),
        ("wrong_code", {"serial": 7, "tries": 10}, "tries must be a whole number from 0 to 9"),
        ("out_plain", {"digits": "6785", "amount": 50001}, "amount must be"),
        ("out_plain", {"digits": "6785", "amount": "10"}, "amount must be"),
        ("out_plain", {"digits": "678", "amount": 0}, "digits must be four digits"),
        ("out_plain", {"digits": "६७८५", "amount": 0}, "digits must be"),
        ("out_plain", {"digits": "6785\n", "amount": 0}, "digits must be"),
        ("out_plain", {"digits": 6785, "amount": 0}, "digits must be"),
        ("remark_unknown", {"remark": 9}, "remark must be a whole number from 10 to 99"),
        ("remark_unknown", {"remark": 100}, "remark must be"),
        ("booked", {"article": "EU123456785"}, "article must be an article number"),
        ("booked", {"article": "eu123456785in"}, "article must be"),
        ("booked", {"article": "bit.ly/x"}, "article must be"),
    ],
)
def test_a_value_of_another_kind_is_refused(
    template: str, values: Mapping[str, int | str], allowed: str
) -> None:
    with pytest.raises(CatalogueError, match=f"{template}: {allowed}"):
        render(template, "en", values)


def test_a_refusal_does_not_show_the_value() -> None:
    """A code that was given in the wrong place must not end in a log."""
    with pytest.raises(CatalogueError) as refused:
        render("out_plain", "en", {"digits": "482913", "amount": 0})
    assert "482913" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no place for it", "482913"),
        (f"{CODE_MASK} and {CODE_MASK}", "482913"),
        (CODE_MASK, "482"),
        (CODE_MASK, "482913482"),
        (CODE_MASK, "48291x"),
        (CODE_MASK, "४८२९१३"),
        (CODE_MASK, "482913\n"),
    ],
)
def test_a_code_that_cannot_be_filled_in_is_refused_unseen(text: str, code: str) -> None:
    with pytest.raises(ValueError) as refused:
        fill_code(text, code)
    assert code not in str(refused.value)


@given(st.from_regex(r"[0-9]{4,8}", fullmatch=True).filter(str.isascii))
def test_a_code_stands_where_its_mask_stood(code: str) -> None:
    assert fill_code(f"Code {CODE_MASK}. Pay", code) == f"Code {code}. Pay"


@given(st.sampled_from(sorted(KINDS)), st.one_of(st.integers(), st.booleans(), st.text()))
def test_what_a_kind_admits_is_never_longer_than_its_longest(name: str, value: object) -> None:
    kind = KINDS[name]
    if kind.admits(value):
        assert len(str(value)) <= len(kind.longest)
        assert not isinstance(value, bool)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_admits_its_longest(name: str) -> None:
    kind = KINDS[name]
    assert kind.admits(kind.most if isinstance(kind, Number) else kind.longest)
