"""Who acts, as the doors say it: a session, software, software in somebody's name, an operator."""

from __future__ import annotations

import pytest
from flask import Flask

from postal.people import sign_ins
from postal.people.doer import FRESH, Doer, Operator, Software, Staff
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.counter import office
from tests.rigs.desk import sign_in


def test_a_session_is_fresh_for_five_minutes_after_the_second_factor(
    app: Flask, runtime: Runtime, clock: Clock
) -> None:
    office(runtime)
    clerk = sign_in(app, runtime, "clerk", "clerk-1")
    with clerk.client.session_transaction() as session:
        token = session["_user_id"]
    begun = runtime.now()
    with runtime.database.transaction() as conn:
        found = sign_ins.find(conn, token, begun)
        row = conn.execute("SELECT id, office_id FROM staff WHERE staff_id = 'clerk-1'").fetchone()
    assert found is not None
    assert row is not None
    by = found.doer(begun + FRESH)
    assert by == Doer(Staff(row[0], "clerk-1"), row[1], "clerk", "fresh", begun + FRESH)
    clock.advance(seconds=1)
    assert found.doer(clock.now() + FRESH).proof == "pin"
    assert (by.staff_row, by.token_id, by.known_as) == (row[0], None, "clerk-1")


def test_software_vouches_for_nobody_and_may_name_one_of_the_staff(runtime: Runtime) -> None:
    by = Doer(Software(7), 3, None, None, runtime.now())
    assert (by.staff_row, by.token_id, by.known_as, by.own_office) == (None, 7, "api", 3)
    with pytest.raises(LookupError, match="nobody of the staff"):
        _ = by.own_staff
    named = Doer(Software(7, Staff(5, "clerk-1")), None, None, None, runtime.now())
    assert (named.staff_row, named.token_id, named.known_as) == (5, 7, "api")
    with pytest.raises(LookupError, match="no office"):
        _ = named.own_office


def test_an_operator_has_no_name(runtime: Runtime) -> None:
    by = Doer(Operator("root"), None, None, None, runtime.now())
    assert (by.staff_row, by.token_id, by.known_as) == (None, None, "operator")
