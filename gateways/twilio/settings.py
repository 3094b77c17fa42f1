"""The settings of a Twilio account, described in docs/gateways.md."""

from __future__ import annotations

from pydantic import Field, SecretStr

from gateways.environment import CarrierSettings, variables
from settings import AccountKey, AccountName, Address


class TwilioSettings(CarrierSettings, alias_generator=variables("TWILIO_")):
    """TWILIO_…: one account, for texts and calls."""

    account_sid: AccountName = Field("", description="the account")
    auth_token: AccountKey = Field(
        SecretStr(""), description="the account's; it checks the signatures of hooks too"
    )
    from_: str = Field("", description="our number in texts")
    messaging_service_sid: str = Field("", description="the sender; it wins over TWILIO_FROM")
    api_url: Address = Field("", description="another address than the carrier's: an edge, a mock")
    rate: float = Field(100.0, gt=0, description="messages per second")
    list_seconds: float = Field(
        60.0,
        ge=0,
        description="between two questions which texts came, for those whose hook failed; 0: never",
    )

    voice_from: str = Field("", description="our number in calls; a call back is 6")
    voice_hi: str = Field("Polly.Aditi", description="who speaks Hindi")
    voice_en: str = Field("Polly.Raveena", description="who speaks English")
    voice_rate: float = Field(1.0, gt=0, description="calls begun per second")

    @property
    def has_account(self) -> bool:
        """Return whether the account and its token are set."""
        return bool(self.account_sid and self.auth_token.get_secret_value())

    @property
    def has_sender(self) -> bool:
        """Return whether texts have a sender."""
        return bool(self.from_ or self.messaging_service_sid)
