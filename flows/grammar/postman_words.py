"""The tokens of a postman's text, each with what it is: a number, an article, a sign, a word.

What separates numbers keeps its meaning: "1,250" is one amount where an amount may be, "7-9" is a
range, "02/12/2026" a day, "->" the sign of a change of beat. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from flows import number
from flows.grammar import postman_lexicon as lexicon
from flows.grammar.postman_signature import PostmanToken, signature_left_out
from flows.grammar.spelling import key
from flows.grammar.text import MASK, articles_joined, fold
from india import spoken_words

_ARROW = re.compile(r"(?:[-=~–—_]{0,4}>+|[→➔➜➝➞⟶⇒⇨▶►⮕])+")
_PAISE = re.compile(r"(?<=[0-9])(?:\.00?)?\s?(?:/[-=]|-/)|(?<=[0-9]{2})\.00(?!\.?[0-9])")
_DOTTED = re.compile(r"\b(?:o\.\s?t\.\s?p|s\.\s?no|sr\.\s?no|sl\.\s?no)\b\.?")
_DOUBTFUL = re.compile(r"[?؟❓❔❌✖❎🚫👎<]+")
_TOKEN = re.compile(
    r"(?P<grouped>(?<![0-9,.])[0-9]{1,2}(?:,[0-9]{2})*,[0-9]{3}(?![0-9,]))|(?P<sign>[>*?])"
    r"|(?P<word>[\w\u0900-\u0963\u0971-\u097f]+)"
)
_PIECES = re.compile(r"[0-9]+|[^0-9]+")
# "7-9", "7..9": from 7 to 9, or both? "7:30", "02/12/2026": no items at all.
_NO_ITEMS = re.compile(
    r"(?<![\w.-])(?:[0-9]{1,3}(?:[-‐‑‒–—~]|\.\.+)[0-9]{1,2}(?![\w-])"
    r"|[0-9]{1,2}[.:][0-5][0-9](?![0-9.])(?=\s?(?:[ap]m|baje|bje|बजे))|[0-9]{1,2}:[0-5][0-9](?!\w)"
    r"|[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:20)?[0-9]{2}(?![0-9]))"
)


def has_no_items(folded: str) -> bool:
    """Tell whether numbers are a range, a time or a day, which has another reading than items."""
    return _NO_ITEMS.search(folded) is not None


def prepared(raw: str) -> str:
    """Return `raw` folded, with one sign for each that means the same."""
    text = _ARROW.sub(" > ", _DOUBTFUL.sub(" ? ", _PAISE.sub(" ", fold(raw))))
    return _DOTTED.sub(lambda found: found.group().replace(".", "").replace(" ", ""), text)


def tokens(folded: str) -> tuple[PostmanToken, ...]:
    """Return the tokens of a prepared text, greetings and a signature left out."""
    found: list[PostmanToken] = []
    joined = articles_joined(folded).replace("_", " ")
    end = 0
    for match in _TOKEN.finditer(joined):
        gap, end = joined[end : match.start()], match.end()
        found += _of_chunk(match, gap)
    return tuple(_numbered(_polite_left_out(signature_left_out(_marked(found)))))


def _of_chunk(match: re.Match[str], gap: str) -> list[PostmanToken]:
    text = match.group()
    if match["grouped"]:
        return [PostmanToken("grouped", text.replace(",", ""), "", gap)]
    if match["sign"]:
        return [PostmanToken("sign", text, "question" if text == "?" else "", gap)]
    if (article := number.parse(text)) is not None:
        return [PostmanToken("article", article, "", gap)]
    pieces = _PIECES.findall(text)
    return [
        PostmanToken("number", piece, "", gap if place == 0 else "|")
        if piece.isdigit()
        else PostmanToken("word", piece, kind_of(piece), gap if place == 0 else "|")
        for place, piece in enumerate(pieces)
    ]


_EXACT: Final = MappingProxyType(lexicon.exact(lexicon.WORDS))
_KEYED: Final = MappingProxyType(lexicon.keyed(lexicon.WORDS))
_POLITE: Final = frozenset(key(word) for word in map(fold, lexicon.POLITE.split()))
_SIGNED: Final = frozenset(map(fold, lexicon.SIGNED.split()))
_LONG = 5  # letters of a key from which one slip of the finger is forgiven
_BY_LENGTH: Final = MappingProxyType(
    {
        length: tuple(each for each in _KEYED if len(each) == length and each.isascii())
        for length in range(_LONG, 16)
    }
)
_SLIPS: Final = frozenset(
    (
        *("cash", "upi", "lock", "refuse", "dead", "address", "wrong", "network", "damage"),
        *("nobody", "incomplete", "absent", "beat", "door", "holiday", "code"),
    )
)


@lru_cache(maxsize=4096)
def kind_of(word: str) -> str:
    """Return what a folded word contributes; "" for a word that the tables do not know."""
    exact = _EXACT.get(word)
    if exact is not None:
        return exact
    if word in _SIGNED:
        return "signed"
    same = key(word)
    if same in _POLITE:
        return "polite"
    found = _KEYED.get(same)
    if found is not None or not _LONG <= len(same) <= 14:
        return found or ""
    near = {
        _KEYED[other]
        for length in (len(same) - 1, len(same), len(same) + 1)
        for other in _BY_LENGTH.get(length, ())
        if _one_slip(same, other)
    }
    return near.pop() if len(near) == 1 and near <= _SLIPS else ""


def _one_slip(one: str, other: str) -> bool:
    """Tell whether one letter was changed, left out, added, or changed places with its next."""
    if one[0] != other[0]:
        return False
    if len(one) == len(other):
        wrong = [place for place in range(len(one)) if one[place] != other[place]]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return len(wrong) == 1 or (
            swapped and one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
        )
    short, long = sorted((one, other), key=len)
    return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))


def _polite_left_out(found: list[PostmanToken]) -> list[PostmanToken]:
    """Return the tokens without greetings; what was before a greeting is before the next token."""
    kept: list[PostmanToken] = []
    gap = ""
    for token in found:
        if token.kind == "polite":
            gap += token.gap
            continue
        kept.append(replace(token, gap=gap + token.gap))
        gap = ""
    return kept


# "Bhai" first or last is courtesy; elsewhere it is somebody of the house.
_BROTHERS = frozenset(map(fold, ("bhai", "bhaiya", "bhaia", "भाई")))
_AFTER_MARK = frozenset(("fill", "of", "pe", "ko", "door", "signed"))


def _marked(found: list[PostmanToken]) -> list[PostmanToken]:
    """Return the tokens with "no" as a mark where it means number: "item no 7", "7 no. pe"."""
    marked: list[PostmanToken] = []
    for place, token in enumerate(found):
        kind = token.kind
        if kind == "kin" and place in (0, len(found) - 1) and token.text in _BROTHERS:
            kind = "polite"
        elif token.text == "no":
            before = marked[-1] if marked else None
            after = found[place + 1] if place + 1 < len(found) else None
            if after is not None and (
                after.shape == "number"
                or (before is not None and before.kind == "mark" and before.text != "no")
                or (
                    before is not None
                    and before.shape == "number"
                    and (after.kind in _AFTER_MARK or "." in after.gap)
                )
            ):
                kind = "mark"
        elif token.kind == "unit" and marked and marked[-1].text == "good":
            kind = "polite"
        elif token.kind == "give" and _kind_at(found, place + 1) == "given":
            kind = "fill"  # "de diya": given
        elif token.kind == "happen" and _kind_at(found, place + 1) == "gone":
            kind = "done"  # "ho gaya"
        elif token.kind == "gone" and marked and marked[-1].kind == "met":
            kind = "fill"  # "mil gaya"
        elif token.kind == "take" and _kind_at(found, place + 1) == "paid":
            kind = "fill"  # "le liya"
        elif token.text == "on" and _kind_at(found, place + 1) in ("fill", "way"):
            kind = "fill"  # "on the way"
        elif token.kind == "gone" and marked and marked[-1].kind == "done":
            kind = "fill"
        marked.append(replace(token, kind=kind))
    return marked


def _kind_at(found: list[PostmanToken], place: int) -> str:
    return found[place].kind if place < len(found) else ""


_BY_WORD: Final = MappingProxyType(lexicon.exact(lexicon.NUMBERS_SURE))
_ALL_NUMBERS: Final = MappingProxyType(lexicon.exact(lexicon.NUMBERS))
_ROW = 4  # words of numbers in a row: a code told aloud, perhaps


_SPOKEN = re.compile(
    rf"\b(?:{'|'.join(sorted(_ALL_NUMBERS, key=len, reverse=True))})"
    rf"(?:[\W_]+(?:{'|'.join(sorted(_ALL_NUMBERS, key=len, reverse=True))}))+(?!\w)",
    re.IGNORECASE,
)


def _is_only_item(found: list[PostmanToken], digits: list[PostmanToken]) -> bool:
    """Tell whether the word of a number that begins a text is its item.

    "ek number ka code bhejo", "saat 482913".
    """
    if any(token.text in _ALL_NUMBERS for token in found[1:]):
        return False
    if not digits:
        return found[1:2] != [] and (found[1].kind == "mark" or found[1].text == "no")
    return found[0].text in _BY_WORD and len(digits) == 1 and len(digits[0].text) > 3


def mask_spoken(raw: str) -> str:
    """Return `raw` with •••••• for a row of words that are numbers: a code told aloud."""
    return _SPOKEN.sub(lambda row: MASK if len(row.group().split()) >= _ROW else row.group(), raw)


def mask_household(raw: str) -> str:
    """Return `raw` with •••••• for words of a household, and for what may be one, beside them.

    Of a postman's text, also of one that is not understood: a word is stored nowhere.
    """
    words = list(_WRITTEN.finditer(raw))
    listed = [_is_household(each.group()) for each in words]
    beside = [any(listed[max(0, place - 1) : place + 2]) for place in range(len(words))]
    masked = raw
    for each, known, near in reversed(list(zip(words, listed, beside, strict=True))):
        folded = fold(each.group())
        unknown = near and not any(token.kind for token in tokens(folded))
        if known or (unknown and not any(letter.isdigit() for letter in folded)):
            masked = f"{masked[: each.start()]}{MASK}{masked[each.end() :]}"
    return masked


_WRITTEN = re.compile(r"[\w\u0900-\u0963\u0971-\u097f]+")


def _is_household(word: str) -> bool:
    folded = fold(word)
    return folded in spoken_words.numbers() or key(folded) in _household_keys()


def household_number(folded: str) -> str | None:
    """Return the number of a household's word as it is written or sounds ("imlee"); else None."""
    known = spoken_words.numbers().get(folded)
    if known is None and not kind_of(folded):
        known = _household_keys().get(key(folded)) or None
    return known


