"""Recorded prompts: names that follow the words, files that can be played, and their order."""

from __future__ import annotations

import math
import os
import re
import struct
import wave
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import prompts
from messages.catalogue import CODE, catalogue
from messages.prompts import by_words, cut, number, unused_translations
from messages.recordings import SHIPPED, BadRecording, Library, problems, seconds_of
from messages.speech import (
    CALL_TONGUES,
    CallTongue,
    Speech,
    Tongue,
    render,
    render_screen,
    speech,
    spoken,
)
from tests.rigs.transcript import spelled


def tone(seconds: float = 0.5, rate: int = 8000, channels: int = 1, width: int = 2) -> bytes:
    """A generated tone: no voice of anybody's."""
    file = BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(channels)
        written.setsampwidth(width)
        written.setframerate(rate)
        frames = int(seconds * rate)
        if width == 2:
            loud = (int(9000 * math.sin(each / 3)) for each in range(frames))
            written.writeframes(b"".join(struct.pack("<h", each) * channels for each in loud))
        else:
            written.writeframes(bytes(frames * channels * width))
    return file.getvalue()


def unclosed(whole: bytes) -> bytes:
    """As a recorder leaves it that never closed its header: what follows is longer than it says."""
    return whole[:4] + struct.pack("<I", 36) + whole[8:36] + b"LIST" + struct.pack("<I", 900)


def mp3(kilobits: int = 4, seconds: float = 2.0, tag: bytes = b"") -> bytes:
    """As many bytes as a file of that length has: MPEG 2, layer III, 32 kbit/s by index 4."""
    return tag + bytes((0xFF, 0xF3, kilobits << 4, 0)) + bytes(int(32_000 * seconds / 8))


def recorded(folder: Path, tongue: CallTongue, *words: str) -> Library:
    """A library in which these pieces are recorded."""
    (folder / tongue).mkdir(parents=True, exist_ok=True)
    known = by_words(tongue)
    for each in words:
        (folder / tongue / f"{known[each].name}.wav").write_bytes(tone())
    return Library(folder)


# ---- the pieces --------------------------------------------------------------------------------


def test_no_recording_is_shipped_and_every_piece_has_its_own_name() -> None:
    library = Library(SHIPPED)
    assert list(problems(library)) == []
    for tongue in CALL_TONGUES:
        every = library.listed(tongue)
        assert all(each.file is None for each in every)
        names = [each.prompt.name for each in every]
        assert len(set(names)) == len(names) == len({each.prompt.words for each in every})
        assert all(name.replace("_", "").replace("-", "").isalnum() for name in names)
    assert unused_translations() == ()


def test_other_words_are_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    was = {each.words: each.name for each in prompts.prompts("hi")}
    name = was["नमस्ते। यह डाकघर है।"]
    assert name.endswith("-2ac3c0")
    assert {each.words for each in prompts.prompts("bho")} - set(was)
    bho = by_words("bho")["प्रणाम। ई डाकघर ह।"].name
    assert bho.rpartition("-")[0] == name.rpartition("-")[0]
    assert bho != name


@pytest.mark.parametrize("tongue", ["hi", "en"])
def test_every_sentence_is_made_of_known_pieces(tongue: Tongue) -> None:
    """Whatever a call says is cut into pieces that are listed, digits, numbers and days."""
    values: dict[str, int | str] = {
        **{"digits": "6785", "amount": 12345, "day": "14AUG", "other": "0019", "ticket": 20},
        **{"count": 3, "when": "135"},
    }
    bodies = [
        render(name, tongue, {each: values[each] for each in _variables(name)})
        for name in speech().texts[tongue]
    ]
    bodies += [
        render_screen(name, tongue, values, [])
        for name in (*speech().screens[tongue], *prompts.SAID_AS_DIALLED)
        if "{article}" not in "".join(speech().screens[tongue].get(name, ()))
        and name != "sender_recall_stopped"
    ]
    known = by_words(tongue)
    for body in bodies:
        for line in body.split("\n"):
            if "•" in line or not line:
                continue
            pieces = cut(line, tongue)
            assert all(each.words in known for each in pieces if each.fixed), line
            kept = re.sub(r"[\s,.।:?]", "", "".join(each.words for each in pieces))
            assert kept == re.sub(r"[\s,.।:?]", "", line)


