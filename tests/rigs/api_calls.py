"""The API as a client of the department's software calls it, for the tests of the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flows.number import check_digit
from postal.people import tokens
from runtime import Runtime


@dataclass(frozen=True)
class Api:
    """Calls with a token that holds."""

    client: FlaskClient
    token: str

    def post(
        self, path: str, body: object, headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        return self.client.post(
            f"/api/v1{path}", json=body, headers={**self._authorization, **(headers or {})}
        )

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=self._authorization)

    @property
    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def api_of(runtime: Runtime, client: FlaskClient) -> Api:
    """An API client with a token of its own, and an office that postmen can belong to."""
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Maharajganj H.O', '273303', 'head', 'MAHARAJGANJ')"
        )
        return Api(client, tokens.create(conn, "tests"))


def number_of(serial: int) -> str:
    """The Speed Post number with this serial."""
    return f"EU{serial:08}{check_digit(f'{serial:08}')}IN"


def article(serial: int = 12345678, **changes: Any) -> dict[str, Any]:
    """The body that books an article."""
    return {
        "number": number_of(serial),
        "service": "parcel",
        "otp_required": True,
        "recipient": {
            "phone": "+919839000011",
            "name": "रामावती देवी",
            "address": "Dhanewa Dhanai",
            "pin": "273303",
            "language": "hi",
        },
        "sender": {"phone": "+919839000081", "name": "Gyan Pustak Kendra"},
        "cod_amount": 250,
    } | changes


def booking(*serials: int, paise: int = 8_000, **changes: Any) -> dict[str, Any]:
    """The body that books 120 g from 273303 to Lucknow by Speed Post, ₹80 each with a code."""
    posted = {
        "service": "speed_post",
        "weight_g": 120,
        "otp_required": True,
        "recipient": article()["recipient"] | {"pin": "226001"},
    }
    return {
        "office_pin": "273303",
        "sender": {"phone": "+919839000081", "name": "Gyan Pustak Kendra"},
        "articles": [posted | {"number": number_of(serial)} for serial in serials],
        "payment": {"method": "cash", "paise": paise * len(serials)},
    } | changes


def postman(**changes: Any) -> dict[str, Any]:
    """The body that adds a postman."""
    return {
        "staff_id": "1001",
        "name": "Ram Lakhan",
        "phone": "9839000001",
        "office_pin": "273303",
        "pin": "2580",
    } | changes


def fields(response: TestResponse) -> dict[str, str]:
    """The bad fields that a problem document names, with their messages."""
    assert response.mimetype == "application/problem+json", response.data
    return {each["field"]: each["message"] for each in response.get_json()["errors"]}
