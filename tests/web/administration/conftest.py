"""The administrator and the postmaster who is the second person, of the tests of the pages."""

from __future__ import annotations

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player


@pytest.fixture
def admin(app: Flask, runtime: Runtime, player: Player) -> Colleague:
    return sign_in(app, runtime, "administrator", "admin")


@pytest.fixture
def postmaster(app: Flask, runtime: Runtime, admin: Colleague) -> Colleague:
    return sign_in(app, runtime, "postmaster", "master")