def _variables(name: str) -> list[str]:
    return [v.name for v in catalogue().template(name).variables if v.name != CODE]


@given(st.integers(0, 99_999), st.sampled_from(["hi", "en"]))
def test_a_number_is_said_by_its_parts(value: int, tongue: Tongue) -> None:
    words = speech().numbers[tongue]
    total, part = 0, 0
    for each in number(value, tongue):
        if each == words.thousand:
            total, part = part * 1000, 0
        elif each == words.hundred:
            total, part = total + part * 100, 0
        else:
            part = words.words.index(each)
    assert total + part == value
    assert all(each in by_words(tongue) for each in number(value, tongue))


# ---- what is played ----------------------------------------------------------------------------


def said(tongue: CallTongue = "hi", code: str = "482913") -> Speech:
    body = render("code", "hi", {"digits": "6785", "amount": 500})
    made = spoken(body, "hi", code)
    return Speech(tongue, made.sentences)


def test_what_is_recorded_is_played_and_the_rest_is_read(tmp_path: Path) -> None:
    library = recorded(tmp_path, "hi", "नमस्ते। यह डाकघर है।", "देना है सिर्फ")
    heard = library.with_recordings(said())
    first, _, money = heard.sentences[:3]
    assert first.recorded
    assert first.pieces[0].recording is not None
    assert first.pieces[0].recording.path.startswith("/speech/hi/")
    assert [each.recording is not None for each in money.pieces] == [True, False, False]
    assert [each.words for each in money.pieces] == ["देना है सिर्फ", "500", "रुपये।"]
    # A sentence of which nothing is recorded stays whole.
    assert len(heard.sentences[1].pieces) == 1
    assert heard.lines[1] == said().lines[1]


def test_a_number_and_a_code_are_played_whole_or_not_at_all(tmp_path: Path) -> None:
    library = recorded(tmp_path, "hi", "पांच", "चार")
    heard = library.with_recordings(said())
    assert [each.recording is not None for each in heard.sentences[2].pieces] == [False]
    slow = heard.sentences[3]
    assert slow.pace == "slow"
    assert "".join(spelled(slow.words, "hi")) == "482913"
    every = recorded(tmp_path, "hi", *speech().digits["hi"], "सौ", "रुपये।", "देना है सिर्फ")
    heard = every.with_recordings(said())
    assert [each.words for each in heard.sentences[2].pieces] == [
        "देना है सिर्फ", "पांच", "सौ", "रुपये।",
    ]  # fmt: skip
    assert heard.sentences[2].recorded
    assert all(each.recording for each in heard.sentences[3].pieces[1:])


def test_weekdays_are_played_one_by_one(tmp_path: Path) -> None:
    body = render_screen("wish_days", "hi", {"when": "15"}, [])
    days = spoken(body, "hi", None)
    library = recorded(tmp_path, "hi", "लिख लिया: आपकी डाक इन दिनों आएगी:", "सोमवार")
    heard = library.with_recordings(days).sentences[0]
    assert [each.recording is not None for each in heard.pieces] == [True, False]
    library = recorded(tmp_path, "hi", "शुक्रवार")
    heard = library.with_recordings(days).sentences[0]
    assert heard.recorded
    assert [each.words for each in heard.pieces[1:]] == ["सोमवार", "शुक्रवार"]


def test_bhojpuri_is_heard_where_it_is_recorded_and_read_where_not(tmp_path: Path) -> None:
    empty = Library(tmp_path).with_recordings(said("bho"))
    assert empty.voice == "hi"
    assert empty.lines[0] == "प्रणाम। ई डाकघर ह।"
    assert empty.lines[2] == "देबे के बा खाली 500 रुपिया।"
    library = recorded(tmp_path, "bho", "प्रणाम। ई डाकघर ह।")
    assert library.with_recordings(said("bho")).sentences[0].recorded
    assert not library.with_recordings(said("hi")).sentences[0].recorded


