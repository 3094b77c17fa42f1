"""Indian routes: production sends nothing unregistered, and a dropped text says why."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from pydantic import SecretStr

import messages.catalogue
from messages import dlt
from messages.catalogue import LANGUAGES, Catalogue, catalogue
from runtime import Runtime
from settings import Settings
from tests.rigs.desk import sign_in
from tests.rigs.transcript import Player

RECIPIENT, POSTMAN, ARTICLE = "+919876500001", "+919839000001", "EU123456785IN"
ID = "1107160000000012345"


def registered(**sentences: str) -> Catalogue:
    """The catalogue with every text registered, `sentences` (of English texts) otherwise."""
    real = catalogue()
    keys: list[tuple[str, str]] = [
        (name, language) for name in real.templates for language in LANGUAGES
    ]
    said = {key: dlt.tagged(real.template(key[0]), real.text(*key)) for key in keys} | {
        (name, "en"): sentence for name, sentence in sentences.items()
    }
    return replace(
        real,
        dlt=replace(
            real.dlt,
            entity_id=ID,
            header="DAKIYA",
            template_ids=dict.fromkeys(keys, ID),
            sentences=said,
        ),
    )


@pytest.fixture
def production(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A production whose one route is an Indian aggregator."""
    values = {
        "EXOTEL_ACCOUNT_SID": "acct", "EXOTEL_SENDER": "INPOST", "EXOTEL_API_KEY": "key",
        "EXOTEL_API_TOKEN": "token", "EXOTEL_HOOK_SECRET": "a-long-hook-secret-of-the-tests",
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return settings.model_copy(
        update={
            "dakiya_env": "production",
            "sms_routes": "exotel",
            "secret_key": SecretStr("another session key: 32 bytes or more"),
        }
    )


def test_production_refuses_an_indian_route_with_unregistered_texts(production: Settings) -> None:
    with pytest.raises(ValueError, match="drop what is not registered") as refusal:
        Runtime.build(production)
    assert "flask --app app doctor" in str(refusal.value)


def test_production_starts_where_all_is_registered(
    production: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateways.build.catalogue", registered)
    Runtime.build(production).redis.close()


def test_a_text_that_changed_since_it_was_registered_is_refused_too(
    production: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateways.build.catalogue", lambda: registered(booked="Old words."))
    with pytest.raises(ValueError, match="booked, en: changed since it was registered"):
        Runtime.build(production)


def test_other_routes_need_no_registration(production: Settings) -> None:
    Runtime.build(production.model_copy(update={"sms_routes": "twilio"})).redis.close()


# ---- at the desk ---------------------------------------------------------------------------------


def dropped(player: Player, app: Flask, runtime: Runtime) -> str:
    """What the desk shows of an English booking text that an operator dropped."""
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} en")
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE messages SET status = 'failed', error = 'template: DLT_TEMPLATE_DOES_NOT_MATCH'"
            " WHERE template = 'booked'"
        )
    agent = sign_in(app, runtime, "agent")
    found = agent.post("/desk/find", query=RECIPIENT).text
    link = re.search(r'href="(/desk/conversations/\d+)"', found)
    assert link is not None
    return str(agent.get(link[1]).text)


def test_the_difference_to_what_is_registered_is_shown(
    player: Player, app: Flask, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = dlt.tagged(catalogue().template("booked"), catalogue().text("booked", "en"))
    changed = registered(booked=sentence.replace("is coming", "will come"))
    monkeypatch.setattr("web.desk.registered.catalogue", lambda: changed)
    page = dropped(player, app, runtime)
    assert "not the sentence that is registered" in page
    assert "<del>will come</del> <ins>is coming</ins>" in page
    assert f"Post {ARTICLE}" in page


def test_a_registered_sentence_that_was_dropped_all_the_same_is_the_aggregators_matter(
    player: Player, app: Flask, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.desk.registered.catalogue", registered)
    assert "ask the aggregator" in dropped(player, app, runtime)


def test_without_a_registered_sentence_the_page_says_how_to_get_it(
    player: Player, app: Flask, runtime: Runtime
) -> None:
    assert "docs/messages.md says how" in dropped(player, app, runtime)
    assert messages.catalogue.catalogue().dlt.sentences == {}
