"""What deploy/secrets makes, once for all tests that only read it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench.cluster.plan import DEPLOY


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("secrets") / "made"
    subprocess.run([DEPLOY / "secrets", into], check=True, capture_output=True)
    return into
