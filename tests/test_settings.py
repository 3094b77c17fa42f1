"""What every setting has, whoever declares it; and where a carrier's settings come from."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from gateways.registry import carriers, variables
from gateways.twilio.settings import TwilioSettings
from settings import Settings
from tests.rigs.told import nothing_in

_HOUSE = Path(__file__).resolve().parent.parent


def undescribed(model: type[BaseModel]) -> Iterator[str]:
    """Yield a line for each setting of `model` without a description: where, and which."""
    lines, first = inspect.getsourcelines(model)
    file = Path(inspect.getfile(model)).relative_to(_HOUSE)
    for name, field in model.model_fields.items():
        if not field.description:
            at = next(n for n, line in enumerate(lines, first) if re.match(rf"\s+{name}:", line))
            yield f"{file}:{at}: {field.alias or name.upper()} is a setting without a description"


def test_every_setting_has_a_description() -> None:
    models: tuple[type[BaseModel], ...] = (Settings, *(carrier.settings for carrier in carriers()))
    nothing_in(line for model in models for line in undescribed(model))


def test_a_setting_without_a_description_is_named_with_its_place() -> None:
    class Careless(TwilioSettings):
        pigeons: int = 7

    (line,) = undescribed(Careless)
    assert re.fullmatch(
        r"tests/test_settings\.py:\d+: TWILIO_PIGEONS is a setting without a description", line
    )


def test_every_variable_of_a_carrier_is_documented() -> None:
    pages = "".join((_HOUSE / "docs" / name).read_text() for name in ("gateways.md", "voice.md"))
    assert [name for name in variables() if f"`{name}`" not in pages] == []


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text("TWILIO_ACCOUNT_SID=ACfile\nTWILIO_FROM=file\ntwilio_rate=7\n")
    monkeypatch.setenv("TWILIO_FROM", "environment")
    return file


@pytest.mark.usefixtures("env_file")
def test_a_carrier_reads_env_file_and_environment_as_the_core_does() -> None:
    own = TwilioSettings.read(Settings())
    assert (own.account_sid, own.from_, own.rate) == ("ACfile", "environment", 7)
    given = Settings().giving(TWILIO_FROM="given", TWILIO_ACCOUNT_SID=None)
    own = TwilioSettings.read(given)
    assert (own.account_sid, own.from_) == ("", "given")
    assert "given" not in repr(given)


@pytest.mark.usefixtures("env_file")
def test_no_env_file_reaches_a_test() -> None:
    own = TwilioSettings.read(Settings(_env_file=None, dakiya_env="test"))
    assert (own.account_sid, own.from_) == ("", "environment")
