"""Every setting of Dakiya itself, typed, from the environment (and `.env` in development).

`Settings()` reads and checks each of them; what forbids a start with them is in gateways/safety.py.
Names: docs/developing/contract.md. A carrier's settings are declared in its own folder and read by
gateways/environment.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from india.gst import registrations
from india.phone import e164
from messages.missed_calls import meanings
from messages.routes import Routes, names, prefixes, prices, rules, stamps

Environment = Literal["development", "test", "production"]
CodeRelease = Literal["approach", "dispatch"]
Language = Literal["hi", "hi-Latn", "en"]

_PRINTED_NUMBER = r"^(\+?[0-9][0-9 -]{2,18}[0-9])?$"
_Word = TypeVar("_Word", str, SecretStr)


def _fits_a_header(value: _Word) -> _Word:
    """Return `value` where a header can carry it (RFC 9110, 5.5); a copied key may have more."""
    key = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not re.fullmatch(r"[!-~]*", key):
        raise ValueError("holds a blank, or a character that no key has: copy it anew")
    return value


def _upi_id(value: str) -> None:
    if value and not re.fullmatch(r"[A-Za-z0-9._-]{2,256}@[A-Za-z0-9.-]{2,64}", value):
        raise ValueError("a UPI id looks like post@bank")


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return networks by comma; an address is one of its own. Raise ValueError."""
    found = tuple(ip_network(each, strict=False) for each in names(value))
    if any(each.prefixlen == 0 for each in found):
        raise ValueError("this would believe everybody: name the proxies' own networks")
    return found


def _ports(value: str) -> tuple[int, ...]:
    """Return the ports of `443,8443`. Raise ValueError."""
    written = [each.strip() for each in value.split(",")]
    if not all(re.fullmatch(r"[1-9][0-9]{0,4}", each) and int(each) < 2**16 for each in written):
        raise ValueError("ports are numbers by comma, as 443,8443")
    return tuple(map(int, written))


def _phones(value: str) -> tuple[str, ...]:
    """Return the numbers of `+919800000001,+919800000002`. Raise ValueError."""
    found = tuple(e164(each) for each in names(value))
    if None in found or len(set(found)) < len(found):
        raise ValueError("mobile numbers by comma, each once, as +919800000001")
    return tuple(each for each in found if each)


def _urls(value: str) -> tuple[str, ...]:
    """Return the addresses of `https://db1:8008,https://db2:8008`. Raise ValueError."""
    found = names(value)
    if not all(re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?", each) for each in found):
        raise ValueError("addresses by comma, as https://db1:8008,https://db2:8008")
    return found


Address = Annotated[str, AfterValidator(lambda address: address.rstrip("/"))]
AccountName = Annotated[str, AfterValidator(_fits_a_header)]
AccountKey = Annotated[SecretStr, AfterValidator(_fits_a_header)]

# The settings with a grammar of their own, and its parser.
_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "sms_route_rules": rules,
    "sms_countries": prefixes,
    "sms_prices": prices,
    "sms_stamps": stamps,
    "probe_phones": _phones,
    "missed_calls": meanings,
    "upi_id": _upi_id,
    "gstin": registrations,
    "trusted_proxies": _networks,
    "webhook_ports": _ports,
    "patroni_urls": _urls,
}


