"""The settings of Exotel's calls (docs/gateways.md); the account is that of its texts."""

from __future__ import annotations

from pydantic import Field, SecretStr

from gateways.environment import CarrierSettings, variables
from settings import AccountKey, AccountName, Address


class ExotelCallSettings(CarrierSettings, alias_generator=variables("EXOTEL_")):
    """EXOTEL_…: the account, and EXOTEL_VOICE_… for its calls."""

    url: Address = Field("https://api.in.exotel.com", description="the cluster")
    account_sid: AccountName = Field("", description="account SID")
    api_key: AccountKey = Field(SecretStr(""), description="API key")
    api_token: AccountKey = Field(SecretStr(""), description="API token")
    hook_secret: SecretStr = Field(SecretStr(""), description="in the hooks' addresses")
    voice_from: str = Field("", description="our ExoPhone in calls; a call back is 6")
    voice_flow: str = Field("", description="the id of the flow that a call is connected to")
    voice_rate: float = Field(1.0, gt=0, description="calls begun per second")

    @property
    def has_account(self) -> bool:
        """Return whether the account, its keys and the hooks' secret are set."""
        secrets = (self.api_key, self.api_token, self.hook_secret)
        return bool(self.account_sid) and all(each.get_secret_value() for each in secrets)
