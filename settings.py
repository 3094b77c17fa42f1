"""Every setting of Dakiya, typed, from the environment (and `.env` in development).

`Settings()` reads and checks all of it at once; in production it refuses to start
without the keys that protect codes and sessions. Names: docs/developing/contract.md.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from messages.routes import Routes, names, prefixes, rules

Environment = Literal["development", "test", "production"]
CodeRelease = Literal["approach", "dispatch"]
Language = Literal["hi", "hi-Latn", "en"]
# What a call to one of our numbers says; it is not taken up and costs nothing.
MissedCall = Literal["yes", "not_received", "send_code", "speak_code"]

_MIN_KEY_BYTES = 32
_PRINTED_NUMBER = r"^(\+?[0-9][0-9 -]{2,18}[0-9])?$"


class Settings(BaseSettings):
    """The configuration of one process. Secrets are `SecretStr`: their repr shows nothing."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

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
        4, ge=3, description="then a code whose carrier has not answered goes by the next gateway"
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
    voice_routes: str = Field(
        "", description="gateways for calls; empty: none, in development simulator_voice"
    )
    missed_calls: str = Field(
        "",
        description="our numbers and what a missed call to each says, by comma: "
        "+911140001001=yes,+911140001004=speak_code (not_received, send_code)",
    )
    keep_bodies_days: int = Field(90, ge=1, description="the words of texts and dialled screens")
    keep_persons_days: int = Field(
        365, ge=1, description="names, addresses, telephones of articles that are over; access log"
    )
    sms_prices: str = Field(
        "simulator=20",
        description="paise a segment by gateway: twilio=83.2,africastalking=41; for the desk",
    )
    import_megabytes: int = Field(
        20, ge=1, le=200, description="the largest file of articles or lists; about 100,000 rows"
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

    service_ussd: str = Field(
        "",
        pattern=r"^(\*[0-9]+(\*[0-9]+)*#)?$",
        description="what people dial for the menu, as *247#; printed on receipts, never in a text",
    )
    service_sms: str = Field(
        "", pattern=_PRINTED_NUMBER, description="the number that people text to; on receipts"
    )
    service_voice: str = Field(
        "", pattern=_PRINTED_NUMBER, description="the number that people call; on receipts"
    )

    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_from: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_api_url: str = ""
    twilio_rate: float = Field(100.0, gt=0, description="messages per second")

    twilio_voice_from: str = Field("", description="our number in calls; a call back is 6")
    twilio_voice_hi: str = Field("Polly.Aditi", description="who speaks Hindi")
    twilio_voice_en: str = Field("Polly.Raveena", description="who speaks English")
    twilio_voice_rate: float = Field(1.0, gt=0, description="calls begun per second")

    africastalking_username: str = ""
    africastalking_api_key: SecretStr = SecretStr("")
    africastalking_sender: str = ""
    africastalking_hook_secret: SecretStr = SecretStr("")
    africastalking_api_url: str = ""
    africastalking_rate: float = Field(50.0, gt=0, description="messages per second")

    africastalking_voice_from: str = Field("", description="as TWILIO_VOICE_FROM")
    africastalking_voice_hi: str = Field("hi-IN-Standard-A", description="who speaks Hindi")
    africastalking_voice_en: str = Field("en-IN-Standard-A", description="who speaks English")
    africastalking_voice_api_url: str = ""
    africastalking_voice_rate: float = Field(1.0, gt=0, description="calls begun per second")

    http_profiles: str = Field(
        "", description="directory of an operator's own carrier profiles (*.toml), if any"
    )

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
        "africastalking_voice_api_url",
        "razorpay_api_url",
        "cashfree_api_url",
    )
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
    def voices(self) -> tuple[str, ...]:
        """The gateway names of `VOICE_ROUTES`, in order; none: nobody is called."""
        named = tuple(name.strip() for name in self.voice_routes.split(",") if name.strip())
        simulated = not self.production and "simulator" in self.routes
        return named or (("simulator_voice",) if simulated else ())

    @property
    def carriers(self) -> tuple[str, ...]:
        """The gateways that anything goes out by: of texts, then of calls."""
        return tuple(dict.fromkeys((*self.routing.gateways, *self.voices)))

    @property
    def missed_call_numbers(self) -> dict[str, MissedCall]:
        """What a missed call to each of our numbers (E.164) says."""
        pairs = (entry.split("=") for entry in self.missed_calls.split(",") if entry.strip())
        return {number.strip(): meaning.strip() for number, meaning in pairs}  # type: ignore[misc]

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

    @field_validator(
        "twilio_account_sid",
        "twilio_auth_token",
        "africastalking_username",
        "africastalking_api_key",
        "razorpay_key_id",
        "razorpay_key_secret",
        "cashfree_client_id",
        "cashfree_client_secret",
    )
    @classmethod
    def _fits_a_header(cls, value: str | SecretStr) -> str | SecretStr:
        """RFC 9110, 5.5: what a header can carry safely. A key from a web page may bring more."""
        key = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not re.fullmatch(r"[!-~]*", key):
            raise ValueError("holds a blank, or a character that no key has: copy it anew")
        return value

    @field_validator("sms_prices")
    @classmethod
    def _prices_can_be_read(cls, value: str) -> str:
        for entry in filter(None, map(str.strip, value.split(","))):
            if not re.fullmatch(r"[a-z][a-z0-9_]* *= *[0-9]+(\.[0-9]+)?", entry):
                raise ValueError(f"SMS_PRICES: {entry} is not gateway=paise, as twilio=83.2")
        return value

    @field_validator("missed_calls")
    @classmethod
    def _missed_calls_can_be_read(cls, value: str) -> str:
        meanings = get_args(MissedCall)
        for entry in filter(None, map(str.strip, value.split(","))):
            number, _, meaning = (part.strip() for part in entry.partition("="))
            if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number) or meaning not in meanings:
                raise ValueError(
                    f"MISSED_CALLS: {entry} is not number=meaning, as +911140001001=yes;"
                    f" the meanings are {', '.join(meanings)}"
                )
        return value

    @property
    def production(self) -> bool:
        return self.dakiya_env == "production"

    @property
    def unsafe(self) -> tuple[str, ...]:
        """What forbids production with these settings, a sentence each."""
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
        found = []
        if missing:
            found.append(
                f"production needs {', '.join(missing)} (keys: at least {_MIN_KEY_BYTES} bytes; "
                "make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))')"
            )
        if "simulator" in self.routing.gateways:
            found.append("SMS_ROUTES: the simulator is for development and tests only")
        if "simulator_voice" in self.voices:
            found.append("VOICE_ROUTES: the simulator is for development and tests only")
        if self.upi_provider == "simulator":
            found.append("UPI_PROVIDER: the simulator is for development and tests only")
        if not self.public_url.startswith("https://"):
            found.append("PUBLIC_URL must be the https address that carriers call")
        return tuple(found)

    @model_validator(mode="after")
    def _refuse_unsafe_production(self) -> Self:
        if self.production and self.unsafe:
            raise ValueError("\n".join(self.unsafe))
        return self
