"""What rules, model and both read rightly, each text by a model that did not see it.

The rules were written with these texts in sight: their figures are of texts known. The model is
trained on four fifths and measured on the other, five times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from unittest.mock import patch

from flows.reading import model, opinions, understand
from flows.reading.rules import RuleBook
from tests.corpus.judge import Row, Verdict, figures, heard, judge

Train = Callable[[Sequence[Any]], Mapping[str, Any]]
Examples = Callable[[Sequence[Row]], Sequence[Any]]


def measure(labelled: Sequence[Row], train: Train, examples: Examples, parts: int) -> str:
    """Return the table of the three ways."""
    verdicts: dict[str, list[Verdict]] = {"rules": [], "model": [], "both": []}
    for part in range(parts):
        left = [row for row in labelled if _part(row, parts) == part]
        given = [row for row in labelled if _part(row, parts) != part]
        trained = model.made(train(examples(given)))
        for way, found in verdicts.items():
            with _reading(way, trained):
                found += [judge(row) for row in left]
    harmful = (
        f"{way}: {each.row['text'][:150]!r}\n"
        for way, found in verdicts.items()
        for each in found
        if each.harmful
    )
    return "".join((*(_line(way, found) + "\n" for way, found in verdicts.items()), *harmful))


def _part(row: Row, parts: int) -> int:
    return sha256(f"part {row['id']}".encode()).digest()[0] % parts


@contextmanager
def _reading(way: str, trained: model.Model) -> Iterator[None]:
    understand.read.cache_clear()
    silent = trained if way != "rules" else model.Model((), (), {})
    with patch.object(model, "model", lambda: silent):
        if way == "model":
            with patch.object(opinions, "rules", lambda: RuleBook((), {}, ())):
                yield
        else:
            yield
    understand.read.cache_clear()


def _line(way: str, verdicts: Sequence[Verdict]) -> str:
    line = figures(way, verdicts)
    meant = {name: heard(verdicts, name) for name in ("fraud", "send_code")}
    said = ", ".join(
        f"{name} {act} act, {ask} heard of {all_}" for name, (all_, act, ask) in meant.items()
    )
    return (
        f"{way:6} {line.rows} texts: harmful {line.harmful}, not understood "
        f"{line.not_understood / line.rows:.1%}, right {line.right / line.rows:.1%}; {said}"
    )
