"""What calls say: the page of recordings, their files as carriers fetch them, and the command."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from messages.prompts import by_words
from settings import Settings
from tests.messages.test_recordings import tone, unclosed
from tests.rigs.desk import Colleague, speak

GREETING = "प्रणाम। ई डाकघर ह।"
NUMBER = "राउर कोड ह:"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    folder = tmp_path / "bho"
    folder.mkdir()
    (folder / f"{by_words('bho')[GREETING].name}.wav").write_bytes(tone(1.0))
    (folder / "code-1a-000000.wav").write_bytes(tone())
    return settings.model_copy(update={"speech_dir": str(tmp_path)})


def _address(page: str) -> str:
    """Return where the first recording that a page plays is."""
    return page.partition("<audio controls")[2].partition('src="')[2].partition('"')[0]


def test_each_piece_is_heard_or_missing(admin: Colleague, client: FlaskClient) -> None:
    reader = admin
    page = reader.get("/administration/speech?tongue=bho").text
    assert GREETING in page
    assert page.count("<audio controls") == 1
    assert "missing: text-to-speech says it" in page
    assert "bho/code-1a-000000" in page  # a file that no piece has as its name
    left = reader.get("/administration/speech?tongue=bho&missing=1").text
    assert "<audio" not in left
    assert "<audio" not in reader.get("/administration/speech?tongue=%3Cb%3E").text
    address = _address(page)
    heard = client.get(address)  # by a carrier, which is not signed in
    assert (heard.status_code, heard.mimetype, heard.data) == (200, "audio/wav", tone(1.0))
    assert heard.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for wrong in (
        address + "x",
        address.replace("bho", "hi"),
        "/speech/xx/a.wav",
        "/speech/bho/..",
    ):
        assert client.get(wrong).status_code == 404


def test_the_list_to_record_by(app: Flask) -> None:
    run = app.test_cli_runner()
    listed = run.invoke(args=["speech", "list", "--tongue", "bho", "--as", "csv"])
    rows = list(csv.DictReader(StringIO(listed.stdout)))
    there = [row for row in rows if row["recorded"] == "recorded"]
    assert [(row["words"], row["seconds"]) for row in there] == [(GREETING, "1.0")]
    missing = run.invoke(args=["speech", "list", "--tongue", "bho", "--missing"]).stdout
    assert GREETING not in missing
    assert f"1 of {len(rows)} pieces are recorded" in missing
    checked = run.invoke(args=["speech", "check"])
    assert checked.exit_code == 1
    assert "bho/code-1a-000000: no piece has this name" in checked.stdout


def test_what_is_not_played_is_said_in_the_language_of_the_page(
    admin: Colleague, settings: Settings
) -> None:
    stereo = f"{by_words('bho')[GREETING].name}.wav"
    (Path(settings.speech_dir or "") / "bho" / stereo).write_bytes(tone(0.01))
    speak(admin.client, "hi")
    page = admin.get("/administration/speech?tongue=bho").text
    assert "इस नाम का कोई टुकड़ा नहीं" in page
    assert page.count("यह 0.0 सेकंड की है") == 2
    assert "किसी भोजपुरी बोलने वाले ने नहीं जांचे" in page
    assert "no piece" not in page
    assert "it lasts" not in page


def test_a_broken_recording_silences_no_call(
    admin: Colleague, client: FlaskClient, app: Flask, settings: Settings
) -> None:
    broken = Path(settings.speech_dir) / "bho" / f"{by_words('bho')[NUMBER].name}.wav"
    broken.write_bytes(unclosed(tone()))
    page = admin.get("/administration/speech?tongue=bho").text
    assert "it is no WAV file of plain PCM" in page
    assert client.get(_address(page)).status_code == 200
    assert client.get("/speech/bho/0123456789abcdef.wav").status_code == 404
    listed = app.test_cli_runner().invoke(args=["speech", "list", "--tongue", "bho"])
    assert listed.exit_code == 0
    assert f"not played: bho/{broken.stem}: it is no WAV file of plain PCM" in listed.stderr
