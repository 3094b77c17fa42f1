"""The declaration of Plivo and of who speaks as it does: calls of one account, signed hooks."""

from __future__ import annotations

from typing import Final, Literal

from gateways.base import Gateway
from gateways.carrier import CodedCarrier, Hook, HookAnswer, Offer
from gateways.plivo.settings import CallAccount, PlivoSettings
from settings import Settings

_XML: Final = HookAnswer("<Response/>", "text/xml")
_NO_CONTENT: Final = HookAnswer(status=204)


def declared(name: Literal["plivo", "vobiz"], account: type[CallAccount]) -> CodedCarrier:
    """Return the declaration of the carrier `name`, whose settings are those of `account`."""

    def makes_calls(settings: Settings) -> bool:
        """Tell whether calls can be made or received: missed calls need no number to call from."""
        own = account.read(settings)
        return own.has_account and bool(own.voice_from or settings.missed_calls)

    def calls(settings: Settings) -> Gateway:
        from gateways.plivo.dialect import PLIVO, VOBIZ
        from gateways.plivo.voice import PlivoVoiceGateway

        dialect = {"plivo": PLIVO, "vobiz": VOBIZ}[name]
        return PlivoVoiceGateway(settings, account.read(settings), dialect)

    prefix = name.upper()
    return CodedCarrier(
        settings=account,
        calls=Offer(
            name=f"{name}_voice",
            needs=f"{prefix}_AUTH_ID, {prefix}_AUTH_TOKEN and {prefix}_VOICE_FROM",
            ready=makes_calls,
            make=calls,
            hooks=(
                Hook(f"/{name}/voice", "call", refusal=403, answer=_XML),
                Hook(f"/{name}/voice/status", "receipt", refusal=403, answer=_NO_CONTENT),
            ),
        ),
    )


CARRIER: Final = declared("plivo", PlivoSettings)
