"""Names are printed in the scripts of India; what has no font is spelt, and that is said."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paper import slip as slips
from paper.content import LANGUAGES, Language
from paper.pdf import PdfDocument, Style
from paper.receipt import receipt
from paper.scripts import SCRIPTS, Script, clusters, family, file, printable, runs
from tests.paper.test_layout import POSTED, RECEIPT, WAYS, carried
from tests.rigs.paper import Sheet, sheets

NAMES: dict[Script, str] = {
    "Beng": "রামপ্রসাদ চট্টোপাধ্যায়",
    "Guru": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "Gujr": "શ્રી પટેલ",
    "Orya": "ଶ୍ରୀ ଜଗନ୍ନାଥ",
    "Taml": "முத்துக்குமார் சுப்பிரமணியன்",
    "Telu": "శ్రీనివాస్ రెడ్డి",
    "Knda": "ಕೃಷ್ಣಮೂರ್ತಿ",
    "Mlym": "ശ്രീകുമാർ നായർ",
    "Arab": "محمد اسلم خان",
}
STYLE = Style(9)


def test_every_script_has_its_font_in_both_weights() -> None:
    assert set(NAMES) == set(SCRIPTS) - {"Latn", "Deva"}
    assert all(file(family(each), "Regular").exists() for each in SCRIPTS)
    assert all(file(family(each), "Bold").exists() for each in SCRIPTS)


@pytest.mark.parametrize(("script", "name"), NAMES.items())
def test_a_name_is_printed_in_its_own_script(script: Script, name: str) -> None:
    assert printable(name) == (unicodedata.normalize("NFC", name), False)
    assert {run.script for run in runs(name)} == {script}
    pdf = PdfDocument("", "en")
    # Shaped: narrower than its letters one by one, which signs without a font are not.
    assert 0 < pdf.width(name, STYLE) < sum(pdf.width(each, STYLE) for each in name)
    assert not pdf.respelt


@pytest.mark.parametrize("name", NAMES.values())
def test_it_is_on_the_receipt_and_the_slip(name: str) -> None:
    def printed(recipient: str) -> list[Sheet]:
        posted = replace(POSTED, recipient_name=recipient)
        carrying = replace(carried(1), postman=recipient)
        return [
            *sheets(receipt(replace(RECEIPT, posted=(posted,)), WAYS, "80mm", "en", 0)),
            *sheets(slips.slip(carrying, "en")),
        ]

    for with_name, without in zip(printed(name), printed(""), strict=True):
        assert _dark(with_name) - _dark(without) > 200
        assert "there is no font" not in with_name.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_no_font_is_spelt_in_latin_letters_and_that_is_said(language: Language) -> None:
    posted = replace(POSTED, recipient_name="Иван Петров")
    (sheet,) = sheets(receipt(replace(RECEIPT, posted=(posted,)), WAYS, "a4", language, 0))
    assert "[Ivan Petrov]" in sheet.text
    one = carried(1)
    named = replace(one, carried=(replace(one.carried[0], recipient_name="สมชาย"),))
    (on_slip,) = sheets(slips.slip(named, language))
    assert "[smchay]" in on_slip.text
    if language == "en":
        for each in (sheet, on_slip):
            assert "there is no font for its script" in " ".join(each.text.split())


def test_a_pin_after_an_urdu_name_stays_at_its_right() -> None:
    assert [(run.script, run.text) for run in runs("محمد خان، گلی 5, 273303")] == [
        ("Arab", "محمد خان، گلی"),
        ("Latn", " 5, 273303"),
    ]
    assert [run.script for run in runs("राम محمد 12 خان Ram")] == ["Deva", "Arab", "Latn"]


@given(st.text(st.sampled_from("".join(NAMES.values()) + "अ1 ,.\u200d।₹aé"), max_size=40))
@settings(max_examples=200)
def test_runs_and_clusters_are_the_whole_text(text: str) -> None:
    assert "".join(run.text for run in runs(text)) == text
    assert "".join(clusters(text)) == text


def test_no_letter_is_parted_from_its_marks() -> None:
    assert list(clusters("क्षत्रिय")) == ["क्ष", "त्रि", "य"]
    assert list(clusters("চট্টো")) == ["চ", "ট্টো"]
    assert list(clusters("சுப்பு")) == ["சு", "ப்பு"]


def _dark(sheet: Sheet) -> int:
    """How much ink there is."""
    return sum(sheet.picture.histogram()[:128])
