"""`flask postman add`, as an operator types it."""

from __future__ import annotations

from typing import Protocol

import pytest
from click.testing import Result
from flask import Flask

from runtime import Runtime


class Add(Protocol):
    """Runs the command on staff id, name, telephone and PIN of the office, and more options."""

    def __call__(
        self, words: tuple[str, str, str, str], *more: str, input: str | None = None
    ) -> Result: ...


@pytest.fixture
def add(runtime: Runtime, app: Flask) -> Add:
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Maharajganj H.O', '273303', 'head', 'MAHARAJGANJ')"
        )
    runner = app.test_cli_runner()

    def invoke(words: tuple[str, str, str, str], *more: str, input: str | None = None) -> Result:
        names = ("--staff-id", "--name", "--phone", "--office-pin")
        given = [each for pair in zip(names, words, strict=True) for each in pair]
        return runner.invoke(args=["postman", "add", *given, *more], input=input)

    return invoke


def test_a_postman_is_added_and_his_pin_asked_for(add: Add, runtime: Runtime) -> None:
    done = add(("1001", "Ram Lakhan", "98390 00001", "273303"), input="2580\n")
    assert done.exit_code == 0, done.output
    assert "Maharajganj H.O" in done.output
    assert "2580" not in done.output
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT staff_id, phone FROM staff").fetchall() == [
            ("1001", "+919839000001")
        ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("1002", "Surendra", "0551 220 1234", "273303"), "landline"),
        (("1002", "Surendra", "9839000002", "999999"), "999999"),
        (("1001", "Surendra", "9839000002", "273303"), "1001 is taken"),
        (("1002", "Surendra", "9839000001", "273303"), "belongs to another"),
        (("1002", "", "9839000002", "273303"), "name"),
        (("10 02", "Surendra", "9839000002", "273303"), "staff id"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_added(
    add: Add, runtime: Runtime, words: tuple[str, str, str, str], why: str
) -> None:
    add(("1001", "Ram Lakhan", "9839000001", "273303"), "--pin", "2580")
    refused = add(words, "--pin", "2580")
    assert refused.exit_code == 1
    assert why in refused.output
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT count(*) FROM staff").fetchone() == (1,)
