"""The scene of the stories that are told in Python."""

from __future__ import annotations

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.scene import Scene
from tests.rigs.scene import scene as make
from tests.rigs.transcript import Player


@pytest.fixture
def scene(player: Player, app: Flask, runtime: Runtime) -> Scene:
    return make(player, app, runtime)
