"""The check: the real catalogue passes, and each way of breaking one is named."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

import messages.catalogue
from messages.catalogue import (
    LANGUAGES,
    Catalogue,
    CatalogueError,
    Dlt,
    Language,
    Template,
    Variable,
    catalogue,
    read,
)
from messages.check import TextRow, check
from messages.segments import Segments
from messages.values import KINDS, Word
from tests.rigs.told import nothing_in
from web.commands.messages import messages as command

REAL = Path(messages.catalogue.__file__).parent / "catalogue"
WARNING = {"en": "At the door.", "hi-Latn": "Darwaze par.", "hi": "दरवाज़े पर।"}


def one(
    text: str = "Hello {serial} there. At the door.",
    language: Language = "en",
    variables: Sequence[str] = ("serial",),
    reason: str = "",
    others: Mapping[str, str] | None = None,
) -> Catalogue:
    """A catalogue of one template, sound but for what is given."""
    filler = " x ".join(f"{{{name}}}" for name in variables)
    texts = {name: f"Ram {filler} Ram Ram. {WARNING[name]}" for name in LANGUAGES}
    return Catalogue(
        templates={
            "greeting": Template(
                "greeting",
                "person",
                "reply",
                3600,
                tuple(Variable(name, KINDS[name]) for name in variables),
                reason,
            )
        },
        texts={name: {"greeting": t} for name, t in {**texts, language: text}.items()},
        sentences={"person": WARNING},
        dlt=Dlt("", "", "service implicit", {("greeting", name): "" for name in LANGUAGES}),
    )


def test_the_catalogue_of_this_service_has_no_problem() -> None:
    report = check(catalogue())
    nothing_in(f"messages/catalogue: {problem}" for problem in report.problems)
    assert len(report.rows) == len(catalogue().templates) * len(LANGUAGES)
    assert all(row.warns for row in report.rows)


def test_a_row_tells_the_worst_case() -> None:
    row = check(one()).rows[0]
    assert row == TextRow("greeting", "en", Segments("GSM-7", 29, 29, 1), ("serial",), True)


@pytest.mark.parametrize("number", ["1930", "18002666868", "1800-266-6868"])
def test_the_official_numbers_may_be_said(number: str) -> None:
    assert check(one(f"Hello {{serial}}, call {number}. At the door.")).problems == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Hello {serial} there.", "the warning for person is missing"),
        ("Hello {serial} there. AT THE DOOR.", "the warning for person is missing"),
        ("See https://x {serial}. At the door.", "link"),
        ("See indiapost.gov.in now {serial}. At the door.", "link"),
        ("See bit.ly/x {serial}. At the door.", "link"),
        ("Pay upi:pay now {serial}. At the door.", "link"),
        ("See {serial}.com now. At the door.", "link"),
        ("See डाक.भारत {serial}. At the door.", "link"),
        ("Dial *21# {serial}. At the door.", "code to dial"),
        ("Dial ##002# {serial}. At the door.", "code to dial"),
        ("Dial *401*{serial}# now. At the door.", "code to dial"),
        ("Hello there, you. At the door.", "its variables are none; templates.toml says serial"),
        ("Hi {serial} x {name} there. At the door.", "its variables are serial, name; templates"),
        ("Hi {serial} x {serial} there. At the door.", "its variables are serial, serial;"),
        ("Hi {serial} and {Digits} there. At the door.", "a brace stands alone"),
        ("Hello {serial} “there”. At the door.", "outside of GSM-7"),
        ("Pay ₹ 5 for {serial}. At the door.", "money is Rs"),
        ("Hello {serial} ७ there. At the door.", "digits are 0-9"),
        ("Call 9839012345 for {serial}. At the door.", "the number 9839012345 is not"),
        ("Call 98390 12345 for {serial}. At the door.", "the number 98390 12345 is not"),
        ("Call 1930-1 for {serial}. At the door.", "the number 1930-1 is not"),
        ("Hello {serial} " + "x" * 200 + ". At the door.", "2 segments with the longest values, 1"),
    ],
)
def test_each_fault_of_a_text_is_named(text: str, problem: str) -> None:
    problems = check(one(text)).problems
    assert any(problem in found for found in problems), problems
    assert all(found.startswith("greeting, en: ") for found in problems)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_budget_of_each_language_holds(language: Language) -> None:
    warning = WARNING[language]
    budget = {"en": 160, "hi-Latn": 160, "hi": 134}[language]
    room = budget - len(f"x  999. {warning}")
    letter = "क" if language == "hi" else "x"
    full = f"x {letter * room} {{serial}}. {warning}"
    assert check(one(full, language)).problems == ()
    (problem,) = check(one(full.replace("x ", "xx ", 1), language)).problems
    assert "segments with the longest values" in problem


def test_hindi_is_spared_gsm7_but_not_devanagari_digits() -> None:
    assert check(one("नमस्ते {serial} जी, नमस्ते। दरवाज़े पर।", "hi")).problems == ()
    (problem,) = check(one("नमस्ते {serial} जी, ७। दरवाज़े पर।", "hi")).problems
    assert problem == "greeting, hi: digits are 0-9 and money is Rs"


def test_a_letter_has_one_composition_only() -> None:
    """Two ways to write ज़ look the same and are two texts to an operator."""
    odd = one("नमस्ते {serial} जी, \u095bरा रुकें। दरवाज़े पर।", "hi")
    (problem,) = check(odd).problems
    assert "not NFC" in problem
    assert check(one("नमस्ते {serial} जी, ज\u093cरा रुकें। दरवाज़े पर।", "hi")).problems == ()


THREE = ("serial", "digits", "amount")
THREE_TEXT = "Item {serial} ends {digits} pay {amount}. At the door."


def test_a_third_variable_needs_a_recorded_reason() -> None:
    (problem,) = check(one(THREE_TEXT, variables=THREE)).problems
    assert "more than 2 variables need a recorded reason" in problem
    assert check(one(THREE_TEXT, variables=THREE, reason="the law asks for it")).problems == ()


@pytest.mark.parametrize("gap", ["", " ", ", ", " - ", ": ", " / "])
def test_variables_stand_apart(gap: str) -> None:
    text = f"Item here {{serial}}{gap}{{digits}}. At the door."
    assert (
        "greeting, en: two variables stand next to each other"
        in check(one(text, variables=("serial", "digits"))).problems
    )
    apart = f"Item here {{serial}} or{gap} {{digits}}. At the door."
    assert check(one(apart, variables=("serial", "digits"))).problems == ()


def test_at_least_thirty_in_a_hundred_are_fixed_text() -> None:
    """12 characters of warning and 2 more, against 2 x 13 of variables: 35 %; less is refused."""
    enough = one("{article} a {article}At the door.", variables=("article", "article"))
    assert check(enough).problems == ()
    short = {"person": {**WARNING, "en": "Door."}}
    little = one("{article} a {article}Door.", variables=("article", "article"))
    (problem,) = check(replace(little, sentences=short)).problems
    assert problem == "greeting, en: less than 30% of it is fixed text"


@pytest.mark.parametrize(
    "kind",
    [
        Word(r".+", "a date", "14-AUG", "alphanumeric", "1"),
        Word(r".+", "a long word", "x" * 41, "alphanumeric", "1"),
        Word(r".+", "a Hindi word", "डाक", "alphanumeric", "1"),
        Word(r".+", "a letter", "7A", "numeric", "1"),
        Word(r".+", "Devanagari digits", "७", "numeric", "1"),
    ],
)
def test_what_dlt_would_not_take_as_a_variable_is_named(kind: Word) -> None:
    sound = one()
    template = replace(sound.templates["greeting"], variables=(Variable("serial", kind),))
    problems = check(replace(sound, templates={"greeting": template})).problems
    assert f"greeting: serial can be what DLT does not take as #{kind.dlt}#: {kind.longest}" in (
        problems
    )


def test_a_missing_language_a_stray_text_and_a_missing_dlt_line_are_named() -> None:
    sound = one()
    without = {name: texts for name, texts in sound.texts.items() if name != "hi"}
    assert check(replace(sound, texts=without)).problems == (
        "greeting, hi: the text is missing in hi.toml",
    )
    stray = {**sound.texts, "en": {**sound.texts["en"], "gone": "x"}}
    assert check(replace(sound, texts=stray)).problems == (
        "gone, en: templates.toml does not know it",
    )
    ids = {("greeting", "en"): "", ("greeting", "hi"): "", ("gone", "hi"): ""}
    assert check(replace(sound, dlt=replace(sound.dlt, template_ids=ids))).problems == (
        "greeting, hi-Latn: dlt.toml has no line for it (an empty one will do)",
        "gone: dlt.toml has it, templates.toml does not",
    )


def test_an_audience_without_a_warning_is_named() -> None:
    problems = check(replace(one(), sentences={})).problems
    assert problems == tuple(
        f"greeting, {language}: the warning for person is missing" for language in LANGUAGES
    )


# ---- files that a translator edits ---------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A translator's copy of the catalogue."""
    return Path(shutil.copytree(REAL, tmp_path / "catalogue"))


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("en.toml", 'booked = "', "booked = ", "en.toml: "),
        ("en.toml", 'booked = "', 'left = "x"\nbooked = "', "en.toml: "),
        ("hi.toml", 'booked = "', 'zero = 5\nbooked = "', "hi.toml: zero must be a text"),
        ("warnings.toml", 'en = "', 'fr = 5\nen = "', "warnings.toml: person.fr must be a text"),
        ("warnings.toml", "[person]", 'x = "y"\n[person]', "warnings.toml: x must be a table"),
        ("templates.toml", '"article"', '"parcel"', "booked: no variable is called parcel"),
        ("templates.toml", '"bulk"', '"slow"', "booked: no lane is called slow"),
        ("templates.toml", "86400", '"a day"', "booked: lifetime must be whole seconds"),
        ("templates.toml", "86400", "0", "booked: lifetime must be whole seconds"),
        ("templates.toml", "lifetime = 86400", "", "booked: "),
        ("templates.toml", "lifetime", "lifetimes", "booked: "),
        ("dlt.toml", "[entity]", "[entities]", "dlt.toml: 'entity' is missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    folder: Path, file: str, old: str, new: str, says: str
) -> None:
    rewrite(folder / file, old, new)
    with pytest.raises(CatalogueError, match=says):
        read(folder)


