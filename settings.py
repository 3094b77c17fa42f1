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

    upi_provider: Literal["", "static", "razorpay", "cashfree", "simulator"] = Field(
        "", description="who takes UPI at the counter; empty: the simulator, in production nobody"
    )
    upi_seconds: int = Field(300, ge=60, le=900, description="how long a QR code is shown")
    upi_id: str = Field("", description="static: the department's own UPI id, as post@bank")
    upi_name: str = Field("India Post", min_length=1, max_length=50, description="who is paid")

    razorpay_key_id: str = ""
    razorpay_key_secret: SecretStr = SecretStr("")
    razorpay_webhook_secret: SecretStr = SecretStr("")
    razorpay_api_url: str = ""

    cashfree_client_id: str = ""
    cashfree_client_secret: SecretStr = SecretStr("")
    cashfree_phone: str = Field(
        "", description="the office's own, for orders: no customer's number is handed on"
    )
    cashfree_api_url: str = ""

    simulator_rate: float = Field(2000.0, gt=0, description="messages per second")
    send_slots: int = Field(64, ge=4, description="carrier calls under way at once, per worker")
    database_pool: int = Field(8, ge=1, description="connections per process")

    @field_validator(
        "public_url",
        "twilio_api_url",
        "africastalking_api_url",
        "razorpay_api_url",
        "cashfree_api_url",
    )
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def routes(self) -> tuple[str, ...]:
        """The gateway names of `SMS_ROUTES`, in order."""
        return tuple(name.strip() for name in self.sms_routes.split(",") if name.strip())

    @property
    def prices(self) -> dict[str, Decimal]:
        """Paise a segment of each gateway whose price is known."""
        pairs = (entry.partition("=") for entry in self.sms_prices.split(",") if entry.strip())
        return {name.strip(): Decimal(price.strip()) for name, _, price in pairs}

    @property
    def takes_upi_by(self) -> str:
        """The provider that new UPI payments go to; empty: nobody."""
        return self.upi_provider or ("" if self.production else "simulator")

    @field_validator("upi_id")
    @classmethod
    def _is_upi_id(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9._-]{2,256}@[A-Za-z0-9.-]{2,64}", value):
            raise ValueError("UPI_ID: a UPI id looks like post@bank")
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
        if "simulator" in self.routes:
            raise ValueError("SMS_ROUTES: the simulator is for development and tests only")
        if self.upi_provider == "simulator":
            raise ValueError("UPI_PROVIDER: the simulator is for development and tests only")
        if not self.public_url.startswith("https://"):
            raise ValueError("PUBLIC_URL must be the https address that carriers call")
        return self
