"""The catalogue and the flows name each other; every text in every language is fit to be said."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from conversation import accounts
from flows import machines
from messages.catalogue import CHECK, CODE, LANGUAGES, QUOTE, SHOWN, catalogue
from messages.check import longest
from messages.render import CODE_MASK, fill_check, fill_code, fill_quote, render
from messages.values import Number
from outbox import probing
from tests.rigs.told import nothing_in

_DECLARED = {
    (machine.name, template)
    for machine in machines.ALL.values()
    for transition in machine.transitions
    for template in transition.says
}
_STAFF = {"postman", "office", "new_phone", "offer"}
_TEMPLATES = "messages/catalogue/templates.toml"
# Said without a machine: nobody answers news of an account.
_OF_ACCOUNTS = {*accounts.TEXTS.values(), accounts.PHONE_CHANGED}
_TOO_MUCH = {"flood", "staff_flood"}  # said where no conversation is turned to any more


def test_every_text_that_a_machine_may_say_is_in_the_catalogue_and_the_other_way_round() -> None:
    known = set(catalogue().templates)
    said = {template for _, template in _DECLARED} | _OF_ACCOUNTS | _TOO_MUCH
    said |= {catalogue().templates[each].free for each in said & known}
    said |= {catalogue().templates[each].checked for each in said & known}
    said |= {catalogue().templates[each].late for each in said & known}  # by some carriers
    said.add(probing.TEMPLATE)  # to telephones of our own
    nothing_in(
        f"{_TEMPLATES}: {template} is missing, which machine {machine} may say"
        for machine, template in sorted(_DECLARED)
        if template not in known
    )
    nothing_in(f"{_TEMPLATES}: no machine says {template}" for template in sorted(known - said))


@pytest.mark.parametrize(
    ("machine", "template"),
    # A status is for whoever asks.
    sorted(
        (machine, template)
        for machine, template in _DECLARED
        if template in catalogue().templates and not template.startswith("status_")
    ),
)
def test_a_text_warns_whom_it_is_said_to(machine: str, template: str) -> None:
    audience = catalogue().template(template).audience
    expected = "window" if template == "window_code" else "person"
    assert audience == ("staff" if machine in _STAFF else expected)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_rendered_with_its_longest_values_as_the_check_counts_it(
    language: str,
) -> None:
    # Texts that are missing are told by test_check.py, with file and name.
    names = [name for name in catalogue().templates if name in catalogue().texts.get(language, {})]
    assert names
    nothing_in(f"{name}: {wrong}" for name in names for wrong in _wrong(name, language))


def _wrong(template: str, language: str) -> Iterator[str]:
    entry = catalogue().template(template)
    values = {
        variable.name: variable.kind.most
        if isinstance(variable.kind, Number)
        else variable.kind.longest
        for variable in entry.variables
        if variable.name not in (CODE, QUOTE, CHECK)
    }
    checked = CHECK in {variable.name for variable in entry.variables}
    if checked:
        values[CHECK] = SHOWN
    rendered = render(template, language, values)
    text = rendered.text
    if CODE in {variable.name for variable in entry.variables}:
        text = fill_code(text, "99999999")
    if QUOTE in {variable.name for variable in entry.variables}:
        text = fill_quote(text, "99")
    if checked:
        text = fill_check(text, "999")
    counted = longest(entry, catalogue().text(template, language), language)
    if text != counted:
        yield f"{text!r}, and the check counts {counted!r}"
    if CODE_MASK in text:
        yield f"a code is not filled in: {text!r}"
    if not text.endswith(catalogue().warning(template, language)):
        yield f"it does not end with the warning: {text!r}"
    if re.search(r"[{}]|  |^ | $", text):
        yield f"a brace or a space too many: {text!r}"


def test_what_carries_a_code_goes_first() -> None:
    carrying = {
        name: entry.lane
        for name, entry in catalogue().templates.items()
        if any(variable.name == CODE for variable in entry.variables)
    }
    names = (
        "code", "code_free", "code_newest", "code_free_newest", "refusal_code", "window_code",
        "window_code_free", "code_free_check", "code_free_check_newest",
    )  # fmt: skip
    assert carrying == dict.fromkeys(names, "code")


@pytest.mark.parametrize(
    ("hindi", "wrong"),
    [
        ("मैसेज", r"संदेश|मेसेज|मैसेज़"),
        ("भेजें", r"प्रेषित|भेजे(?![ंजिा])"),
        ("डाकिया", r"पोस्टमैन|वितरक"),
        ("रुपये", r"रुपए|रूपये|₹|रु\."),
        ("दरवाज़े", r"दरवाजे|दरवाज़ा पर"),
        ("कोड", r"ओटीपी|OTP|कूट"),
        ("डाक", r"प्रेषण|वस्तु|आर्टिकल|पार्सल"),
    ],
)
def test_one_word_and_one_spelling_for_one_thing(hindi: str, wrong: str) -> None:
    texts = dict(catalogue().texts["hi"])
    assert any(hindi in text for text in texts.values())
    for name in ("office_exception_parcel", "office_number_parcel"):  # the class of the article
        del texts[name]
    assert [name for name, text in texts.items() if re.search(wrong, text)] == []