class Settings(BaseSettings):
    """The configuration of one process. Secrets are `SecretStr`: their repr shows nothing."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    dakiya_env: Environment = Field("development", description="production asks for its keys")
    database_url: str = Field("", description="PostgreSQL; empty outside production: embedded")
    database_owner_url: str = Field(
        "", description="PostgreSQL as the role that owns the tables and migrates; empty: the same"
    )
    database_purge_url: str = Field(
        "", description="PostgreSQL as the role that purges and forgets; empty: the owner's"
    )
    database_replica_url: str = Field(
        "",
        description="PostgreSQL for reports, search and metrics, which may be a little old; empty:"
        " DATABASE_URL",
    )
    patroni_urls: str = Field(
        "",
        description="the REST API of each Patroni by comma, for `flask doctor`; empty: no cluster",
    )
    patroni_ca: Path | None = Field(
        None, description="the authority of their certificates; unset: those of the system"
    )
    day_roots_dir: Path | None = Field(
        None,
        description="where each day's root is written; unset: VAR_DIR/day-roots in development",
    )
    redis_url: str = Field("", description="Valkey or Redis; empty outside production: embedded")
    dakiya_master_key: SecretStr = Field(SecretStr(""), description="opens the key ring")
    dakiya_old_master_keys: SecretStr = Field(
        SecretStr(""), description="others that open it too, by comma: docs/operations.md"
    )
    secret_key: SecretStr = Field(SecretStr(""), description="signs web sessions")
    public_url: Address = Field(
        "http://127.0.0.1:8000", description="the address that carriers call; signatures cover it"
    )
    port: int = Field(8000, description="where the web server listens")
    trusted_proxies: str = Field(
        "",
        description="addresses or networks of the proxies in front, by comma: their X-Forwarded-For"
        " is believed, nobody else's",
    )
    var_dir: Path = Field(Path("var"), description="embedded servers and development keys")

    sms_routes: str = Field("simulator", description="gateways in order of preference, by comma")
    sms_route_rules: str = Field(
        "", description="other orders: +91 code hi = exotel, msg91; +254 = kannel"
    )
    sms_without_receipts: str = Field(
        "",
        description="gateways that never tell what arrived: no second send for want of a receipt",
    )
    sms_stamps: str = Field(
        "",
        description="gateways whose times of texts are off by a constant, and minutes to add:"
        " exotel=330",
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
    unconfirmed_seconds: int = Field(
        21_600, ge=60, description="then a text without a receipt is shown and counted: unconfirmed"
    )
    probe_phones: str = Field(
        "",
        description="telephones of our own, by comma, that send back the text that each route gets"
        " every few minutes; nobody else may use them",
    )
    probe_seconds: int = Field(
        300, ge=0, description="between two rounds of probes; 0: none are sent"
    )
    probe_late_seconds: int = Field(
        120, ge=10, description="then the answer to a probe is missing, or late"
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
    number_lookup: Literal["", "simulator", "exotel"] = Field(
        "", description="who is asked what the telephones of booked articles are; empty: nobody"
    )
    inbound_hourly_limit: int = Field(
        120, ge=1, description="texts of one phone that are read in an hour; others are counted"
    )
    voice_routes: str = Field(
        "", description="gateways for calls; empty: none, in development simulator_voice"
    )
    voice_automatic: bool = Field(
        True,
        description="a code whose text does not arrive is said in a call, 08:00 to 21:00, once;"
        " needs VOICE_ROUTES",
    )
    speech_dir: str = Field(
        "",
        description="folder of recorded prompts, one for each tongue; empty: messages/speech",
    )
    missed_calls: str = Field(
        "",
        description="our numbers and what a missed call to each says, by comma: "
        "+911140001001=yes,+911140001004=speak_code (not_received, send_code, menu)",
    )
    keep_bodies_days: int = Field(90, ge=1, description="the words of texts and dialled screens")
    keep_persons_days: int = Field(
        365, ge=1, description="names, addresses, telephones of articles that are over; access log"
    )
    privacy_notice_from: date | None = Field(
        date(2027, 5, 13),
        description="from this day on a telephone's first article of a year brings the notice of"
        " the data protection law; empty: never by text",
    )
    sms_prices: str = Field(
        "simulator=20",
        description="paise a segment by gateway: exotel=18.5,msg91=20; for the desk",
    )
    import_megabytes: int = Field(
        20, ge=1, le=200, description="the largest file of articles or lists; about 100,000 rows"
    )
    default_language: Language = Field("hi", description="of people who have chosen none")
    code_release: CodeRelease = Field("approach", description="of the postman, or dispatch")
    code_ttl: int = Field(600, ge=60, description="seconds a code lives after the approach")
    code_length: int = Field(6, ge=6, le=8, description="digits of a code")
    move_silence: int = Field(
        14_400,
        ge=60,
        description="seconds, from 8 to 20 o'clock, after which a holder's silence is consent",
    )
    exception_minutes: int = Field(
        10, ge=2, le=60, description="minutes in which an office answers a postman's exception"
    )
    exceptions_per_postman: int = Field(
        3, ge=0, le=99, description="exceptions that a postman may ask for in a day; 0: none"
    )
    exceptions_per_office: int = Field(
        10, ge=0, description="exceptions of a day that an office may agree to without a supervisor"
    )
    offline_per_postman: int = Field(
        10,
        ge=0,
        description="handovers without network that a postman may say in a day; 0: none, and code"
        " and slip show no digits for them",
    )
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

    http_profiles: str = Field(
        "", description="directory of an operator's own carrier profiles (*.toml), if any"
    )

    upi_provider: Literal["", "static", "razorpay", "cashfree", "simulator"] = Field(
        "", description="who takes UPI at the counter; empty: the simulator, in production nobody"
    )
    upi_seconds: int = Field(300, ge=60, le=900, description="how long a QR code is shown")
    upi_id: str = Field("", description="static: the department's own UPI id, as post@bank")
    upi_name: str = Field("India Post", min_length=1, max_length=50, description="who is paid")

    gstin: str = Field(
        "",
        description="the department's GST registrations, one for each state, by comma: each receipt"
        " prints that of its office's state; empty: receipts are no tax invoices",
    )

    razorpay_key_id: AccountName = Field("", description="the account's key")
    razorpay_key_secret: AccountKey = Field(SecretStr(""), description="the key's secret half")
    razorpay_webhook_secret: SecretStr = Field(SecretStr(""), description="signs what it tells us")
    razorpay_api_url: Address = Field("", description="another address than the provider's own")

    cashfree_client_id: AccountName = Field("", description="the account's key")
    cashfree_client_secret: AccountKey = Field(SecretStr(""), description="its secret half")
    cashfree_phone: str = Field(
        "", description="the office's own, for orders: no customer's number is handed on"
    )
    cashfree_api_url: Address = Field("", description="another address than the provider's own")

    webhook_ports: str = Field(
        "443", description="where webhooks may go to in production, by comma: 443,8443"
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="shows /metrics and the detail of /readyz: Authorization: Bearer …; empty:"
        " only callers on this machine see them",
    )

    send_slots: int = Field(96, ge=4, description="carrier calls under way at once, per worker")
    database_pool: int = Field(8, ge=1, description="connections per process; web: one a thread")
    database_prepares: int = Field(
        5,
        ge=0,
        description="how often a statement is run before it is prepared; 0: never, which PgBouncer"
        " in transaction mode needs",
    )
    web_threads: int = Field(4, ge=1, description="of each web process, for hooks alone")
    web_dial_threads: int = Field(2, ge=1, description="of each web process, for dialled menus")
    web_page_threads: int = Field(2, ge=1, description="of each web process, for pages")
    web_api_threads: int = Field(2, ge=1, description="of each web process, for the API")

    # No field, so it is no variable of the environment and in no repr.
    _given: Mapping[str, str | None] = PrivateAttr(default_factory=dict)

    def giving(self, **variables: str | None) -> Self:
        """Return these settings with variables of carriers; None: as if the variable were unset."""
        copy = self.model_copy()
        copy._given = {**self._given, **variables}
        return copy

    @property
    def given(self) -> Mapping[str, str | None]:
        """Return the variables of `giving`, which take precedence over the environment."""
        return self._given

    @property
    def masters(self) -> tuple[bytes, ...]:
        """Return the master keys: the present one, then the older ones, the oldest last."""
        older = names(self.dakiya_old_master_keys.get_secret_value())
        present = self.dakiya_master_key.get_secret_value()
        return tuple(each.encode() for each in dict.fromkeys((present, *older)))

    @property
    def owner_url(self) -> str:
        """Return the URL of the role that migrates."""
        return self.database_owner_url or self.database_url

    @property
    def purge_url(self) -> str:
        """Return the URL of the role that purges."""
        return self.database_purge_url or self.owner_url

    @property
    def day_roots(self) -> Path | None:
        """Return the directory for the roots of the days; None: they are not written to files."""
        if self.day_roots_dir is None and self.dakiya_env == "development":
            return self.var_dir / "day-roots"
        return self.day_roots_dir

    @property
    def routes(self) -> tuple[str, ...]:
        """Return the gateway names of `SMS_ROUTES`, in order."""
        return names(self.sms_routes)

    @property
    def routing(self) -> Routes:
        """Return `SMS_ROUTE_RULES`, and `SMS_ROUTES` for the rest."""
        return Routes(rules(self.sms_route_rules), self.routes)

    @property
    def probes(self) -> tuple[str, ...]:
        """Return the telephones of `PROBE_PHONES`, E.164."""
        return _phones(self.probe_phones)

    @property
    def without_receipts(self) -> tuple[str, ...]:
        """Return the gateways that send no receipts."""
        return names(self.sms_without_receipts)

    @property
    def stamps(self) -> dict[str, timedelta]:
        """Return what is added to the times that gateways of `SMS_STAMPS` tell."""
        return stamps(self.sms_stamps)

    @property
    def countries(self) -> tuple[str, ...]:
        """Return the beginnings of numbers that may be texted; none: any."""
        return prefixes(self.sms_countries) or (("+91",) if self.production else ())

    @property
    def prefix_limit(self) -> int | None:
        """Return the texts an hour to neighbouring numbers; outside of production no limit."""
        return self.prefix_hourly_limit or (300 if self.production else None)

    @property
    def voices(self) -> tuple[str, ...]:
        """Return the gateway names of `VOICE_ROUTES`, in order; none: nobody is called."""
        simulated = not self.production and "simulator" in self.routes
        return names(self.voice_routes) or (("simulator_voice",) if simulated else ())

    @property
    def carriers(self) -> tuple[str, ...]:
        """Return all gateways that are used, those of texts first, then of calls."""
        return tuple(dict.fromkeys((*self.routing.gateways, *self.voices)))

    @property
    def prices(self) -> dict[str, Decimal]:
        """Return the paise per segment of each gateway whose price is known."""
        return prices(self.sms_prices)

    @property
    def webhook_ports_open(self) -> tuple[int, ...]:
        """Return the ports that webhooks may go to in production."""
        return _ports(self.webhook_ports)

    @property
    def takes_upi_by(self) -> str:
        """Return the provider of new UPI payments; empty: none."""
        return self.upi_provider or ("" if self.production else "simulator")

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the networks of `TRUSTED_PROXIES`."""
        return _networks(self.trusted_proxies)

    @property
    def by_https(self) -> bool:
        """Tell whether browsers reach the pages by https: cookies are for that alone then."""
        return self.public_url.startswith("https://")

    @field_validator(*_READERS)
    @classmethod
    def _can_be_read(cls, value: str, info: ValidationInfo) -> str:
        """Raise the parser's error with the name of the setting."""
        name = str(info.field_name)
        try:
            _READERS[name](value)
        except ValueError as error:
            raise ValueError(f"{name.upper()}: {error}") from None
        return value

    @property
    def production(self) -> bool:
        return self.dakiya_env == "production"
