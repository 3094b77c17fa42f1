"""DLT: what is registered with the operators, what came back, and what they would drop."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from messages import dlt
from messages.catalogue import LANGUAGES, catalogue, read
from messages.check import check
from messages.dlt import Passage, ReturnedLine, difference, said, take
from web.commands.dlt import HOME
from web.commands.messages import messages as command

ID = "1107160000000012345"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HOME, tmp_path / "catalogue"))


def run(*words: str | Path) -> Result:
    return Flask("commands").test_cli_runner().invoke(command, [str(word) for word in words])


def written(path: Path, rows: Iterable[Iterable[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def sheet(folder: Path, language: str) -> list[dict[str, str]]:
    with (folder / f"dlt-{language}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_sheet_for_each_language_names_every_text_once(folder: Path, tmp_path: Path) -> None:
    into = tmp_path / "sheets"
    assert run("export-dlt", "--folder", folder, "--into", into).exit_code == 0
    for language in LANGUAGES:
        lines = sheet(into, language)
        assert {line["template"] for line in lines} == set(catalogue().templates)
        assert len({line["template name"] for line in lines}) == len(lines)
        assert {line["category"] for line in lines} == {"service implicit"}
    hindi = {line["template"]: line for line in sheet(into, "hi")}
    assert hindi["code"]["message type"] == "Unicode"
    english = {line["template"]: line for line in sheet(into, "en")}
    assert english["code"]["message type"] == "Text"
    assert english["code"]["template content"].startswith(
        "Code {#numeric#}. The postman must first say {#numeric#}. Pay Rs {#numeric#} only."
    )
    assert english["code"]["sample message"].startswith("Code 482913. The postman must first say")


def test_the_other_notation_has_the_tags_beside_the_text(folder: Path, tmp_path: Path) -> None:
    into = tmp_path / "sheets"
    run("export-dlt", "--folder", folder, "--into", into, "--notation", "var", "--language", "en")
    line = next(line for line in sheet(into, "en") if line["template"] == "booked")
    assert line["template content"].startswith("Post {#var#} is coming to you.")
    assert line["variable tags"] == "var1=#alphanumeric#"
    assert not (into / "dlt-hi.csv").exists()


def test_no_sample_is_what_the_variable_may_not_be() -> None:
    for template in catalogue().templates.values():
        for variable in template.variables:
            sample = variable.kind.sample
            typed: object = int(sample) if hasattr(variable.kind, "least") else sample
            assert variable.kind.admits(typed), variable.name


def test_ids_that_came_back_are_entered_with_the_sentence(folder: Path, tmp_path: Path) -> None:
    run("export-dlt", "--folder", folder, "--into", tmp_path, "--language", "hi")
    lines = sheet(tmp_path, "hi")
    rows = [["Template Name", "Template ID", "Template Content", "Status"]] + [
        [line["template name"], str(int(ID) + at), line["template content"], "Approved"]
        for at, line in enumerate(lines)
    ]
    comment = (folder / "dlt.toml").read_text(encoding="utf-8").splitlines()[0]
    done = run("import-dlt", written(tmp_path / "back.csv", rows), "--folder", folder)
    assert done.exit_code == 0, done.output
    after = read(folder)
    assert after.dlt.template_ids["code", "hi"] == rows[1 + list(after.templates).index("code")][1]
    assert after.dlt.template_ids["code", "en"] == ""
    assert (folder / "dlt.toml").read_text(encoding="utf-8").splitlines()[0] == comment
    assert check(after).problems == ()
    assert f"{2 * len(lines)} texts are not registered yet" in done.output


def test_a_text_that_changed_since_is_a_problem_and_is_exported_again(
    folder: Path, tmp_path: Path
) -> None:
    content = dlt.tagged(catalogue().template("booked"), catalogue().text("booked", "en"))
    rows = [["template name", "template id", "content"], ["booked_en", ID, content]]
    run("import-dlt", written(tmp_path / "back.csv", rows), "--folder", folder)
    path = folder / "en.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Post {article} is coming", "Your post {article} comes"), "utf-8")
    problems = check(read(folder)).problems
    assert (
        "booked, en: changed since it was registered: [-Post-] {+Your post+} {#alphanumeric#}"
        in problems[0]
    )
    run("export-dlt", "--folder", folder, "--into", tmp_path, "--language", "en", "--only-missing")
    assert "booked" in {line["template"] for line in sheet(tmp_path, "en")}


@pytest.mark.parametrize(
    ("returned", "problem"),
    [
        (ReturnedLine(2, "nobody_en", ID), "no text has this name"),
        (ReturnedLine(2, "booked_en", "1.10716E+18"), "may have rounded it"),
        (ReturnedLine(2, "booked_en", ""), "nothing is no template id"),
        (ReturnedLine(2, "booked_en", ID, status="Rejected"), "not approved: Rejected"),
        (ReturnedLine(2, "booked_en", ID, "Post {#var#} is on its way."), "{+coming to you."),
    ],
)
def test_what_cannot_be_entered_is_named(returned: ReturnedLine, problem: str) -> None:
    taken = take(catalogue(), [returned])
    assert taken.template_ids == {}
    assert problem in taken.problems[0]


def test_one_id_for_two_texts_and_one_text_with_two_ids_are_refused() -> None:
    twins = [ReturnedLine(2, "booked_en", ID), ReturnedLine(3, "booked_hi", ID)]
    assert take(catalogue(), twins).template_ids == {}
    two = [ReturnedLine(2, "booked_en", ID), ReturnedLine(3, "BOOKED_EN", "1107160000000054321")]
    assert "two ids" in take(catalogue(), two).problems[0]


def test_a_file_without_the_columns_says_which(folder: Path, tmp_path: Path) -> None:
    bad = run("import-dlt", written(tmp_path / "x.csv", [["name", "id"]]), "--folder", folder)
    assert bad.exit_code == 1
    assert "no column template name and no column template id" in bad.output
    rows = [["template name", "template id"], ["दरवाज़ा", ID]]
    utf16 = run("import-dlt", written(tmp_path / "y.csv", rows, "utf-16"), "--folder", folder)
    assert "is not UTF-8" in utf16.output


def test_what_operators_would_drop_is_said_one_by_one() -> None:
    problems = list(dlt.unregistered(catalogue()))
    assert problems[:2] == [
        "dlt.toml: the principal entity's id is missing",
        "dlt.toml: the header is missing",
    ]
    assert len(problems) == 2 + len(LANGUAGES) * len(catalogue().templates)
    whole = replace(
        catalogue().dlt,
        entity_id=ID,
        header="DAKIYA",
        template_ids={
            (name, language): ID for name in catalogue().templates for language in LANGUAGES
        },
    )
    assert list(dlt.unregistered(replace(catalogue(), dlt=whole))) == []


@pytest.mark.parametrize(
    ("registered", "sent", "expected"),
    [
        ("Code {#numeric#}. Pay", "Code ••••••. Pay", "Code ••••••. Pay"),
        ("Code #number#. Pay", "Code 482913. Pay", "Code 482913. Pay"),
        ("Post {#var#} comes", "Post EU123456785IN comes", "Post EU123456785IN comes"),
        ("Pay Rs {#numeric#} only", "Pay Rs ten only", "Pay Rs [-{#numeric#}-] {+ten+} only"),
        ("Post comes today", "Post comes", "Post comes [-today-]"),
        ("डाक {#alphanumeric#} आएगी", "डाक EU1 आयेगी", "डाक EU1 [-आएगी-] {+आयेगी+}"),
    ],
)
def test_the_difference_is_said_word_by_word(registered: str, sent: str, expected: str) -> None:
    assert said(difference(registered, sent)) == expected


def test_what_fits_is_one_part() -> None:
    assert difference("Pay Rs {#numeric#}", "Pay Rs 250") == (Passage("both", "Pay Rs 250"),)
