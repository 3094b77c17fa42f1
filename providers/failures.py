"""Failures of a provider's calls: raised inside of a sequence of calls, returned at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from providers.base import Busy, Failure, ProviderDenied, Unreachable
from providers.network import KeysRefused, Lost, TooManyCalls

T = TypeVar("T")


class CallFailed(Exception):
    """A failed call. `status`: that of the HTTP answer, 0 where it does not matter."""

    def __init__(self, failure: Failure, status: int = 0) -> None:
        super().__init__(failure.error)
        self.failure = failure
        self.status = status


@contextmanager
def exchange(refusal: Callable[[object], str]) -> Iterator[None]:
    """Raise `CallFailed` for what `ProviderSession` raises.

    `refusal` words the JSON of a 401.
    """
    try:
        yield
    except KeysRefused as refused:
        raise CallFailed(ProviderDenied(refusal(refused.told)), 401) from refused
    except TooManyCalls as busy:
        raise CallFailed(Busy(str(busy))) from busy
    except Lost as lost:
        raise CallFailed(Unreachable(str(lost))) from lost


def returned(work: Callable[[], T]) -> T | Failure:
    """Return what `work` returns, or the failure of one of its calls."""
    try:
        return work()
    except CallFailed as failed:
        return failed.failure
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        return Unreachable(f"an answer that cannot be read: {type(error).__name__}")
