"""The demo: two districts' offices, its people, and a list for every day on which it is started."""

from __future__ import annotations

from collections import Counter
from typing import Any

from runtime import Runtime
from tests.rigs.clock import Clock
from web.phones import demo


def rows(runtime: Runtime, query: str) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(query).fetchall()


def test_the_demo_is_made_once_and_lives_on_the_next_day(runtime: Runtime, clock: Clock) -> None:
    demo.load(runtime)
    assert rows(runtime, "SELECT count(*) FROM offices") == [(596,)]
    first = rows(runtime, "SELECT number FROM articles ORDER BY number")
    assert len(first) == 24
    told = rows(runtime, "SELECT count(*) FROM messages")

    demo.load(runtime)
    assert rows(runtime, "SELECT number FROM articles ORDER BY number") == first
    assert rows(runtime, "SELECT count(*) FROM messages") == told

    # Two were delivered and two attempted; the others came back with the postman.
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE delivery_items SET state = CASE serial WHEN 1 THEN 'delivered' ELSE 'attempted'"
            " END, finished_at = now() WHERE serial < 3 AND list_id < 3"
        )
        conn.execute(
            "UPDATE articles a SET state = i.state,"
            " delivered_at = CASE i.state WHEN 'delivered' THEN now() END"
            " FROM delivery_items i WHERE i.article_id = a.id AND i.state <> 'open'"
        )
    clock.advance(days=1)
    demo.load(runtime)
    assert rows(runtime, "SELECT count(*) FROM articles") == [(26,)]
    assert rows(runtime, "SELECT count(*) FROM delivery_items WHERE state = 'open'") == [(24,)]
    assert rows(runtime, "SELECT DISTINCT date::text FROM delivery_lists ORDER BY 1") == [
        ("2026-08-14",),
        ("2026-08-15",),
    ]

    with runtime.database.transaction() as conn:  # one waits at the office from now on
        conn.execute(
            "UPDATE articles SET attempts = 2 WHERE id ="
            " (SELECT min(article_id) FROM delivery_items WHERE state = 'open')"
        )
    clock.advance(days=1)
    demo.load(runtime)
    assert rows(runtime, "SELECT max(date)::text FROM delivery_lists") == [("2026-08-16",)]
    assert rows(runtime, "SELECT count(*) FROM delivery_items WHERE state = 'open'") == [(24,)]


def test_the_cast_has_everybody_once_and_in_order(runtime: Runtime) -> None:
    demo.load(runtime)
    with runtime.database.transaction() as conn:
        cast = demo.cast(conn)
    assert Counter(person.role for person in cast) == {
        "postman": 4,
        "recipient": 21,
        "sender": 4,
        "office": 2,
    }
    assert len({(person.role, person.phone) for person in cast}) == len(cast)
    assert [person.role for person in cast[:5]] == ["postman"] * 4 + ["recipient"]
    assert cast[4].name == "Ramavati Devi"
    assert {person.language for person in cast} == {"hi", "hi-Latn", "en"}
