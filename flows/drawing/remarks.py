"""The remarks as a page of documentation, made from their table alone."""

from __future__ import annotations

from flows.remarks import KINDS, RemarkKind


def page() -> str:
    """Return the Markdown page of all remarks."""
    return "\n".join(
        [
            "# Remarks: why an article was not delivered",
            "",
            "Made by `flask --app app flows draw` from `flows/remarks.py`; do not edit. The codes",
            "are our own. *Counts*: it is one of the two attempts at the door. *Another visit*: a",
            "postman may bring it once more. *Needs the code*: if the recipient has a telephone,",
            "only the refusal code proves it. Recipient and sender are told of it in the texts",
            "`attempted_…` and `sender_attempted_…` of `messages/catalogue/`.",
            "",
            "| remark | meaning | recipient | sender | counts | another visit | needs the code |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *map(_row, KINDS),
            "",
        ]
    )


def _row(kind: RemarkKind) -> str:
    properties = (kind.counts, kind.another_visit, kind.needs_code)
    cells = (str(kind.code), kind.name, kind.question, kind.group)
    return f"| {' | '.join((*cells, *('yes' if each else 'no' for each in properties)))} |"
