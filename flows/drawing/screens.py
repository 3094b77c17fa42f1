"""The screens of USSD as a page: a diagram in Mermaid and a table, from what they declare alone."""

from __future__ import annotations

from collections.abc import Iterable

from flows.ussd.engine import Graph
from flows.ussd.menu import POSTMANS


def page(graph: Graph) -> str:
    """Return the Markdown page of `graph`."""
    every = tuple(graph.screens.values())
    arrows = [f"    {s.name} --> {to}" for s in every for to in s.to if s.name != "resume"]
    rows = [
        f"| {s.name} | {s.meaning} | {_listed(s.to)} |"
        f" {_listed(event.__name__ for event in s.asks)} | {_listed(f'`{t}`' for t in s.texts)} |"
        for s in every
    ]
    return "\n".join(
        [
            "# The USSD screens",
            "",
            "Made by `flask --app app flows draw`; do not edit. `0` leads back everywhere,",
            "`resume` to wherever a session broke off; docs/ussd.md tells the rest.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> menu",
            "    [*] --> pin: a postman",
            "    [*] --> resume: the last session was interrupted",
            *arrows,
            "    over --> [*]",
            "```",
            "",
            f"The postman's, after his PIN: {', '.join(s.name for s in every if _his(s.name))}.",
            "",
            "| screen | meaning | leads to | asks the machine | shows |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _his(name: str) -> bool:
    return name in POSTMANS and name != "pin"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
