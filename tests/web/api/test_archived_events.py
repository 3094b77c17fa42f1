"""A reader of the feed whose cursor lies before what was archived is told, and skips nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from runtime import Runtime
from store import feed
from store.database import Database
from tests.rigs.api_calls import Api, api_of
from tests.rigs.archives import archive_month, next_month


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    return api_of(runtime, client)


def _kinds(api: Api, query: str) -> list[tuple[int, str]]:
    answer = api.get(f"/events?limit=1000&{query}")
    assert answer.status_code == 200, answer.text
    return [(each["cursor"], each["kind"]) for each in answer.get_json()["events"]]


def test_a_cursor_before_an_archived_event_is_told(
    api: Api, runtime: Runtime, owner: Database, tmp_path: Path
) -> None:
    """Nobody had read the feed: its events had no place in it when they were archived."""
    with next_month(runtime, owner) as month:
        archive_month(month, tmp_path)
        with runtime.database.transaction() as conn:
            feed.append(conn, "desk_acted", None, runtime.now(), {"name": "later"})
        for after in (0, 1, 20):
            gone = api.get(f"/events?after={after}")
            assert gone.status_code == 410
            assert gone.content_type == "application/problem+json"
            says = f"events after the cursor {after}, up to 21, are in an archive"
            assert says in gone.get_json()["detail"]
        assert _kinds(api, "after=21") == [(22, "desk_acted")]
        assert _kinds(api, "after=0&archived=skip") == [(1, "day_sealed"), (22, "desk_acted")]
        assert api.get("/events?archived=perhaps").status_code == 422
        with owner.transaction() as conn:  # brought back
            conn.execute("DELETE FROM archived_months")
        assert _kinds(api, "after=20") == [(22, "desk_acted")]
