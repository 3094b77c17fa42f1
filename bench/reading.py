"""How long a text takes to be read: people's usual ones, and a thousand letters of anything."""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import dataclass

from flows.grammar import person
from flows.reading import understand, words

_TEXTS = (
    "aaj ghar par nahi hoon kal lana",
    "mje cod nhi mila jaldi bhejo",
    "कोई फोन पर कोड मांग रहा है",
    "daak kahan hai meri 6785",
    "where is my parcel",
    "ok sir",
    "bhai ko de dena uska no 98395 55014",
    "हमार पार्सल नाहीं मिलल",
    "kya ye sach hai ki dakiya aaya tha?",
    "mujhe nahi lena hai return kar do",
    "4 baje ke baad aana",
    "thank you",
)
_LETTERS = 1_000
_LONGER = 10_000


@dataclass(frozen=True)
class Read:
    """Milliseconds: the median and 99 % of usual texts, the slowest of long ones."""

    median: float
    p99: float
    slowest_long: float


def measure(rounds: int) -> Read:
    """Read the usual texts `rounds` times, and long ones of every kind once each."""
    person.recipient("1 warm")
    person.recipient("words and rules are loaded")
    usual = [_milliseconds(text) for _ in range(rounds) for text in _TEXTS]
    long = [_milliseconds(text, forgotten=True) for text in _long_texts()]
    return Read(statistics.median(usual), statistics.quantiles(usual, n=100)[98], max(long))


def _milliseconds(text: str, *, forgotten: bool = False) -> float:
    understand.read.cache_clear()
    if forgotten:
        words.find.cache_clear()
        words.parts.cache_clear()
    began = time.perf_counter()
    person.recipient(text)
    return (time.perf_counter() - began) * 1000


def _long_texts() -> list[str]:
    chosen = random.Random(7)
    vocabulary = " ".join(_TEXTS).split()
    mixed = [" ".join(chosen.choices(vocabulary, k=300))[:_LETTERS] for _ in range(10)]
    letters = ["".join(map(chr, chosen.choices(range(low, low + 100), k=_LETTERS)))
               for low in (0x20, 0x900, 0x980, 0x600)]  # fmt: skip
    runs = [
        "9-" * _LONGER,
        "\ufdfa" * _LONGER,
        "a" * _LONGER,
        "code nahi " * _LETTERS,
        "1 " * _LONGER,
    ]
    return [*mixed, *letters, *runs]
