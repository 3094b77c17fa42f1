"""The notice of the data protection law: by text once a year, on its page, and on the receipt."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from runtime import Runtime
from settings import Settings
from tests.rigs.api_calls import number_of
from tests.rigs.transcript import Player

PERSON = "+919876500001"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"privacy_notice_from": date(2026, 8, 14)})


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "keeps your name, address, number and texts 365 days. Complaints: 1800-266-6868."),
        ("hi-Latn", "365 din rakhte hain. Shikayat: 1800-266-6868."),
        ("hi", "365 दिन रखेंगे। शिकायत: 1800-266-6868."),
    ],
)
def test_the_first_article_of_a_telephone_brings_it_in_its_language(
    player: Player, language: str, words: str
) -> None:
    said = player.step(f"article {number_of(1)} to {PERSON} {language}")
    assert sum(words in line for line in said if line.startswith(PERSON)) == 1
    again = player.step(f"article {number_of(2)} to {PERSON} {language}")
    assert not any("1800-266-6868" in line for line in again)


def test_the_page_says_it_to_anybody(client: FlaskClient, runtime: Runtime) -> None:
    page = client.get("/privacy", headers={"Accept-Language": "en"}).text
    assert f"{runtime.settings.keep_persons_days} days after the article" in page
    assert "1800-266-6868" in page
    assert 'href="/privacy"' in client.get("/").text
