"""The environment as carriers and profiles read it, and the base model of a carrier's settings.

`settings.py` names no carrier. A carrier in code declares a `CarrierSettings` in its folder, a
profile names its variables in its file; both are read from here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Self

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict

from settings import Settings


def environment(settings: Settings) -> Mapping[str, str]:
    """Return every variable by its name in capitals. What `settings` was given takes precedence
    over the environment, and that over `.env`, which tests do not read."""
    file = {} if settings.dakiya_env == "test" else dotenv_values(".env")
    found = {name.upper(): value for name, value in {**file, **os.environ}.items()}
    return {name: value for name, value in {**found, **settings.given}.items() if value is not None}


def variables(prefix: str) -> Callable[[str], str]:
    """Return the function from a field's name to its variable's: `from_` is TWILIO_FROM."""
    return lambda field: prefix + field.rstrip("_").upper()


class CarrierSettings(BaseModel):
    """The settings of one carrier; a subclass sets its prefix by `alias_generator=variables(…)`.

    Every field has a default and a description, of which docs and messages to operators are made.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    @classmethod
    def read(cls, settings: Settings) -> Self:
        """Return the settings that the environment has for this carrier.

        Raises ValueError (pydantic's `ValidationError`) that names each variable with a bad value.
        """
        return cls.model_validate(environment(settings))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the variables."""
        return tuple(str(field.alias) for field in cls.model_fields.values())
