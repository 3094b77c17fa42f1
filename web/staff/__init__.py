"""The shared parts of the staff's pages: sign-in, roles, layout, money, times, tables, words."""

from web.staff import checking, help_pages, home, layout, masks, money, times, words

__all__ = ["checking", "help_pages", "home", "layout", "masks", "money", "times", "words"]
