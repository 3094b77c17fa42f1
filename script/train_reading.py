"""Train the small model of `flows/reading` on labelled texts, and say what it adds to the rules.

`python -m script.train_reading FILE…` (JSON lines as tests/corpus has them; never the aside files)
writes flows/reading/model.json; `--measure` prints instead, over five parts each left out in turn,
what rules, model and both together read rightly. The same files give the same model.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from flows.reading import model
from flows.reading.normal import normalise

_FILE: Final = Path(__file__).parent.parent / "flows" / "reading" / "model.json"
_ROUNDS: Final = 14
_STEP: Final = 0.3
_SHRINK: Final = 2e-4  # of each weight at each step: what is rare stays small
_SCALE: Final = 100
_LEAST: Final = 6  # smaller weights are left out
_SEEN: Final = 2  # texts that a piece must be in
_PARTS: Final = 5

_KINDS: Final[Mapping[str, str]] = {
    "not_home_today": "not_home", "other_day": "another_day", "hold_at_office": "hold",
    "wrong_phone_new_number": "new_number", "dead_person": "dead", "address_info": "address_hint",
    "where_is_it": "where", "question_how": "how", "received_ok": "received",
    "postman_never_came": "never_came", "carrier_notice": "notice",
}  # fmt: skip
_THERE: Final[Mapping[tuple[str, str], str]] = {
    ("yes", "asked"): "true", ("no", "asked"): "never_came", ("yes", "nominee_asked"): "accept",
    ("no", "nominee_asked"): "decline",
}  # fmt: skip

Row = Mapping[str, Any]
Example = tuple[list[str], str]


def kind_of(row: Row) -> str:
    """Return the wish that a label means in its context."""
    meaning, context = row["meaning"], row["context"]
    return _THERE.get((meaning, context)) or _KINDS.get(meaning, meaning)


def rows(paths: Iterable[str]) -> list[Row]:
    """Return the recipients' rows of the files, by id. Refuse what was laid aside."""
    found: dict[str, Row] = {}
    for path in paths:
        if "aside" in Path(path).name:
            raise SystemExit(f"{path} was laid aside: it is for measuring only")
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["role"] == "recipient":
                found[row["id"]] = row
    return [found[each] for each in sorted(found)]


def examples(labelled: Iterable[Row]) -> list[Example]:
    """Return pieces and wish of each text that is a person's own words."""
    read = ((normalise(row["text"]), kind_of(row)) for row in labelled)
    return [(model.pieces(normal.text), kind) for normal, kind in read if normal.kind == "words"]


def train(given: Sequence[Example]) -> dict[str, Any]:
    """Return a model: logistic regression over all wishes, by steps in a fixed order."""
    kinds = sorted({kind for _, kind in given})
    seen = Counter(piece for found, _ in given for piece in found)
    known = {piece for piece, count in seen.items() if count >= _SEEN}
    weights: dict[str, list[float]] = {piece: [0.0] * len(kinds) for piece in known}
    bias = [0.0] * len(kinds)
    order = sorted(range(len(given)), key=lambda at: sha256(str(at).encode()).digest())
    for round_ in range(_ROUNDS):
        step = _STEP / (1 + round_ / 3)
        for at in order:
            found = [piece for piece in given[at][0] if piece in known]
            _learn(weights, bias, found, kinds.index(given[at][1]), step)
    return {
        "kinds": kinds,
        "bias": [round(value * _SCALE) for value in bias],
        "weights": {piece: row for piece in sorted(known) if (row := _whole(weights[piece]))},
    }


def _learn(
    weights: dict[str, list[float]], bias: list[float], found: list[str], right: int, step: float
) -> None:
    rows_ = [weights[piece] for piece in found]
    share = step / math.sqrt(len(found) + 1)
    sums = [each + sum(row[at] for row in rows_) for at, each in enumerate(bias)]
    most = max(sums)
    powers = [math.exp(each - most) for each in sums]
    total = sum(powers)
    for at, power in enumerate(powers):
        wrong = (1.0 if at == right else 0.0) - power / total
        if abs(wrong) < 1e-3:
            continue
        bias[at] += share * wrong * 0.1
        for row in rows_:
            row[at] += share * wrong - _SHRINK * row[at]


def _whole(row: Sequence[float]) -> dict[str, int]:
    return {str(at): whole for at, value in enumerate(row)
            if abs(whole := round(value * _SCALE)) >= _LEAST}  # fmt: skip


def written(trained: Mapping[str, Any]) -> str:
    """Return a model as its file has it: one piece a line."""
    head = {name: trained[name] for name in ("kinds", "bias")}
    lines = [f"{json.dumps(piece, ensure_ascii=False)}: {json.dumps(row)}"
             for piece, row in trained["weights"].items()]  # fmt: skip
    start = json.dumps(head, ensure_ascii=False)[:-1]
    return f'{start}, "weights": {{\n' + ",\n".join(lines) + "\n}}\n"


def main(arguments: Sequence[str]) -> int:
    """Write the model, or measure what it adds."""
    labelled = rows(path for path in arguments if not path.startswith("--"))
    if "--measure" in arguments:
        from tests.corpus.crossed import measure  # the judge belongs to the tests

        sys.stdout.write(measure(labelled, train, examples, _PARTS))
        return 0
    _FILE.write_text(written(train(examples(labelled))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
