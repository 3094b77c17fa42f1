"""The shared parts of the staff's pages: sign-in, roles, layout, money, times, tables, words."""

from web.staff import layout, masks, money, times, words

__all__ = ["layout", "masks", "money", "times", "words"]