@cache
def _household_keys() -> Mapping[str, str]:
    """Return how the words of households sound, but for what postmen say otherwise.

    With the number of each, "" where two words sound alike.
    """
    numbers: dict[str, set[str]] = {}
    for word, number_of in spoken_words.numbers().items():
        if not any(token.kind for token in tokens(word)):
            numbers.setdefault(key(word), set()).add(number_of)
    return {each: found.pop() if len(found) == 1 else "" for each, found in numbers.items()}


def _numbered(found: list[PostmanToken]) -> list[PostmanToken]:
    """Return the tokens with the words of numbers as digits where they can be nothing else.

    The first token of a text without digits, or a row of them.
    """
    spoken = [token.shape == "word" and token.text in _ALL_NUMBERS for token in found]
    longest = run = 0
    for each in spoken:
        run = run + 1 if each else 0
        longest = max(longest, run)
    if longest >= _ROW:
        return [
            PostmanToken("number", _ALL_NUMBERS[token.text], "", token.gap) if said else token
            for token, said in zip(found, spoken, strict=True)
        ]
    digits = [token for token in found if token.shape != "word"]
    if found and found[0].text in _ALL_NUMBERS and _is_only_item(found, digits):
        return [PostmanToken("number", _ALL_NUMBERS[found[0].text], "", found[0].gap), *found[1:]]
    if digits:
        return found
    start = 1 if found and found[0].kind == "mark" else 0
    row = [token for token in found[start:] if token.text in _ALL_NUMBERS or token.kind == "join"]
    sure = all(token.text in _BY_WORD or token.kind == "join" for token in row)
    if not sure or list(found[start : start + len(row)]) != row:
        return found
    return [
        PostmanToken("number", _BY_WORD[token.text], "", token.gap)
        if token.text in _BY_WORD
        else token
        for token in found
    ]
