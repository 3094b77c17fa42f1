"""The settings of an Africa's Talking account, described in docs/gateways.md."""

from __future__ import annotations

from pydantic import Field, SecretStr

from gateways.environment import CarrierSettings, variables
from settings import AccountKey, AccountName, Address


class AfricasTalkingSettings(CarrierSettings, alias_generator=variables("AFRICASTALKING_")):
    """AFRICASTALKING_…: one account, for texts, USSD and calls."""

    username: AccountName = Field("", description="the account; `sandbox` means the sandbox")
    api_key: AccountKey = Field(SecretStr(""), description="the account's key")
    sender: str = Field("", description="short code or sender id; empty: the carrier's own")
    hook_secret: SecretStr = Field(
        SecretStr(""), description="a long random word in the hooks' addresses: nothing is signed"
    )
    api_url: Address = Field("", description="another address than the carrier's: a mock")
    rate: float = Field(50.0, gt=0, description="messages per second")

    voice_from: str = Field("", description="our number in calls; a call back is 6")
    voice_hi: str = Field("hi-IN-Standard-A", description="who speaks Hindi")
    voice_en: str = Field("en-IN-Standard-A", description="who speaks English")
    voice_api_url: Address = Field("", description="as AFRICASTALKING_API_URL, for calls")
    voice_rate: float = Field(1.0, gt=0, description="calls begun per second")

    @property
    def has_account(self) -> bool:
        """Return whether the account and its key are set."""
        return bool(self.username and self.api_key.get_secret_value())