@pytest.mark.parametrize("file", ["templates.toml", "warnings.toml", "dlt.toml"])
def test_a_file_that_is_not_there_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(CatalogueError, match=f"{file}: No such file"):
        read(folder)


@pytest.fixture
def flask() -> FlaskCliRunner:
    app = Flask(__name__)
    app.cli.add_command(command)
    return app.test_cli_runner()


def test_the_command_prints_every_text_and_is_content(flask: FlaskCliRunner) -> None:
    done = flask.invoke(args=["messages", "check"])
    nothing_in(line for line in done.output.splitlines() if line.startswith("problem: "))
    assert done.exit_code == 0, done.output
    for template in catalogue().templates:
        assert done.output.count(f"\n{template} ") == len(LANGUAGES)
    assert done.output.endswith("texts, no problems\n")


def test_the_command_names_the_problems_of_a_copy_and_fails(
    flask: FlaskCliRunner, folder: Path
) -> None:
    rewrite(folder / "en.toml", "Nothing to take back.", "See x.com now.")
    failed = flask.invoke(args=["messages", "check", "--folder", str(folder)])
    assert failed.exit_code == 1
    assert "problem: nothing_to_undo, en: it has a link" in failed.output
    assert "problems found: 1, see above" in failed.output


def test_the_command_says_where_a_file_is_broken(flask: FlaskCliRunner, folder: Path) -> None:
    rewrite(folder / "en.toml", 'booked = "', "booked = ")
    failed = flask.invoke(args=["messages", "check", "--folder", str(folder)])
    assert failed.exit_code == 1
    assert "Error: en.toml: " in failed.output
