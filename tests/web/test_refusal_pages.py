"""What cannot be done is said by the same page everywhere, which leads to one's own first page."""

from __future__ import annotations

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime import Runtime
from store.database import Database
from tests.rigs.desk import sign_in, speak
from tests.rigs.transcript import Player
from web.front.rooms import LARGEST_BODY
from web.language import NAMES, words

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("language", NAMES)
def test_every_refusal_is_a_page_in_the_readers_language(
    player: Player, app: Flask, runtime: Runtime, language: str
) -> None:
    clerk = sign_in(app, runtime, "clerk").client
    stranger = app.test_client()
    too_much = b"x" * (LARGEST_BODY + 1)
    for client, home in ((clerk, "/desk"), (stranger, "/")):
        speak(client, language)
        for method, path, status, body in (
            ("GET", "/anything", 404, b""),
            ("GET", "/desk/nowhere", 404, b""),
            ("POST", "/", 405, b""),
            ("POST", "/counter/open", 400, b""),
            ("POST", "/counter/open", 413, too_much),
        ):
            answer = client.open(
                path,
                method=method,
                data=body,
                headers=BROWSER,
                content_type="application/x-www-form-urlencoded",
            )
            assert (answer.status_code, answer.mimetype) == (status, "text/html"), path
            assert words(language)[f"refused_{status}"] in answer.text, path
            assert f'<html lang="{language}">' in answer.text
            assert f'<a href="{home}">' in answer.text, path
            if status == 405:
                assert "GET" in answer.headers["Allow"]
    forbidden = clerk.get("/desk/find", headers=BROWSER)
    assert words(language)["refused_403"] in forbidden.text


def test_programs_get_a_line_of_plain_text(client: FlaskClient) -> None:
    for path, headers in (
        ("/anything", {}),
        ("/anything", {"Accept": "*/*"}),
        ("/static/nothing.js", BROWSER),
        ("/hooks/nobody", BROWSER),
    ):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.mimetype) == (404, "text/plain"), path


def test_a_fault_of_ours_says_so_and_nothing_of_itself(
    app: Flask, client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the page itself cannot be made, since the database is away."""
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    def broken() -> str:
        raise RuntimeError("code 482913")

    monkeypatch.setitem(app.view_functions, "start.home", broken)
    answer = client.get("/?lang=en", headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert words("en")["refused_500"] in answer.text
    assert "482913" not in answer.text

    with client.session_transaction() as session:
        session["_user_id"] = "somebody"
        session["_fresh"] = True

    def away(*_: object) -> None:
        raise psycopg.OperationalError("the server is gone")

    monkeypatch.setattr(Database, "run", away)
    answer = client.get("/anything", headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
