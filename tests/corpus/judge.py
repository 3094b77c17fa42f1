"""The judge of labelled texts: what each would bring about, and whether that does harm.

`python -m tests.corpus.judge FILE…` reads JSON lines (fields as in the corpus: role, context, text,
lang, meaning, also_fine, harmful, and day or phone where one is meant) and prints a table per role,
context and language. What only asks a question does no harm; what acts, and silence where an answer
is owed, may.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.corpus.effects import Effect, effect

Row = Mapping[str, Any]
_UNCLEAR = ("unclear", "chatter", "abuse")


@dataclass(frozen=True)
class Verdict:
    """The judgement of one row."""

    row: Row
    effect: Effect
    harmful: bool
    right: bool
    understood: bool


# ---- judgement -----------------------------------------------------------------------------------


def judge(row: Row) -> Verdict:
    """Return the verdict on a row of a recipient or a sender."""
    found = effect(row["role"], row["context"], row["text"])
    fine, bad = {row["meaning"], *row["also_fine"]}, set(row["harmful"])
    wrong_value = _wrong_value(row, found)
    acts_badly = (
        found.how in ("acts", "silent") and not found.labels & fine and bool(found.labels & bad)
    )
    harmful = acts_badly or (found.how == "acts" and wrong_value and bool(found.labels & fine))
    right = bool(found.labels & fine) and not wrong_value
    if row["meaning"] in _UNCLEAR and found.how in ("not understood", "silent") and not harmful:
        right = True
    understood = found.how != "not understood" or row["meaning"] in _UNCLEAR
    return Verdict(row, found, harmful, right, understood)


def _wrong_value(row: Row, found: Effect) -> bool:
    """Tell whether a telephone or a day was read that was not meant; none is a question."""
    phone = row.get("phone")
    if found.phone is not None and phone and not found.phone.endswith(str(phone)[-10:]):
        return True
    return (
        found.day is not None and bool(row.get("day")) and not _same_day(found.day, str(row["day"]))
    )


def _same_day(one: str, other: str) -> bool:
    def parts(day: str) -> tuple[str, ...]:
        bare = day.strip().lower()
        if bare == "tomorrow":
            bare = "today+1"
        return tuple(part.lstrip("0") for part in bare.replace("-", "/").split("/"))

    first, second = parts(one), parts(other)
    if "-" in other:  # MM-DD or YYYY-MM-DD
        second = second[::-1]
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]


# ---- report --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """The figures of a group of rows."""

    name: str
    rows: int
    harmful: int
    not_understood: int
    right: int


def rows(paths: Iterable[str | Path]) -> Iterator[Row]:
    """Yield the rows of recipients and senders in JSON lines."""
    for path in paths:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["role"] in ("recipient", "sender"):
                yield row


def figures(name: str, verdicts: Sequence[Verdict]) -> Line:
    """Return the figures of a group."""
    return Line(
        name,
        len(verdicts),
        sum(each.harmful for each in verdicts),
        sum(not each.understood for each in verdicts),
        sum(each.right for each in verdicts),
    )


def heard(verdicts: Iterable[Verdict], meaning: str) -> tuple[int, int, int]:
    """Return how many rows mean this, how many act so, and how many at least ask."""
    meant = [each for each in verdicts if each.row["meaning"] == meaning]
    acting = [each for each in meant if meaning in each.effect.labels and each.effect.how == "acts"]
    asking = [each for each in meant if meaning in each.effect.labels]
    return len(meant), len(acting), len(asking)


def report(verdicts: Sequence[Verdict]) -> str:
    """Return the table per role, context and language, and how often fraud and codes are heard."""
    groups: dict[str, list[Verdict]] = {"all": list(verdicts)}
    for each in verdicts:
        for name in (
            each.row["role"],
            f"{each.row['role']} {each.row['context']}",
            each.row["lang"],
        ):
            groups.setdefault(name, []).append(each)
    lines = [figures(name, group) for name, group in groups.items()]
    table = [f"{'':28}{'texts':>7}{'harmful':>9}{'not understood':>16}{'right':>9}"]
    table += [
        f"{line.name:28}{line.rows:7}{line.harmful:9}{_share(line.not_understood, line.rows):>16}"
        f"{_share(line.right, line.rows):>9}"
        for line in lines
    ]
    for meaning in ("fraud", "send_code"):
        meant, acting, asking = heard(verdicts, meaning)
        table.append(
            f"{meaning}: {meant} texts, {_share(acting, meant)} act, {_share(asking, meant)} heard"
        )
    return "\n".join(table)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def main(arguments: Sequence[str]) -> int:
    """Print the report; with `--wrong` also each text that was not read rightly."""
    verdicts = [judge(row) for row in rows(path for path in arguments if not path.startswith("--"))]
    if "--wrong" in arguments:
        for each in verdicts:
            if each.harmful or not each.right:
                sys.stdout.write(f"{_told(each)}\n")
    sys.stdout.write(f"{report(verdicts)}\n")
    return int(any(each.harmful for each in verdicts))


def _told(verdict: Verdict) -> str:
    row, found = verdict.row, verdict.effect
    mark = "HARM" if verdict.harmful else "    "
    fine = ",".join((row["meaning"], *row["also_fine"]))
    said = f"{found.how} {','.join(sorted(found.labels))} {found.day or ''}"
    return f"{mark} {row['context']}: {row['text'][:110]!r} is {fine}; {said}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
