"""Telephone numbers, hidden until somebody says why the whole number is needed."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from india import phone
from web.staff.rooms import shared


@shared.app_template_filter()
def masked(number: str | None) -> str:
    """A telephone as it may be shown: +91••••••3210."""
    return phone.masked(number) if number else ""


@shared.app_template_filter()
def veiled(text: Any) -> Markup:
    """`text` with the telephone numbers in it hidden, its lines kept."""
    return Markup("<br>").join(escape(line) for line in phone.veiled(str(text)).split("\n"))


@shared.app_template_filter()
def lined(text: Any) -> Markup:
    """`text` as it is, its lines kept: for whoever said why the whole number is needed."""
    return Markup("<br>").join(escape(line) for line in str(text).split("\n"))
