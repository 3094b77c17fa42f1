"""What /phones asks for once a second: only what is new, and each phone its own texts."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.transcript import Player

RECIPIENT = "+919876500001"
POSTMAN = "+919839000001"


@pytest.fixture
def books(player: Player) -> Player:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article EU123456785IN to {RECIPIENT} en cod 500")
    player.step("list 1001: EU123456785IN")
    return player


def ask(client: FlaskClient, **versions: str) -> TestResponse:
    form = {"recipient": RECIPIENT, "postman": POSTMAN, "lang": "en", **versions}
    return client.post("/phones/news", data=form)


def versions(answer: TestResponse) -> dict[str, str]:
    return {
        f"{'list' if name == 'list' else name.removesuffix('-texts')}_version": version
        for name, version in re.findall(r'id="([\w-]+)"[^>]*data-version="(\w+)"', answer.text)
    }


def part(answer: TestResponse, name: str) -> str:
    """One fragment of the answer, as markup."""
    found = re.search(rf'<(ol|div)\b[^>]*id="{name}".*?</\1>', answer.text, re.DOTALL)
    return found[0] if found else ""


def test_the_code_stands_on_the_recipients_phone_and_nowhere_else(
    books: Player, client: FlaskClient
) -> None:
    books.step(f"{POSTMAN} > 1")
    code = books.codes[RECIPIENT][-1]
    answer = ask(client)
    assert answer.headers["Cache-Control"] == "no-store"
    assert code in part(answer, "recipient-texts")
    assert code not in answer.text.replace(part(answer, "recipient-texts"), "")

    books.step(f"{POSTMAN} > 1 {code} 1")
    answer = ask(client)
    assert "1 •••••• 1" in part(answer, "postman-texts")
    assert code not in answer.text.replace(part(answer, "recipient-texts"), "")


def test_where_nothing_is_new_the_answer_is_empty(books: Player, client: FlaskClient) -> None:
    had = versions(ask(client))
    assert set(had) == {"recipient_version", "postman_version", "list_version"}
    quiet = ask(client, **had)
    assert (quiet.status_code, quiet.data) == (204, b"")

    books.step(f"{RECIPIENT} > 0")
    assert set(versions(ask(client, **had))) == {"recipient_version"}


def test_the_list_says_how_the_item_stands_and_what_can_be_done(
    books: Player, client: FlaskClient, clock: Clock
) -> None:
    def sheet() -> str:
        return ask(client).text

    assert "to deliver" in sheet()
    assert "Text 1 to say that you are coming to item 1." in sheet()
    assert "₹ 500" in sheet()
    books.step(f"{POSTMAN} > 1")
    assert "code sent" in sheet()
    assert "At the door say 6785, hear the code, take Rs 500." in sheet()
    assert "Wait until the postman at your door says 6785." in sheet()
    clock.advance(seconds=601)
    assert "coming" in sheet()
    assert "code sent" not in sheet()
    books.step(f"{POSTMAN} > 1 11")
    assert "remark 11" in sheet()


@pytest.mark.parametrize("wrong", ["", "hello", "+91", "1001", "'; DROP TABLE messages"])
def test_what_is_no_telephone_number_is_refused(client: FlaskClient, wrong: str) -> None:
    answer = client.post("/phones/news", data={"recipient": wrong, "postman": POSTMAN})
    assert answer.status_code == 400
    assert "+919839000011" in answer.text
    assert client.get("/phones/news").status_code == 405


def test_what_no_text_has_is_refused(client: FlaskClient) -> None:
    answer = client.post("/phones/news", data={"recipient": "\x00", "postman": POSTMAN})
    assert (answer.status_code, "NUL" in answer.text) == (422, True)


def test_markup_in_a_text_stays_text(runtime: Runtime, client: FlaskClient, player: Player) -> None:
    player.step(f"{POSTMAN} > <img src=x onerror=alert(1)>")
    assert "&lt;img src=x" in part(ask(client), "postman-texts")
    assert "<img" not in ask(client).text
