"""Postmen of one office do not wait for each other: its conversation is locked when it is told."""

from __future__ import annotations

import psycopg
import pytest

from runtime import Runtime
from tests.conversation.test_repeats import PERSON, POSTMAN, door, state
from tests.rigs.transcript import Player

__all__ = ["door"]

_OFFICE = "+919839000099"
_LOCK = "SELECT FROM conversations WHERE whose = %s AND machine = 'office' FOR UPDATE"


@pytest.fixture
def office(runtime: Runtime, door: Player) -> Player:
    """The same door, and an office that has texted before."""
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE offices SET phone = %s WHERE id = (SELECT office_id FROM staff"
            " WHERE phone = %s)",
            (_OFFICE, POSTMAN),
        )
        conn.execute(
            "INSERT INTO conversations (whose, machine, state, context, entered_at)"
            " VALUES (%s, 'office', 'listening', '{\"kind\": \"Nothing\"}', now())",
            (_OFFICE,),
        )
    return door


def test_a_handover_does_not_wait_for_what_the_office_is_told(
    runtime: Runtime, office: Player
) -> None:
    with psycopg.connect(runtime.settings.database_url) as other:
        assert other.execute(_LOCK, (_OFFICE,)).rowcount == 1
        office.step(f"{POSTMAN} > 1 {{code {PERSON}}}")
        assert state(office) == "delivered"
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT count(*) FROM waiting_texts").fetchone() == (0,)