def test_a_new_file_is_heard_without_a_restart(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert not library.with_recordings(said()).sentences[0].recorded
    recorded(tmp_path, "hi", "नमस्ते। यह डाकघर है।")
    assert library.with_recordings(said()).sentences[0].recorded
    listed = next(each for each in library.listed("hi") if each.file)
    assert listed.file is not None
    assert listed.file.seconds == pytest.approx(0.5)
    assert library.served("hi", listed.file.served) == listed.file.path
    assert library.served("hi", "../bho.toml") is None


# ---- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "ending", "seconds"),
    [
        (tone(1.0), ".wav", 1.0),
        (tone(1.0, rate=16000), ".wav", 1.0),
        (mp3(), ".mp3", 2.0),
        (mp3(tag=b"ID3\x03\x00\x00\x00\x00\x00\x05hello"), ".mp3", 2.0),
    ],
)
def test_a_file_that_a_telephone_plays(content: bytes, ending: str, seconds: float) -> None:
    assert seconds_of(content, ending) == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize(
    ("content", "ending", "why"),
    [
        (tone(0.05), ".wav", "lasts"),
        (tone(31), ".wav", "lasts"),
        (tone(1, channels=2), ".wav", "mono"),
        (tone(1, width=1), ".wav", "16 bits"),
        (tone(1, rate=44100), ".wav", "8000 or 16000"),
        (b"", ".wav", "no WAV"),
        (b"RIFF....WAVEfmt ", ".wav", "no WAV"),
        (unclosed(tone(1)), ".wav", "no WAV"),
        (tone(1)[:-100], ".wav", "shorter"),
        (b"", ".mp3", "no MP3"),
        (b"<html>", ".mp3", "no MP3"),
        (bytes((0xFF, 0xF3, 0xF0, 0)), ".mp3", "bit rate"),
        (bytes((0xFF, 0xF3, 0x00, 0)), ".mp3", "bit rate"),
        (b"x" * (1024 * 1024 + 1), ".mp3", "KiB"),
    ],
)
def test_a_file_that_no_telephone_plays(content: bytes, ending: str, why: str) -> None:
    with pytest.raises(BadRecording, match=why):
        seconds_of(content, ending)


def test_what_is_of_no_use_is_named_and_not_played(tmp_path: Path) -> None:
    library = recorded(tmp_path, "hi", "नमस्ते। यह डाकघर है।")
    name = by_words("hi")["देना है सिर्फ"].name
    (tmp_path / "hi" / f"{name}.wav").write_bytes(b"RIFF")
    (tmp_path / "hi" / "code-1a-000000.mp3").write_bytes(mp3())
    (tmp_path / "hi" / "notes.txt").write_text("not a recording")
    assert list(problems(library)) == [
        f"hi/{name}: it is no WAV file of plain PCM",
        "hi/code-1a-000000: no piece has this name; its words may have changed",
    ]
    assert not library.with_recordings(said()).sentences[2].recorded


@given(st.data())
def test_whatever_a_file_holds_it_is_played_or_refused(data: st.DataObject) -> None:
    content = bytearray(tone(0.2))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, 47))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(0, len(content))) :]
    with suppress(BadRecording):
        assert seconds_of(bytes(content), ".wav") > 0


def test_a_file_that_fails_is_named_and_the_call_goes_on(tmp_path: Path) -> None:
    library = recorded(tmp_path, "hi", "नमस्ते। यह डाकघर है।")
    folder = tmp_path / "hi"
    known = [each.name for each in prompts.prompts("hi")][-5:]
    (folder / f"{known[0]}.wav").write_bytes(unclosed(tone(1)))
    with (folder / f"{known[1]}.wav").open("wb") as huge:
        huge.truncate(8 * 1024**3)  # more than there is memory: no more of it is read than counts
    (folder / f"{known[2]}.wav").symlink_to(folder / "gone.wav")
    os.mkfifo(folder / f"{known[3]}.wav")
    (folder / f"{known[4]}.wav").mkdir()
    assert sorted(problems(library)) == sorted(
        f"hi/{name}: {why}"
        for name, why in zip(
            known,
            (
                "it is no WAV file of plain PCM",
                "it has more than 1024 KiB",
                "not a file",
                "not a file",
                "not a file",
            ),
            strict=True,
        )
    )
    assert library.with_recordings(said()).sentences[0].recorded
