"""Who: whoever got hold of the application's database access, and the database's own keeper.

Wants: another person in the feed as who handed over; a look at somebody's data to be unseen.
In the way: docs/developing/trust.md rule 12
Told: the application is refused; a sealed row that the keeper changed is named by the next check.
"""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest

from store.database import Database
from tests.rigs import chains
from tests.rigs.scene import ARTICLE, HOLDER, POSTMAN, Scene

REFUSED = psycopg.errors.InsufficientPrivilege


def handed_over(scene: Scene) -> None:
    scene.steps(f"list 1001: {ARTICLE}", f"{POSTMAN} > 1")
    scene.steps(f"{POSTMAN} > 1 {scene.player.codes[HOLDER][-1]}")
    assert scene.is_safe("delivered")


@pytest.mark.parametrize(
    "statement",
    [
        'UPDATE events SET data = data || \'{"postman": "1002"}\' RETURNING 1',
        "DELETE FROM events WHERE kind = 'delivered' RETURNING 1",
        "DELETE FROM access_log RETURNING 1",
        "UPDATE ledger SET paise = 0 RETURNING 1",
        "DELETE FROM sprints RETURNING 1",
    ],
)
def test_the_application_only_adds(scene: Scene, statement: LiteralString) -> None:
    handed_over(scene)
    with pytest.raises(REFUSED):
        scene.rows(statement)
    assert "delivered" in scene.written()


def test_what_the_keeper_changes_is_named(scene: Scene, owner: Database) -> None:
    handed_over(scene)
    chains.as_of_yesterday(owner)
    chains.seal(scene.runtime)
    assert chains.verify(scene.app).exit_code == 0
    ((row,),) = scene.rows("SELECT id FROM events WHERE kind = 'delivered'")
    with owner.transaction() as conn:
        conn.execute("UPDATE events SET kind = 'collected' WHERE id = %s", [row])
    found = chains.verify(scene.app)
    assert found.exit_code == 1
    assert f"events id {row}, {chains.days_ago(1)}: changed after it was written" in found.output
