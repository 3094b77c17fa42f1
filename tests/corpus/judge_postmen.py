"""Judge what the postmen's grammar makes of labelled texts.

    python -m tests.corpus.judge_postmen FILE… [--all]

A row is as those of ../shared/cases/texts.jsonl: `context`, `text`, `lang`, `meaning`, `also_fine`,
`harmful`, `acts`, `also_acts`. Judged by effect: a question is never harmful; an act in `harmful`
is, and so is a right label with another item, code, payment, amount or colleague. An item that is
not on the list (1 to 12) has no effect.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from flows.events import Approach, AskHelp, AskLeft, Handover, Pass, Undo, Visit
from flows.grammar.person import Understood
from flows.grammar.postman import postman
from flows.grammar.postman_passing import COLLEAGUE

CODE_LENGTH = 6
ON_LIST = range(1, 13)
COD = {"approached_cod": 850}
ARTICLES = {"EU123456785IN": 7}
Verdict = Literal["right", "harmful", "asked back", "asked back though clear", "other"]
_ASKS = ("unclear", "chatter")


@dataclass(frozen=True)
class Judged:
    """One row and what became of it."""

    row: Mapping[str, Any]
    verdict: Verdict
    did: str


def judge(row: Mapping[str, Any]) -> Judged:
    """Return what the grammar makes of a row, and whether that is right."""
    understood = postman(row["text"], CODE_LENGTH)
    acts = list(effects(understood, row["context"]))
    labels = {act["act"] for act in acts}
    right = {row["meaning"], *row["also_fine"]}
    wanted = [*(row.get("acts") or ()), *(row.get("also_acts") or ())]
    did = json.dumps(acts, ensure_ascii=False) if acts else _named(understood)
    clear = row["meaning"] not in _ASKS
    strange = [act for act in acts if not _as_wanted([act], wanted, row)]
    if {act["act"] for act in strange} & set(row["harmful"]):
        return Judged(row, "harmful", did)
    if not acts:
        fine = not clear or right & set(_ASKS)
        return Judged(row, "asked back" if fine else "asked back though clear", did)
    if strange:
        allowed = labels <= right and not wanted  # "also fine: remark", and not which
        return Judged(row, "other" if allowed or labels <= {"left", "help"} else "harmful", did)
    return Judged(row, "right", did)


def effects(understood: Understood, context: str) -> Iterator[dict[str, Any]]:
    """Yield the acts of an event that have an effect in `context`, as rows write them."""
    event = understood.event
    if isinstance(event, Undo | AskLeft | AskHelp):
        yield {"act": {Undo: "undo", AskLeft: "left", AskHelp: "help"}[type(event)]}
    elif isinstance(event, Pass):
        items = sorted(_serial(item) for item in event.items if _serial(item) in ON_LIST)
        if not items:
            return
        if event.back:
            yield {"act": "back_to_office", "items": items}
        elif understood.codes[COLLEAGUE].isdigit():  # there is no other colleague
            yield {"act": "pass_to", "items": items, "staff": understood.codes[COLLEAGUE]}
    elif isinstance(event, Visit):
        doors = [_serial(act.item) for act in event.acts if isinstance(act, Approach)]
        if len(event.acts) == 2 == len(doors) and any(door not in ON_LIST for door in doors):
            return  # nothing is done: one of two doors is not on his list
        for act in event.acts:
            item = _serial(act.item)
            if item not in ON_LIST:
                continue
            if isinstance(act, Approach):
                yield {"act": "approach", "item": item}
            elif isinstance(act, Handover):
                if act.proof == "malformed" or act.amount not in (None, COD.get(context)):
                    continue
                code = understood.codes.get(act.item)
                yield {"act": "handover", "item": item, "code": code, "payment": act.payment}
            else:
                yield {"act": "remark", "item": item, "remark": act.remark}


def _serial(item: str) -> int:
    return int(item) if item.isdigit() else ARTICLES.get(item, 0)


def _as_wanted(
    acts: list[dict[str, Any]], wanted: list[Mapping[str, Any]], row: Mapping[str, Any]
) -> bool:
    """Tell whether each act is one that the label names, in all that the label says of it."""
    if acts[0]["act"] in ("left", "help", "undo"):
        return acts[0]["act"] in (row["meaning"], *row["also_fine"])
    flat = [each for want in wanted for each in _flat(want)]
    return all(any(_same(act, want) for want in flat) for act in acts)


def _flat(want: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if want["act"] in ("pass_to", "back_to_office"):
        yield {**want, "items": sorted(want["items"])}
        return
    items = want.get("items") or ([want["item"]] if want.get("item") else [None])
    for item in items:
        yield {**{key: value for key, value in want.items() if key != "items"}, "item": item}


def _same(act: Mapping[str, Any], want: Mapping[str, Any]) -> bool:
    if act["act"] != want["act"]:
        return False
    return all(want.get(key) == value for key, value in act.items() if key in want)


def _named(understood: Understood) -> str:
    return repr(understood.event)


# ---- the table ---------------------------------------------------------------------------------


def rows(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Yield the postmen's rows of the files."""
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row.get("role", "postman") == "postman":
                yield row


def table(judged: Iterable[Judged]) -> str:
    """Return the figures per context and language, and in all."""
    counts: dict[tuple[str, str], Counter[Verdict]] = {}
    clear: Counter[tuple[str, str]] = Counter()
    for each in judged:
        for at in ((each.row["context"], each.row["lang"]), ("all", "")):
            counts.setdefault(at, Counter())[each.verdict] += 1
            clear[at] += each.row["meaning"] not in _ASKS
    heads = f"{'texts':>6}{'harmful':>9}{'right':>8}{'asked though clear':>20}{'done of clear':>15}"
    lines = [f"{'context':16}{'lang':8}{heads}"]
    for at, found in sorted(counts.items(), key=lambda each: (each[0][0] == "all", each[0])):
        total = sum(found.values())
        right = (found["right"] + found["asked back"]) / total
        asked = found["asked back though clear"] / total
        done = found["right"] / (clear[at] or 1)
        lines.append(
            f"{at[0]:16}{at[1]:8}{total:6}{found['harmful']:9}{right:8.1%}{asked:20.1%}{done:15.1%}"
        )
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Print what was misread and the table; return 1 if anything was harmful."""
    paths = [Path(each) for each in arguments if not each.startswith("--")]
    judged = [judge(row) for row in rows(paths)]
    shown = ("harmful", "other", "asked back though clear")
    for each in judged:
        if each.verdict in shown or "--all" in arguments:
            row = each.row
            label = f"{row['meaning']} {row['also_fine'] or ''} {row.get('acts')}"
            print(f"{each.verdict:24}{row['context']:15}{row['text']!r}: {each.did} | {label}")  # noqa: T201
    print(table(judged))  # noqa: T201
    return int(any(each.verdict == "harmful" for each in judged))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
