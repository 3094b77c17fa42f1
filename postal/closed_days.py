"""Whether an office's day is closed: its last closing holds, unless two people opened it again."""

from __future__ import annotations

from typing import Final

HOLDS: Final = """
NOT EXISTS (SELECT FROM office_reopenings r
            WHERE (r.office_id, r.day, r.nth) = (z.office_id, z.day, z.nth))
"""
"""Whether the closing `z` of office_closings holds still, as SQL."""
