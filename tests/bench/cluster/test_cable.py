"""A bad cable keeps the order and the time of what it does not lose."""

from __future__ import annotations

from bench.cluster.cable import Late


def test_frames_come_late_and_in_order() -> None:
    came: list[bytes] = []
    late = Late(0.1, 0.0)
    late.take(b"first", came.append, 10.00)
    late.take(b"second", came.append, 10.05)
    assert late.let_go(10.09) is not None
    assert not came
    assert late.let_go(10.1001) is not None
    assert came == [b"first"]
    assert late.let_go(10.2) is None
    assert came == [b"first", b"second"]


def test_so_many_are_lost() -> None:
    came: list[bytes] = []
    late = Late(0.0, 0.05)
    for _ in range(10_000):
        late.take(b"frame", came.append, 1.0)
    late.let_go(1.0)
    assert 9_400 <= len(came) <= 9_600
