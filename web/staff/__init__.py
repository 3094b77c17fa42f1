"""What the rooms of the staff share: sign-in, roles, layout, money, times, tables, words."""

from web.staff import layout, masks, money, times, words

__all__ = ["layout", "masks", "money", "times", "words"]
