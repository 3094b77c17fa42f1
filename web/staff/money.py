"""Sums of money in templates: the filter `rupees`, of paise."""

from __future__ import annotations

from india.money import shown
from web.staff.rooms import shared

shared.add_app_template_filter(shown, "rupees")
