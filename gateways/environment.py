"""What carriers and profiles read for themselves: the environment, and models over it.

The core's settings name no carrier. A carrier in code declares a `CarrierSettings` in its folder,
an operator's profile names its variables in its file: both are read from the same place.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Self

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict

from settings import Settings


def environment(settings: Settings) -> Mapping[str, str]:
    """Return every variable by its name in capitals: what `settings` was given goes before the
    environment, and that before `.env`, which tests do not read."""
    file = {} if settings.dakiya_env == "test" else dotenv_values(".env")
    found = {name.upper(): value for name, value in {**file, **os.environ}.items()}
    return {name: value for name, value in {**found, **settings.given}.items() if value is not None}


def variables(prefix: str) -> Callable[[str], str]:
    """Return how the variable of a field is called: `from_` with `TWILIO_` is TWILIO_FROM."""
    return lambda field: prefix + field.rstrip("_").upper()


class CarrierSettings(BaseModel):
    """The settings of one carrier; a subclass names its prefix as `alias_generator=variables(…)`.

    Every field has a default and a description: docs and messages to operators are made of both.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    @classmethod
    def read(cls, settings: Settings) -> Self:
        """Return what the environment has for this carrier.

        Raises ValueError (pydantic's `ValidationError`) that names each variable with a bad value.
        """
        return cls.model_validate(environment(settings))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the variables."""
        return tuple(str(field.alias) for field in cls.model_fields.values())
