"""The processes that run the servers of two trees, as a comparison speaks with them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bench.checkout import Checkout
from bench.rig import HOUSE, MeasureFailed


class StandProcess:
    """The process that runs one tree's servers (bench/stand.py)."""

    def __init__(self, tree: Checkout, kind: str, articles: int) -> None:
        self.process = subprocess.Popen(
            [str(tree.python), str(HOUSE / "bench" / "stand.py"), kind, str(articles)],
            cwd=tree.directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def heard(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise MeasureFailed("the servers of a tree ended: see above")
        return json.loads(line)

    def ask(self, do: str, **more: object) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()
        return self.heard()


@contextmanager
def stands_of(trees: Sequence[Checkout], kind: str, articles: int) -> Iterator[list[StandProcess]]:
    """Start all trees at once; each ends when its line is cut."""
    stands: list[StandProcess] = []
    try:
        stands += [StandProcess(tree, kind, articles) for tree in trees]
        yield stands
    finally:
        for stand in stands:
            assert stand.process.stdin is not None
            stand.process.stdin.close()
        for stand in stands:
            stand.process.wait()
