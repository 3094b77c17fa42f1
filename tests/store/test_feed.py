from __future__ import annotations

import threading
from collections.abc import Mapping

from runtime import Runtime
from store import feed


def happen(runtime: Runtime, *names: str) -> None:
    with runtime.database.transaction() as conn:
        for name in names:
            feed.append(conn, "desk_acted", None, runtime.now(), {"name": name})


def read(runtime: Runtime, after: int = 0, limit: int = 100) -> list[tuple[int, str]]:
    with runtime.database.transaction() as conn:
        return [(event.position, event.data["name"]) for event in feed.read(conn, after, limit)]


def test_events_are_read_in_order_from_a_cursor(runtime: Runtime) -> None:
    happen(runtime, "a", "b")
    happen(runtime, "c")
    assert read(runtime) == [(1, "a"), (2, "b"), (3, "c")]
    assert read(runtime, after=1, limit=1) == [(2, "b")]
    assert read(runtime, after=3) == []


def test_positions_have_no_holes_whatever_the_plan(runtime: Runtime) -> None:
    happen(runtime, "first")
    assert read(runtime) == [(1, "first")]
    with runtime.database.transaction() as conn:
        conn.execute("ANALYZE events")  # one event: the planner now joins as for one
    happen(runtime, *"abcd")
    assert read(runtime, after=1) == [(2, "a"), (3, "b"), (4, "c"), (5, "d")]


def test_an_event_comes_back_as_it_was_written(runtime: Runtime) -> None:
    data: Mapping[str, feed.Json] = {"number": "x", "list": [1, None, {"deep": True}]}
    with runtime.database.transaction() as conn:
        feed.append(conn, "code_wrong", None, runtime.now(), data)
        (event,) = feed.read(conn, 0, 10)
    assert event == feed.FeedEvent(1, runtime.now(), "code_wrong", None, None, data)


def test_a_cursor_does_not_pass_over_a_slower_transaction(runtime: Runtime) -> None:
    with runtime.database.transaction() as slow:
        feed.append(slow, "desk_acted", None, runtime.now(), {"name": "slow"})
        happen(runtime, "fast")  # a later id, committed earlier
        assert read(runtime) == [(1, "fast")]
    assert read(runtime, after=1) == [(2, "slow")]
    assert read(runtime) == [(1, "fast"), (2, "slow")]


def test_what_was_rolled_back_is_not_in_the_feed(runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        feed.append(conn, "desk_acted", None, runtime.now(), {"name": "never"})
        conn.rollback()
    assert read(runtime) == []


def test_more_events_than_are_placed_at_once_all_arrive(runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        feed.append_many(
            conn,
            [
                feed.NewEvent("desk_acted", None, runtime.now(), {"name": str(n)})
                for n in range(2500)
            ],
        )
    seen: list[tuple[int, str]] = []
    while page := read(runtime, after=seen[-1][0] if seen else 0, limit=700):
        seen += page
    assert seen == [(n + 1, str(n)) for n in range(2500)]


def test_readers_and_writers_at_once_miss_nothing_and_repeat_nothing(runtime: Runtime) -> None:

    def write(writer: int) -> None:
        for n in range(25):
            happen(runtime, f"{writer}-{n}")

    writers = [threading.Thread(target=write, args=(w,)) for w in range(4)]
    seen: list[list[tuple[int, str]]] = [[], []]
    done = threading.Event()

    def follow(mine: list[tuple[int, str]]) -> None:
        while True:
            last_round = done.is_set()
            page = read(runtime, after=mine[-1][0] if mine else 0, limit=7)
            mine += page
            if last_round and not page:
                return

    readers = [threading.Thread(target=follow, args=(mine,)) for mine in seen]
    for thread in writers + readers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert seen[0] == seen[1]
    assert sorted(name for _, name in seen[0]) == sorted(
        f"{w}-{n}" for w in range(4) for n in range(25)
    )
