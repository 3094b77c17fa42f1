"""The counter: booking, payment, receipt, books. Each module adds its routes to `room.counter`."""

from web.counter import receipts, start
from web.counter.room import counter

__all__ = ["counter", "receipts", "start"]
