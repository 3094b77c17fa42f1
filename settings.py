"""Every setting of Dakiya, typed, from the environment (and `.env` in development).

`Settings()` reads and checks all of it at once; in production it refuses to start
without the keys that protect codes and sessions. Names are those of CONTRACT.md.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateways.routes import Routes, names, prefixes, rules

Environment = Literal["development", "test", "production"]
CodeRelease = Literal["approach", "dispatch"]
Language = Literal["hi", "hi-Latn", "en"]

_MIN_KEY_BYTES = 32


class Settings(BaseSettings):
    """The configuration of one process. Secrets are `SecretStr`: their repr shows nothing."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    dakiya_env: Environment = "development"
    database_url: str = Field("", description="PostgreSQL; empty outside production: embedded")
    redis_url: str = Field("", description="Valkey or Redis; empty outside production: embedded")
    dakiya_master_key: SecretStr = Field(SecretStr(""), description="codes are derived from it")
    secret_key: SecretStr = Field(SecretStr(""), description="signs web sessions")
    public_url: str = Field(
        "http://127.0.0.1:8000", description="the address that carriers call; signatures cover it"
    )
    port: int = 8000
    var_dir: Path = Field(Path("var"), description="embedded servers and development keys")

    sms_routes: str = Field("simulator", description="gateways in order of preference, by comma")
    sms_route_rules: str = Field(
        "", description="other orders: +91 code hi = exotel, twilio; +254 = africastalking"
    )
    sms_without_receipts: str = Field(
        "",
        description="gateways that never tell what arrived: no second send for want of a receipt",
    )
    sms_countries: str = Field(
        "",
        description="how numbers begin that are texted: +91,+977; empty: any, in production +91",
    )
    code_answer_seconds: int = Field(
        6, ge=3, description="then a code whose carrier has not answered goes by the next gateway"
    )
    code_confirm_seconds: int = Field(
        20, ge=5, description="then a code without a receipt goes by the next gateway"
    )
    receipt_seconds: int = Field(
        60, ge=10, description="a receipt that comes later is late: many such, and a gateway rests"
    )
    failover_hourly_limit: int = Field(
        200, ge=0, description="second sends of codes an hour, for each gateway that confirmed none"
    )
    article_hourly_limit: int = Field(100, ge=1, description="texts about one article in an hour")
    code_hourly_limit: int = Field(100, ge=1, description="code texts to one phone in an hour")
    sender_hourly_limit: int = Field(
        5_000, ge=1, description="texts about the articles of one sender in an hour"
    )
    prefix_hourly_limit: int | None = Field(
        None,
        ge=1,
        description="texts to 10,000 neighbouring numbers in an hour, then they are stopped;"
        " unset: 300 in production, else no limit",
    )
    inbound_hourly_limit: int = Field(
        120, ge=1, description="texts of one phone that are read in an hour; others are counted"
    )
    keep_bodies_days: int = Field(90, ge=1, description="the words of texts and dialled screens")
    keep_persons_days: int = Field(
        365, ge=1, description="names, addresses, telephones of articles that are over; access log"
    )
    sms_prices: str = Field(
        "simulator=20",
        description="paise a segment by gateway: twilio=83.2,africastalking=41; for the desk",
    )
    default_language: Language = "hi"
    code_release: CodeRelease = "approach"
    code_ttl: int = Field(600, ge=60, description="seconds a code lives after the approach")
    code_length: int = Field(6, ge=6, le=8)
    delivery_day_end: str = Field("20:00", pattern=r"^\d\d:\d\d$", description="Asia/Kolkata")
    delivery_day_start: str = Field(
        "07:00", pattern=r"^\d\d:\d\d$", description="Asia/Kolkata; then lists are carried over"
    )
    phone_hourly_limit: int = Field(
        100, description="texts to one phone in an hour, codes apart; carriers block above ~100"
    )

    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_from: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_api_url: str = ""
    twilio_rate: float = Field(100.0, gt=0, description="messages per second")

    africastalking_username: str = ""
    africastalking_api_key: SecretStr = SecretStr("")
    africastalking_sender: str = ""
    africastalking_hook_secret: SecretStr = SecretStr("")
    africastalking_api_url: str = ""
    africastalking_rate: float = Field(50.0, gt=0, description="messages per second")

    simulator_rate: float = Field(2000.0, gt=0, description="messages per second")
    send_slots: int = Field(64, ge=4, description="carrier calls under way at once, per worker")
    database_pool: int = Field(8, ge=1, description="connections per process")

    @field_validator("public_url", "twilio_api_url", "africastalking_api_url")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def routes(self) -> tuple[str, ...]:
        """The gateway names of `SMS_ROUTES`, in order."""
        return names(self.sms_routes)

    @property
    def routing(self) -> Routes:
        """`SMS_ROUTE_RULES`, and `SMS_ROUTES` for the rest."""
        return Routes(rules(self.sms_route_rules), self.routes)

    @property
    def without_receipts(self) -> tuple[str, ...]:
        """The gateways that give no receipts."""
        return names(self.sms_without_receipts)

    @property
    def countries(self) -> tuple[str, ...]:
        """How numbers begin that may be texted; none named: any."""
        return prefixes(self.sms_countries) or (("+91",) if self.production else ())

    @property
    def prefix_limit(self) -> int | None:
        """Texts an hour to neighbouring numbers; made-up numbers lie close together: no limit."""
        return self.prefix_hourly_limit or (300 if self.production else None)

    @property
    def prices(self) -> dict[str, Decimal]:
        """Paise a segment of each gateway whose price is known."""
        pairs = (entry.partition("=") for entry in self.sms_prices.split(",") if entry.strip())
        return {name.strip(): Decimal(price.strip()) for name, _, price in pairs}

    @field_validator("sms_route_rules")
    @classmethod
    def _rules_can_be_read(cls, value: str) -> str:
        try:
            rules(value)
        except ValueError as error:
            raise ValueError(f"SMS_ROUTE_RULES: {error}") from None
        return value

    @field_validator("sms_countries")
    @classmethod
    def _countries_can_be_read(cls, value: str) -> str:
        try:
            prefixes(value)
        except ValueError as error:
            raise ValueError(f"SMS_COUNTRIES: {error}") from None
        return value

    @field_validator("sms_prices")
    @classmethod
    def _prices_can_be_read(cls, value: str) -> str:
        for entry in filter(None, map(str.strip, value.split(","))):
            if not re.fullmatch(r"[a-z_]+ *= *[0-9]+(\.[0-9]+)?", entry):
                raise ValueError(f"SMS_PRICES: {entry} is not gateway=paise, as twilio=83.2")
        return value

    @property
    def production(self) -> bool:
        return self.dakiya_env == "production"

    @model_validator(mode="after")
    def _refuse_unsafe_production(self) -> Self:
        if not self.production:
            return self
        missing = [
            name
            for name, value in (
                ("DAKIYA_MASTER_KEY", self.dakiya_master_key.get_secret_value()),
                ("SECRET_KEY", self.secret_key.get_secret_value()),
            )
            if len(value.encode()) < _MIN_KEY_BYTES
        ]
        missing += [
            name
            for name, value in (
                ("DATABASE_URL", self.database_url),
                ("REDIS_URL", self.redis_url),
            )
            if not value
        ]
        if missing:
            raise ValueError(
                f"production needs {', '.join(missing)} (keys: at least {_MIN_KEY_BYTES} bytes; "
                "make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))')"
            )
        if "simulator" in self.routing.gateways:
            raise ValueError("SMS_ROUTES: the simulator is for development and tests only")
        if not self.public_url.startswith("https://"):
            raise ValueError("PUBLIC_URL must be the https address that carriers call")
        return self
