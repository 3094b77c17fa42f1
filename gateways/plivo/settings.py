"""The settings of a Plivo account, described in docs/gateways.md."""

from __future__ import annotations

from pydantic import Field, SecretStr

from gateways.environment import CarrierSettings, variables
from settings import AccountKey, AccountName, Address


class CallAccount(CarrierSettings):
    """What an account needs to make calls, the same for Plivo and for those who speak as it does.

    The number may only be missing where missed calls alone come in.
    """

    auth_id: AccountName = Field("", description="the account's auth id")
    auth_token: AccountKey = Field(SecretStr(""), description="its token, which signs the hooks")
    api_url: Address = Field("", description="another address than the carrier's: a mock")
    voice_from: str = Field("", description="our number in calls; a call back is 6")
    voice_hi: str = Field("WOMAN", description="who speaks Hindi")
    voice_en: str = Field("WOMAN", description="who speaks English")
    voice_rate: float = Field(1.0, gt=0, description="calls begun per second")

    @property
    def has_account(self) -> bool:
        """Return whether the account and its token are set."""
        return bool(self.auth_id and self.auth_token.get_secret_value())


class PlivoSettings(CallAccount, alias_generator=variables("PLIVO_")):
    """PLIVO_…: one account, for calls."""
