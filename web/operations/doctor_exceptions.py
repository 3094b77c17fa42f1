"""The findings of `flask doctor` about offices that let too much go without its code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg

from postal import exceptions
from web.operations.findings import Finding


def examine(conn: psycopg.Connection[Any], now: datetime) -> Iterator[Finding]:
    """Yield the offices over the share that an office can explain (docs/developing/trust.md)."""
    for each in exceptions.offices_over(conn, now):
        says = (
            f"{each.office}: {each.used} of {each.handovers} handovers of 30 days went without"
            " their code: /office/exceptions says who asks and who agrees"
        )
        yield Finding("wrong", "exceptions", says)
