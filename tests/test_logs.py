"""What a line of the log shows of a person."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
import structlog
from hypothesis import HealthCheck, assume, given, settings

import logs
from india import phone
from settings import Settings
from tests.rigs import notations


@pytest.fixture
def configured(settings: Settings) -> Settings:
    return settings.model_copy(update={"dakiya_env": "production"})


def line(capsys: pytest.CaptureFixture[str], **fields: Any) -> dict[str, Any]:
    structlog.get_logger("tests").info("said", **fields)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(written=notations.telephones)
def test_no_line_shows_a_whole_telephone(
    configured: Settings, capsys: pytest.CaptureFixture[str], written: str
) -> None:
    assume(phone.e164(written))
    structlog.reset_defaults()
    logs.configure(configured)
    said = line(capsys, text=f"call {written}!", nested={"why": [written]}, count=9839055501)
    for shown in (said["text"], said["nested"]["why"][0]):
        assert "••••••" in shown
        assert sum(each.isdigit() for each in shown) == 4
    structlog.reset_defaults()


def test_random_ids_stay_whole(configured: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(configured)
    ids = {"request_id": "a9839055501b" + "c" * 20, "sid": "SM" + "9" * 32, "row": str(uuid4())}
    said = line(capsys, **ids)
    structlog.reset_defaults()
    assert {name: said[name] for name in ids} == ids
