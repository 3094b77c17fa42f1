"""Two simulated phones on the real hooks, for development and tests only."""

from web.phones import acts
from web.phones.page import phones

__all__ = ["acts", "phones"]
