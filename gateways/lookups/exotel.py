"""Exotel's number metadata: circle, operator, kind of line and DND of an Indian number.

Source: developer.exotel.com, "Number Metadata" (`GET /v1/Accounts/<sid>/Numbers/<number>`).
Not verified with an account: the names in the answer (`Numbers`, `Type`, `OperatorName`, `DND`).
How a number of nobody is answered is not documented. A 404 may as well say that address or account
are wrong, so it says nothing of the number: only an answer with `Numbers` puts one in doubt.
"""

from __future__ import annotations

from typing import Any, Final

import requests
from pydantic import Field, SecretStr

from gateways.environment import CarrierSettings, variables
from gateways.lookups.base import Line, LookedUp, NotLookedUp
from gateways.network import TIMEOUT, pooled
from settings import AccountKey, AccountName, Address

_LINES: Final[dict[str, Line]] = {"mobile": "mobile", "landline": "landline"}
_AT_ONCE: Final = 4
_YES_NO: Final = {"yes": True, "no": False}


class ExotelLookupSettings(CarrierSettings, alias_generator=variables("EXOTEL_")):
    """EXOTEL_…: the account that the profile of Exotel uses for texts."""

    url: Address = Field("https://api.in.exotel.com", description="the cluster")
    account_sid: AccountName = Field("", description="account SID")
    api_key: AccountKey = Field(SecretStr(""), description="API key")
    api_token: AccountKey = Field(SecretStr(""), description="API token")

    @property
    def complete(self) -> bool:
        """Return whether the account can be asked."""
        keys = (self.api_key.get_secret_value(), self.api_token.get_secret_value())
        return bool(self.account_sid and all(keys))


class ExotelLookup:
    """One account, asked over connections that are kept."""

    name = "exotel"

    def __init__(self, own: ExotelLookupSettings, timeout: tuple[float, float] = TIMEOUT) -> None:
        """Set up the account. `timeout`: seconds to connect, and to wait for an answer."""
        self._own, self._timeout = own, timeout
        self._session = pooled(own.url, _AT_ONCE)

    def ask(self, phone: str) -> LookedUp:
        own = self._own
        address = f"{own.url}/v1/Accounts/{own.account_sid}/Numbers/{phone}.json"
        secret = (own.api_key.get_secret_value(), own.api_token.get_secret_value())
        try:
            answer = self._session.get(
                address, auth=secret, timeout=self._timeout, allow_redirects=False
            )
            said = answer.json() if answer.ok else None
        except (requests.RequestException, ValueError) as error:
            raise NotLookedUp(type(error).__name__) from None  # its text holds the number
        if answer.status_code != requests.codes.ok:
            raise NotLookedUp(f"HTTP {answer.status_code}")
        return _read(said)


def _read(said: Any) -> LookedUp:
    found = said.get("Numbers") if isinstance(said, dict) else None
    if not isinstance(found, dict):
        raise NotLookedUp("an answer without Numbers")
    line = _LINES.get(str(found.get("Type", "")).strip().lower(), "unknown")
    operator = str(found.get("OperatorName") or found.get("Operator") or "")[:60]
    return LookedUp(line, operator, _YES_NO.get(str(found.get("DND", "")).strip().lower()))
