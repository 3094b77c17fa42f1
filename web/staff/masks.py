"""Template filters that hide telephone numbers until a user says why he needs the whole number.

The network of a sign-in is never shown whole. A place by DIGIPIN is, as the address is.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from india import digipin, masks, phone
from postal.people.places import masked_network
from web.staff.rooms import shared


@shared.app_template_filter()
def masked(number: str | None) -> str:
    """Return a telephone as it may be shown: +91••••••3210."""
    return phone.masked(number) if number else ""


@shared.app_template_filter()
def veiled(text: Any) -> Markup | str:
    """Return `text` with its telephone numbers hidden and its lines kept."""
    hidden = masks.veiled(str(text))
    return lined(hidden) if "\n" in hidden else hidden


@shared.app_template_filter()
def lined(text: Any) -> Markup:
    """Return `text` as it is, its lines kept: for a user who gave a reason."""
    return Markup("<br>").join(escape(line) for line in str(text).split("\n"))


@shared.app_template_filter("digipin")
def legible_digipin(sign: str) -> str:
    """Return a DIGIPIN as people read it: 39J-49L-L8T4."""
    return digipin.shown(sign)


@shared.app_template_filter()
def place(network: str) -> str:
    """Return the network of a sign-in as it may be shown: 203.0.113.•."""
    return masked_network(network)
