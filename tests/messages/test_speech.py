"""What is said in calls: every sentence fit to be said, a code only at the last moment."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import messages.speech
from flows import machines
from flows.events import SpeakCode
from messages.catalogue import LANGUAGES, CatalogueError, catalogue
from messages.render import CODE_MASK
from messages.speech import (
    TONGUES,
    Sentence,
    check,
    last_words,
    read,
    render,
    speech,
    spoken,
    tongue_of,
)
from outbox.alarms import HANDED_OVER, PROTECTING
from tests.rigs.transcript import spelled

FOLDER = Path(messages.speech.__file__).parent / "speech"
VALUES: Mapping[str, int | str] = {"digits": "6785", "amount": 500, "day": "14AUG"}
CODES = st.from_regex(r"[0-9]{6,8}", fullmatch=True).filter(str.isascii)


def test_our_words_are_fit_to_be_said() -> None:
    assert check(speech(), catalogue()) == ()


@pytest.mark.parametrize("template", sorted(speech().texts["hi"]))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_can_be_said_can_be_written_too(template: str, language: str) -> None:
    wanted = {each.name for each in catalogue().template(template).variables} & VALUES.keys()
    body = render(template, language, {name: VALUES[name] for name in wanted})
    assert catalogue().warning(template, tongue_of(language)) in body.split("\n")
    assert body.count(CODE_MASK) in (0, 2)


def test_whatever_answers_a_wish_to_hear_the_code_can_be_said() -> None:
    """Other texts are never said: a call brings nothing but an answer to its own wish.

    A question of a move shows two digits that prove who read them, so it is a text as well.
    """
    machine = machines.ALL["recipient"]
    found = (machine.transition(state.name, SpeakCode) for state in machine.states)
    answers = {template for each in found if each is not None for template in each.says}
    unsaid = {"which_article", "which_number", "code_wait"}  # read on, or written back
    answers |= {catalogue().templates[name].free for name in answers} - {""}
    said = {name for name in catalogue().templates if speech().has(name)}
    said -= {"recipient_menu"}  # a call back, which offers its keys
    assert said >= PROTECTING  # where no text arrives
    said -= (PROTECTING | HANDED_OVER) - {"nominee_agreed"}  # it answers such a wish as well
    assert answers - said == unsaid
    assert said <= answers


@given(code=CODES, language=st.sampled_from(LANGUAGES))
def test_a_code_is_said_twice_and_nothing_else_twice(code: str, language: str) -> None:
    said = spoken(render("code", language, VALUES), language, code)
    slow = [each for each in said.sentences if each.pace == "slow"]
    assert len(slow) == 2
    for sentence in slow:
        assert "".join(spelled(sentence.words, said.tongue)) == code
        assert len(sentence.pieces) == 1 + len(code)
    assert CODE_MASK not in " ".join(said.lines)
    assert code not in repr(said)
    assert slow[0].words not in repr(said)


@pytest.mark.parametrize("code", ["12345678901", "12 456", "abcdef", "١٢٣٤٥٦", "", "48291३"])
def test_what_is_no_code_is_not_said_and_not_told(code: str) -> None:
    with pytest.raises(ValueError, match="4 to 8 digits") as refused:
        spoken(render("code", "hi", VALUES), "hi", code)
    assert not code or code not in str(refused.value)


def test_a_code_and_its_place_belong_together() -> None:
    with pytest.raises(ValueError, match="exactly where"):
        spoken(render("code", "hi", VALUES), "hi", None)
    with pytest.raises(ValueError, match="exactly where"):
        spoken(render("code_not_yet", "hi", {"digits": "6785"}), "hi", "482913")


def test_the_last_words_hold_no_place_for_a_code() -> None:
    for language in LANGUAGES:
        assert all(isinstance(each, Sentence) for each in last_words(language).sentences)
        assert CODE_MASK not in " ".join(last_words(language).lines)


@pytest.mark.parametrize("values", [{}, {"digits": "12345", "amount": 0}, {"digits": "6785"}])
def test_a_value_that_is_missing_or_wrong_is_refused(values: dict[str, int | str]) -> None:
    with pytest.raises(CatalogueError, match="missing or of the wrong kind"):
        render("code", "en", values)


def test_a_text_without_words_is_not_said() -> None:
    assert not speech().has("code_wait")
    with pytest.raises(CatalogueError, match="no spoken words"):
        render("code_wait", "en", {"digits": "6785"})


@pytest.mark.parametrize(
    ("tongue", "old", "new", "problem"),
    [
        ("en", '"Once more: {code}"', '"Once more."', "the code is said 1 times"),
        ("hi", '"फिर से सुनिए: {code}"', '"{code} {code}"', "says the code twice"),
        ("en", "no call, no link.", "at most.", "the warning is no sentence"),
        ("en", "Pay {amount} rupees only.", "Pay nothing.", "its variables are"),
        ("hi", "nothing_waiting = ", "nothing_here = ", "the words are missing"),
        ("en", "nothing_waiting = ", "nothing_here = ", "templates.toml does not know it"),
        ("en", '"You sign for it."', '" "', "a sentence is empty"),
    ],
)
def test_the_check_names_what_is_wrong(
    tmp_path: Path, tongue: str, old: str, new: str, problem: str
) -> None:
    folder = tmp_path / "speech"
    shutil.copytree(FOLDER, folder)
    file = folder / f"{tongue}.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    found = check(read(folder), catalogue())
    assert any(problem in each for each in found), found


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("wrong", ["[digits]\n0 = 1", "no toml", 'over = "x"'])
def test_a_file_that_is_none_is_named(tmp_path: Path, tongue: str, wrong: str) -> None:
    folder = tmp_path / "speech"
    shutil.copytree(FOLDER, folder)
    (folder / f"{tongue}.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(CatalogueError, match="speech"):
        read(folder)
