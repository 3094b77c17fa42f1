"""Telephone numbers, hidden until somebody says why the whole number is needed."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

from store import phone
from web.desk.room import desk

# As people write them into texts: 9876543210, +91 98765 43210, ९८७६५४३२१०, 0-98765-43210.
_NUMBER = re.compile(r"(?<!\d)(?:\+?91[\s-]?|0[\s-]?)?[6-9]\d{4}[\s-]?\d{5}(?!\d)|\+[1-9]\d{6,14}")
_SHOWN = 4


@desk.app_template_filter()
def masked(number: str | None) -> str:
    """A telephone as it may be shown: +91••••••3210."""
    return phone.masked(number) if number else ""


def hidden(text: str) -> str:
    """`text` with the telephone numbers in it hidden."""
    return _NUMBER.sub(lambda found: "••••••" + found[0][-_SHOWN:], text)


@desk.app_template_filter()
def veiled(text: Any) -> Markup:
    """`text` with the telephone numbers in it hidden, its lines kept."""
    return Markup("<br>").join(escape(line) for line in hidden(str(text)).split("\n"))


@desk.app_template_filter()
def lined(text: Any) -> Markup:
    """`text` as it is, its lines kept: for whoever said why the whole number is needed."""
    return Markup("<br>").join(escape(line) for line in str(text).split("\n"))
