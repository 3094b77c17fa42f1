"""Train the next dictionary of sprints (store/packing.py) from a simulated month.

    .venv/bin/python script/train_sprints.py [ARTICLES]

Writes `store/dictionaries/<next number>.zstd` and `.json`: the trained dictionary, and the defaults
that rows of that number leave out. From then on new sprints are packed with it. An older one is
never changed and never removed: rows name theirs by its number. Train a new one when a month's
sprints have grown much (`./script/bench bytes`), not for each new field. The month's people are
invented, so the dictionary holds nobody's telephone; telephones are taken out before it anyway.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import orjson
import zstandard

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))

from bench.month import run, thrown_away  # noqa: E402
from bench.month_world import Plan  # noqa: E402
from flows.replay.record import Lean, decode, defaults_today  # noqa: E402
from postal.desk import sprints  # noqa: E402
from postal.desk.sprints import Period, StoredSprint  # noqa: E402
from store import packing  # noqa: E402
from store.database import Database  # noqa: E402

_BYTES = 32_768
_PLACE = HOUSE / "store" / "dictionaries"


def main(articles: int) -> None:
    usual = defaults_today()
    lean = Lean(usual)
    with thrown_away() as settings:
        run(settings, Plan(articles=articles))
        database = Database(settings.database_url, 1)
        database.open()
        with database.transaction() as conn:
            samples: list[bytes | bytearray | memoryview[int]] = [
                _sample(each, lean) for each in sprints.stream(conn, Period())
            ]
        database.close()
    made = zstandard.train_dictionary(_BYTES, samples, level=9)
    number = max((int(path.stem) for path in _PLACE.glob("*.zstd")), default=0) + 1
    (_PLACE / f"{number}.zstd").write_bytes(made.as_bytes())
    (_PLACE / f"{number}.json").write_text(json.dumps(usual, indent=1, sort_keys=True) + "\n")
    print(f"dictionary {number}: {len(samples)} sprints, {len(made.as_bytes())} bytes")


def _sample(stored: StoredSprint, lean: Lean) -> bytes:
    def again(value: object) -> object:
        return lean.encode(None if value is None else decode(value, object))

    before = {**stored.state_before, "context": again(stored.state_before["context"])}
    whole = [again(stored.event), before, again(stored.facts), again(stored.decision)]
    return packing.without_telephones(orjson.dumps(whole))[1]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 800)
