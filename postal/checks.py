"""The three digits for a door without network: in the code's text and on the postman's slip.

docs/developing/trust.md rule 19. They are derived as codes are, under a purpose of their own, from
the place on his list, and stored nowhere: one for each item and day, whatever codes are issued.
They tell nothing of the code.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date
from typing import Final

from india.calendar import bounds
from store.database import Conn
from store.keyring import FIRST

_PURPOSE: Final = b"dakiya/check/1/"

# The key that was current when the day began, which a rotation of that day does not change.
KEY_OF_DAY: Final = f"""
    coalesce((SELECT max(number) FROM keys
              WHERE purpose = 'codes' AND made_at < %(day_began)s), {FIRST})
"""  # noqa: S608


def check_of(root: bytes, salt: bytes, item: int) -> str:
    """Return the three digits of the place `item` (delivery_items.id) of the article with `salt`.

    `root`: the bytes of the day's key.
    """
    digest = hmac.new(root, _PURPOSE + salt + f"/{item}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1000:03d}"


def key_of_day(conn: Conn, day: date) -> int:
    """Return the number of the key of the three digits of a `day`'s lists."""
    row = conn.execute(f"SELECT {KEY_OF_DAY}", {"day_began": bounds(day)[0]}).fetchone()
    assert row is not None
    return int(row[0])
