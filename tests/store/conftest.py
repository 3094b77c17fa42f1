from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from runtime import Runtime
from store.database import Database
from tests.rigs.archives import NextMonth, first_month, next_month
from tests.rigs.clock import Clock


@pytest.fixture
def month(runtime: Runtime, owner: Database) -> Iterator[NextMonth]:
    with next_month(runtime, owner) as made:
        yield made


@pytest.fixture
def past(runtime: Runtime, owner: Database, clock: Clock) -> Iterator[date]:
    with first_month(runtime, owner, clock) as first:
        yield first
