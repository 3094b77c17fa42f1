"""The sheet for a native reader: all that is said, and his corrections, read back safely."""

from __future__ import annotations

import csv
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from messages import catalogue, review, screens, speech
from messages.check import check
from web.commands.review import MESSAGES

HINDI, ROMAN, ENGLISH = "Hindi should be", "Roman should be", "English should be"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the folder `messages`, to be changed."""
    made = tmp_path / "messages"
    for name in ("catalogue", "screens", "speech"):
        shutil.copytree(MESSAGES / name, made / name)
    return made


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["messages", "review", *map(str, arguments)])


def fill(
    app: Flask, copy: Path, sheet: Path, wishes: dict[tuple[str, str], dict[str, str]]
) -> None:
    """Write the sheet and fill in its columns, as a spreadsheet saves it."""
    assert run(app, sheet, "--folder", copy).exit_code == 0
    with sheet.open(encoding="utf-8-sig", newline="") as before:
        rows = list(csv.DictReader(before, dialect=dialect(sheet)))
    seen = set()
    for row in rows:
        seen.add((row["Kind"], row["Name"]))
        row |= wishes.get((row["Kind"], row["Name"]), {})
    assert wishes.keys() <= seen
    with sheet.open("w", encoding="utf-8-sig", newline="") as after:
        writer = csv.DictWriter(after, review.HEADINGS, dialect=dialect(sheet))
        writer.writeheader()
        writer.writerows(rows)


def dialect(sheet: Path) -> str:
    return "excel-tab" if sheet.suffix == ".tsv" else "excel"


def said(copy: Path, file: str) -> dict[str, Any]:
    return tomllib.loads((copy / file).read_text(encoding="utf-8"))


def everything(copy: Path) -> dict[str, str]:
    return {
        str(path.relative_to(copy)): path.read_text(encoding="utf-8")
        for path in sorted(copy.rglob("*.toml"))
    }


# ---- the sheet -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["all.csv", "all.tsv"])
def test_everything_that_is_said_is_on_it_side_by_side(
    app: Flask, tmp_path: Path, name: str
) -> None:
    sheet = tmp_path / name
    assert run(app, sheet).exit_code == 0
    with sheet.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened, dialect=dialect(sheet)))
    found = {(row["Kind"], row["Name"]): row for row in rows}
    assert len(found) == len(rows)
    texts, shown, spoken = catalogue.read(), screens.read(), speech.read()
    for template in texts.templates:
        row = found["text", template]
        assert row["Hindi"] == texts.texts["hi"][template]
        assert row["Roman"] == texts.texts["hi-Latn"][template]
        assert row["English"] == texts.texts["en"][template]
        assert {row[HINDI], row[ROMAN], row[ENGLISH], row["Remarks"]} == {""}
    for screen in shown.variables:
        assert found["screen", screen]["Hindi"] == shown.texts["hi"][screen]
    for word in shown.words["hi"]:
        assert found["word", word]["Roman"] == shown.words["hi-Latn"][word]
    for spoken_text, lines in spoken.texts["hi"].items():
        for number, line in enumerate(lines, 1):
            row = found["spoken", f"{spoken_text} {number}"]
            assert (row["Hindi"], row["Roman"]) == (line, "")
    assert found["digit", "7"]["English"] == "seven"
    assert found["warning", "person"]["Hindi"] in found["text", "booked"]["Hindi"]


SWAPPED = (
    "Is the code of {digits} to go to another phone? No more yours: send 3. It is mine: 1 {quote}."
    " Tell the code only to the postman at your door: no call, no link."
)

# ---- what comes back -----------------------------------------------------------------------------


def test_an_empty_sheet_changes_nothing(app: Flask, copy: Path, tmp_path: Path) -> None:
    before, sheet = everything(copy), tmp_path / "all.csv"
    fill(app, copy, sheet, {})
    done = run(app, sheet, "--read", "--apply", "--folder", copy)
    assert done.exit_code == 0, done.output
    assert "0 corrections" in done.output
    assert everything(copy) == before


def test_corrections_are_printed_first_and_made_when_asked(
    app: Flask, copy: Path, tmp_path: Path
) -> None:
    before, sheet = everything(copy), tmp_path / "all.tsv"
    was = said(copy, "catalogue/hi.toml")["nothing_waiting"]
    now = was.replace("अभी कोई डाक नहीं है", "आज कोई डाक नहीं है")
    resume = said(copy, "screens/hi.toml")["texts"]["resume"]
    fill(
        app,
        copy,
        sheet,
        {
            ("text", "nothing_waiting"): {HINDI: f" {now}  ", "Bhojpuri": "कवनो डाक नइखे"},
            ("screen", "resume"): {HINDI: resume.replace("पिछला", "पहले का").replace("\n", "\r\n")},
            ("spoken", "code 1"): {
                HINDI: "नमस्कार। यह डाकघर है।",
                ENGLISH: 'Hello. "Post office" here.',
            },
            ("digit", "6"): {HINDI: "छः"},
        },
    )
    done = run(app, sheet, "--read", "--sensitive", "--folder", copy)
    assert done.exit_code == 0, done.output
    assert "5 corrections, no problems" in done.output
    assert f"- {was} (" in done.output
    assert f"+ {now} (" in done.output
    assert "remark: text nothing_waiting, Bhojpuri: कवनो डाक नइखे" in done.output
    assert everything(copy) == before
    done = run(app, sheet, "--read", "--apply", "--sensitive", "--folder", copy)
    assert done.exit_code == 0, done.output
    assert said(copy, "catalogue/hi.toml")["nothing_waiting"] == now
    assert said(copy, "screens/hi.toml")["texts"]["resume"].startswith("पहले का")
    assert "\n1 " in said(copy, "screens/hi.toml")["texts"]["resume"]
    assert said(copy, "speech/hi.toml")["texts"]["code"][0] == "नमस्कार। यह डाकघर है।"
    assert said(copy, "speech/en.toml")["texts"]["code"][0] == 'Hello. "Post office" here.'
    assert said(copy, "speech/hi.toml")["digits"]["6"] == "छः"
    changed = [name for name, text in everything(copy).items() if text != before[name]]
    assert len(changed) == 4
    for name in changed:
        old, new = before[name].split("\n"), everything(copy)[name].split("\n")
        assert len(old) == len(new)
        assert sum(one != other for one, other in zip(old, new, strict=True)) <= 2
    again = run(app, sheet, "--read", "--folder", copy)
    assert again.exit_code == 1
    assert "changed since the sheet was written" in again.output


def test_a_corrected_warning_changes_every_text_that_has_it(
    app: Flask, copy: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "all.csv"
    was = said(copy, "catalogue/warnings.toml")["person"]["hi"]
    now = was.replace("दरवाज़े", "दरवाजे")
    fill(app, copy, sheet, {("warning", "person"): {HINDI: now}})
    done = run(app, sheet, "--read", "--apply", "--sensitive", "--folder", copy)
    assert done.exit_code == 0, done.output
    texts = catalogue.read(copy / "catalogue")
    assert check(texts).problems == ()
    concerned = [name for name, each in texts.templates.items() if each.audience == "person"]
    assert all(now in texts.texts["hi"][name] for name in concerned)
    assert not any(was in text for text in texts.texts["hi"].values())
    assert now in speech.read(copy / "speech").texts["hi"]["code"]


@pytest.mark.parametrize(
    ("line", "column", "wish", "says"),
    [
        (("text", "booked"), HINDI, "आपकी डाक आएगी।", "the warning for person is missing"),
        (("text", "nothing_waiting"), ENGLISH, None, "segments"),
        (("text", "denied"), ROMAN, "{article}", "its variables are"),
        (("text", "nothing_waiting"), ROMAN, "– नहीं", "GSM-7"),
        (("text", "move_asked"), ENGLISH, SWAPPED, "in their order"),
        (("warning", "person"), ENGLISH, "Tell the code to anyone.", "--sensitive"),
        (("digit", "1"), ENGLISH, "two", "--sensitive"),
        (("text", "denied"), ENGLISH, "a\x07b", "cannot be shown"),
        (("text", "denied"), ENGLISH, "a\nb", "a line break"),
        (("screen", "noted"), ENGLISH, "x" * 161, "noted"),
        (("spoken", "code 1"), ROMAN, "Namaste.", "nothing is said there"),
        (("spoken", "code 4"), ENGLISH, "Your code comes.", "the code is said 1 times"),
    ],
)
def test_what_may_not_be_said_is_refused_and_nothing_is_changed(
    app: Flask, copy: Path, tmp_path: Path, line: tuple[str, str], column: str,
    wish: str | None, says: str,
) -> None:  # fmt: skip
    before, sheet = everything(copy), tmp_path / "all.csv"
    text = wish or "very " * 40 + said(copy, "catalogue/en.toml")["nothing_waiting"]
    fine = said(copy, "catalogue/hi.toml")["nothing_waiting"].replace("अभी", "आज")
    wishes = {("text", "nothing_waiting"): {HINDI: fine}}
    wishes[line] = wishes.get(line, {}) | {column: text}
    fill(app, copy, sheet, wishes)
    done = run(app, sheet, "--read", "--apply", "--folder", copy)
    assert done.exit_code == 1
    assert says in done.output
    assert "nothing was changed" in done.output
    assert everything(copy) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\n1,2\n",
        b"\xff\xfe\x00",
        "Kind,Name\nक,ख\n".encode(),
        b"\x00" * 100,
        b"x" * 5_000_000,
    ],
)
def test_what_is_no_sheet_is_refused(
    app: Flask, copy: Path, tmp_path: Path, content: bytes
) -> None:
    sheet = tmp_path / "no.csv"
    sheet.write_bytes(content)
    done = run(app, sheet, "--read", "--apply", "--folder", copy)
    assert done.exit_code == 1, done.output
    assert not isinstance(done.exception, UnicodeDecodeError)
    assert run(app, sheet, "--apply").exit_code == 2
    assert run(app, tmp_path / "absent.csv", "--read").exit_code == 1


def test_a_line_that_is_not_ours_is_named(app: Flask, copy: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "all.csv"
    fill(app, copy, sheet, {})
    with sheet.open("a", encoding="utf-8", newline="") as more:
        csv.writer(more).writerow(["text", "no_such", "", "a", "b", "c", "d", "", "", "", ""])
    done = run(app, sheet, "--read", "--folder", copy)
    assert done.exit_code == 1
    assert "text no_such: nothing is called so" in done.output


@pytest.mark.parametrize(
    "text", ["", '[texts]\ncode = "x"', 'code = """\nx"""', 'code = "a"\ncode = "b"']
)
def test_a_file_without_that_line_is_left_alone(text: str) -> None:
    with pytest.raises(review.NoSuchPlace):
        review.patched(text, "", "code", "y")
