"""Other spellings of a text, as people on a keypad make them: no meaning changes, and no digit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

Spelling = Callable[[str], str]


def _swapped(one: str, other: str) -> Spelling:
    return lambda text: re.sub(one, other, text)


SPELLINGS: Mapping[str, Spelling] = MappingProxyType(
    {
        "capitals": str.upper,
        "a capital each": str.title,
        "small letters": str.lower,
        "short a": _swapped("aa", "a"),
        "long a": _swapped(r"(?<=[bcdfghjklmnprst])a(?=[bcdfghjklmnprst])", "aa"),
        "i for ee": _swapped("ee", "i"),
        "u for oo": _swapped("oo", "u"),
        "w for v": _swapped("v", "w"),
        "j for z": _swapped("z", "j"),
        "hai short": _swapped(r"\bhai\b", "h"),
        "nahi short": _swapped(r"\bnahi\b", "nhi"),
        "nahi long": _swapped(r"\bnahi\b", "nahin"),
        "mein short": _swapped(r"\bmein\b", "me"),
        "ho raha": _swapped(r"\braha\b", "rha"),
        "last vowels long": _swapped(r"([aeiou])\b", r"\1\1\1"),
        "double blanks": _swapped(" ", "  "),
        "line breaks": _swapped(" ", "\n"),
        "no marks": _swapped(r"(?<!\d)[.,!](?!\d)", " "),
        "an end": lambda text: f"{text}!!",
        "dots": lambda text: f"{text}...",
        "courtesy before": lambda text: f"sir {text}",
        "courtesy after": lambda text: f"{text} ji" if re.search(r"[^\W\d_]", text) else text,
        "a greeting": lambda text: f"namaste {text}",
        "a picture": lambda text: f"{text} 🙏",
        "joiners": lambda text: "\u200d".join(text),
        "no-break blanks": _swapped(" ", "\u00a0"),
        "no nukta": _swapped("\u093c", ""),
        "chandrabindu": _swapped("\u0901", "\u0902"),
        "short i": _swapped("\u0940", "\u093f"),
        "a danda": lambda text: f"{text}।",
        "quotation marks": lambda text: f'"{text}"',
    }
)
