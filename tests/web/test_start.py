"""The start page, the layout's languages, and what production does not show."""

from __future__ import annotations

import dataclasses
import re
from typing import cast

import pytest
from flask.testing import FlaskClient

from app import create_app
from runtime import Runtime
from settings import Settings
from tests.rigs.applications import APP_SETTINGS, NotedSettings
from web.language import NAMES, words


@pytest.fixture
def production(runtime: Runtime, settings: Settings) -> FlaskClient:
    changed = settings.model_copy(update={"dakiya_env": "production"})
    return create_app(dataclasses.replace(runtime, settings=changed)).test_client()


def test_an_application_is_made_of_few_settings(runtime: Runtime, settings: Settings) -> None:
    """Those of the tests share applications by these (tests/conftest.py)."""
    noted = NotedSettings(settings.model_copy(update={"sms_routes": "twilio"}))
    create_app(dataclasses.replace(runtime, settings=cast(Settings, noted)))
    told_alone = {"carriers"}  # a warning, where the simulator is open to all
    assert noted.read - told_alone == set(APP_SETTINGS)


def test_everything_is_said_in_every_language_with_the_same_values() -> None:
    english = words("en")
    for language in NAMES:
        said = words(language)
        assert said.keys() == english.keys()
        for key, sentence in said.items():
            assert set(re.findall(r"{\w+}", sentence)) == set(re.findall(r"{\w+}", english[key]))


def test_the_start_page_leads_only_where_something_is(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    links = [link for link in re.findall(r'href="(/[^"]*)"', page.text) if "static" not in link]
    assert {"/phones", "/desk", "/api/v1/openapi.json", "/healthz", "/readyz"} <= set(links)
    for link in links:
        assert client.get(link, follow_redirects=True).status_code == 200, link


def test_a_browser_that_asks_for_an_icon_unprompted_gets_the_mark(client: FlaskClient) -> None:
    answer = client.get("/favicon.ico", follow_redirects=True)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")


def test_production_has_no_phones_and_does_not_lead_there(production: FlaskClient) -> None:
    start = production.get("/")
    assert start.status_code == 200
    assert "/phones" not in start.text
    assert production.get("/phones").status_code == 404
    both = {"recipient": "+919876500001", "postman": "+919839000001"}
    assert production.post("/phones/news", data=both).status_code == 404


def test_the_chosen_language_stays_chosen(client: FlaskClient) -> None:
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "en-IN"}).text
    assert '<html lang="hi">' in client.get("/", headers={"Accept-Language": "fr"}).text
    assert '<html lang="hi">' in client.get("/?lang=hi").text
    assert '<html lang="hi">' in client.get("/", headers={"Accept-Language": "en-IN"}).text
    assert '<html lang="hi">' in client.get("/?lang=xx").text


def test_nothing_in_a_page_needs_more_than_the_policy_allows(client: FlaskClient) -> None:
    for path in ("/", "/phones"):
        page = client.get(path)
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page.text)
        assert not re.search(r'(src|href)="(https?:)?//', page.text)


def test_without_people_the_phones_say_where_they_come_from(client: FlaskClient) -> None:
    assert "./script/server" in client.get("/phones").text


def test_an_address_that_is_not_utf_8_is_refused_and_not_an_error(client: FlaskClient) -> None:
    for path in ("/", "/phones", "/healthz", "/api/v1/events"):
        answer = client.get(path, environ_overrides={"QUERY_STRING": "lang=\xff"})
        assert answer.status_code == 400, path
