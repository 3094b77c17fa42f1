"""The grammar of a postman: items, codes, remarks and payments, several in one text. Pure.

In two steps: a text becomes tokens (`postman_words.py`), and these an event, by the reader of
digits (`postman_digits.py`) or, with words among them, of clauses (`postman_clauses.py`). A text
with two readings is asked back: a wrong guess would cost somebody an article, a second text costs
the postman seconds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from flows.events import (
    Approach,
    AskedBack,
    AskedBackWhy,
    AskException,
    AskHelp,
    AskLeft,
    DocumentType,
    Event,
    ExceptionReason,
    GivePin,
    Handover,
    NotUnderstood,
    Pass,
    ShownDocument,
    TakeOver,
    TurnDown,
    Undo,
    Visit,
    VisitAct,
)
from flows.grammar import postman_clauses, words
from flows.grammar.person import Understood
from flows.grammar.postman_digits import DigitsReader, whole_visit
from flows.grammar.postman_numbers import (
    EXCEPTION,
    MOST_ITEMS,
    NEW_NUMBER,
    RUPEE_WORDS,
    VERBS,
    Unclear,
    is_spelled,
    item_of,
)
from flows.grammar.postman_passing import COLLEAGUE
from flows.grammar.postman_phrases import command
from flows.grammar.postman_signature import PostmanToken
from flows.grammar.postman_words import has_no_items, household_number, prepared
from flows.grammar.postman_words import tokens as tokens_of
from flows.grammar.text import fold, tokens
from flows.reading.scripts import MOST_READ
from india.phone import mobile

_ALONE: dict[str, type[Undo | AskLeft | AskHelp | TakeOver | TurnDown]] = {
    "0": Undo,
    "00": AskLeft,
    "01": TakeOver,  # "1" alone is always an item (docs/developing/trust.md rule 13)
    "02": TurnDown,
    "99": AskHelp,
    "undo": Undo,
    "left": AskLeft,
    "help": AskHelp,
}


def postman(raw: str, code_length: int) -> Understood:
    """Return the event of a postman's text; `code_length` digits together are a code."""
    if len(raw) > MOST_READ:  # a beginning may be another command than the whole
        return Understood(NotUnderstood())
    text = _without_stars(prepared(raw))
    read = _read(raw, text, code_length)
    if _is_clear(read.event):
        return read
    return _excepted(text, code_length) or _half_asked(text) or _pieces_asked(text) or read


def _is_clear(event: Event) -> bool:
    if isinstance(event, AskedBack):
        return event.why not in ("spelled", "item", "sure", "slip")
    return not isinstance(event, NotUnderstood)


_ASKS: Final[Mapping[str, AskedBackWhy]] = {str(EXCEPTION): "exception", str(NEW_NUMBER): "number"}


_YES: Final = frozenset(fold(word) for word in " ".join(words.KEYWORDS["yes"]).split())
_GAVE: Final = frozenset(("given", "ok", "done", "fill"))


def _excepted(text: str, code_length: int) -> Understood | None:
    """Return the event of `7 28 de diya` or `7 28 haan`: as `7 28`; None where more is said."""
    found = tokens_of(text)
    places = [place for place, token in enumerate(found) if token.shape in ("number", "article")]
    numbers = [found[place].text for place in places]
    beside = [token for token in found if token.shape not in ("number", "article")]
    if numbers[1:2] != [str(EXCEPTION)] or places[-1] - places[0] >= len(places):
        return None
    if not beside or any(each.kind not in _GAVE and each.text not in _YES for each in beside):
        return None
    try:
        read = DigitsReader(code_length).visit(numbers)
    except Unclear:
        return None
    visit = read.event
    return read if isinstance(visit, Visit) and len(visit.acts) == 1 else None


def _half_asked(text: str) -> Understood | None:
    """Return how `7 28` or `7 29` is to be asked, where what follows cannot be read; else None."""
    found = list(tokens(text.replace("*", " ").replace("#", " ")))
    if len(found) < 3 or found[1] not in _ASKS:
        return None
    if found[2].isdigit() and len(found[2]) in (2, 3):  # doors: "27 28 29 30"
        return None
    try:
        item = item_of(found[0])
    except Unclear:
        return None
    return Understood(AskedBack(_ASKS[found[1]], int(item))) if item.isdigit() else None


def _read(raw: str, text: str, code_length: int) -> Understood:
    asked = _exception(text)
    if asked is not None:
        return asked
    if ">" in text:
        return _passed(text, code_length)
    pieces = _WITHOUT_PIECES.fullmatch(text)
    if pieces is not None:
        without = _without_pieces(pieces, code_length)
        if without is not None:
            return without
    worded = _on_word(text)
    if worded is not None:
        return worded
    several = _several_words(text)
    if several is not None:
        return several
    if "*" in text:
        return _with_document(text, code_length)
    found = tokens_of(text)
    alone = _alone(found)
    if alone is not None:
        return Understood(alone)
    if not any(token.shape in ("number", "article", "grouped") for token in found):
        return Understood(NotUnderstood())
    if has_no_items(text):
        numbers = [token.text for token in found if token.shape == "number"]
        spelled = is_spelled(numbers, code_length)
        return Understood(AskedBack("spelled") if spelled else NotUnderstood())
    read = _of_items(found, code_length)
    return _asked_of_signs(fold(raw), read)


# Beside items alone: a tick, a sum, "=". What they say is no "I am coming", which sends codes.
_SAYS_MORE = re.compile(r"=|/-|[\u2190-\u21ff]|(?<=[0-9])(?: *(?:--|[—–]) *| +- +)(?=[0-9])")


def _asked_of_signs(text: str, read: Understood) -> Understood:
    """Return `read`, or the question what is meant where signs say more than the items."""
    visit = read.event
    if not isinstance(visit, Visit) or not all(isinstance(act, Approach) for act in visit.acts):
        return read
    symbols = any(unicodedata.category(sign) in ("So", "Sk") for sign in text)
    if not symbols and _SAYS_MORE.search(text) is None:
        return read
    item = visit.acts[0].item
    return Understood(
        AskedBack("what", int(item) if item.isdigit() and len(visit.acts) == 1 else 0)
    )


_STARRED = re.compile(r"([0-9]{1,3})\*([0-9]{4,8})(?:\*([12]|[0-9]{3}))?#?")


def _without_stars(text: str) -> str:
    """Return a text whose stars are only gaps ("7*482913*1") or around it ("*7*") without them."""
    bare = text.strip()
    starred = _STARRED.fullmatch(bare)
    if starred is not None:
        return " ".join(each for each in starred.groups() if each)
    if (
        "#" not in bare
        and bare.startswith("*")
        and bare.count("*") == 1 + bare.endswith("*")
        and len(bare) > 1
    ):
        return bare.strip("*")
    return text


def _alone(found: Sequence[PostmanToken]) -> Event | None:
    """Return the event of a text that is one number or word, or a question without any number."""
    if len(found) == 1:
        word = VERBS.get(found[0].text, found[0].text)
        if word in _ALONE:
            return _ALONE[word]()
    if found and all(token.shape == "word" for token in found):
        asked = command(found)
        return _ALONE[asked]() if asked is not None else None
    return None


def _of_items(found: Sequence[PostmanToken], code_length: int) -> Understood:
    """Return the event of a text about items: digits and verbs alone, or with other words."""
    words_of = [token for token in found if token.shape in ("word", "sign")]
    doors = [] if words_of else _doors(found, code_length)
    if len(doors) > 1:
        return _of_doors(doors, code_length)
    verbs = ("approach", "handover", "remark")
    if all(token.text in RUPEE_WORDS or VERBS.get(token.text) in verbs for token in words_of):
        try:
            return DigitsReader(code_length).visit(_plain(found))
        except Unclear as unclear:
            if not words_of or not isinstance(unclear.event, NotUnderstood):
                return Understood(unclear.event)
    return postman_clauses.read(found, code_length)


def _doors(found: Sequence[PostmanToken], code_length: int) -> list[list[PostmanToken]]:
    """Return the tokens of each door, where a sign or a line parts every item and its code."""
    doors: list[list[PostmanToken]] = []
    for place, token in enumerate(found):
        then = found[place + 1 : place + 2]
        begins = len(token.text) <= _LONGEST_ITEM or token.shape == "article"
        if begins and then and len(then[0].text) == code_length and then[0].shape == "number":
            if place and not set(token.gap) & set(",;\n।|"):
                return []
            doors.append([])
        if not doors:
            return []
        doors[-1].append(token)
    return doors


def _of_doors(doors: Sequence[Sequence[PostmanToken]], code_length: int) -> Understood:
    """Return the event of doors that are each read by themselves."""
    acts: list[VisitAct] = []
    codes: dict[str, str] = {}
    try:
        for door in doors:
            read = DigitsReader(code_length).visit(_plain(door))
            assert isinstance(read.event, Visit)
            acts += read.event.acts
            if any(codes.setdefault(key, told) != told for key, told in read.codes.items()):
                raise Unclear
        return whole_visit(acts, codes)
    except Unclear as unclear:
        return Understood(unclear.event)


def _plain(found: Sequence[PostmanToken]) -> list[str]:
    """Return the tokens as the reader of digits takes them: "rs 500" as one, "1,250" as rupees.

    Between items, "7,482" are two numbers.
    """
    plain: list[str] = []
    for place, token in enumerate(found):
        if plain and plain[-1] == "rs" and token.shape in ("number", "grouped"):
            plain[-1] = f"rs{token.text}"
        elif token.shape == "grouped" and _may_be_money(found[:place]):
            plain.append(f"rs{token.text}")
        elif token.shape == "grouped":
            plain += [token.text[:-3], token.text[-3:]]
        else:
            plain.append("rs" if token.text in RUPEE_WORDS else token.text)
    return plain


def _may_be_money(before: Sequence[PostmanToken]) -> bool:
    """Tell whether an amount may be here: after an item and its code, or a signature."""
    last = before[-1:]
    return bool(last) and last[0].shape == "number" and len(before) > 1 and len(last[0].text) > 1


PIN = "pin"  # the key of a PIN in `Understood.codes`
_PIN_WORDS = frozenset(fold(word) for word in words.PIN)


def pin(raw: str) -> Understood:
    """Return the event of a PIN alone or after the word; anything else is not understood."""
    found = [token for token in tokens(raw) if token not in _PIN_WORDS]
    if len(found) == 1 and found[0].isdigit() and 4 <= len(found[0]) <= 6:
        return Understood(GivePin(), {PIN: found[0]})
    return Understood(NotUnderstood())


_TELEPHONE: Final = 7  # digits, or more: nobody of the staff has so long an id
_OFFICE = frozenset(("0", "00", *(fold(word) for word in words.OFFICE)))


def _passed(text: str, code_length: int) -> Understood:
    """Return the event of `7 8 > 45` or `7 > 0`; of a staff id only letters and digits count."""
    left, _, right = text.partition(">")
    named = _named(right)
    to = "".join(named)
    # "45", "GDS 45", "GKP-1.45": of "1 2" or "45 nahi" it is not certain who is meant.
    one = len(named) == 1 or (
        bool(named) and named[0].isalpha() and all(map(str.isdigit, named[1:]))
    )
    try:
        given = [token for token in tokens_of(left) if token.kind not in _BESIDE]
        items = tuple(item_of(token.text) for token in given if token.shape != "word")
        bad = any(token.shape not in ("number", "article") for token in given)
    except Unclear:
        items, bad = (), True
    bad = bad or not items or len(set(items)) < len(items) or len(items) > MOST_ITEMS
    telephone = to.isdigit() and len(to) >= _TELEPHONE
    if bad or not one or telephone or ">" in right or "?" in text:
        return Understood(NotUnderstood())
    if to in _OFFICE:
        return Understood(Pass(items, back=True))
    return Understood(Pass(items), {COLLEAGUE: to})


_BESIDE: Final = frozenset(("mark", "join", "fill", "given"))
_AROUND: Final = frozenset(("polite", "ko", "give", "given", "mark", "staff"))


def _named(right: str) -> list[str]:
    """Return what names the colleague, without the words around it: "45 ko de do"."""
    named = [token for token in tokens_of(right) if token.kind not in _AROUND]
    return list(tokens(" ".join(token.text for token in named)))


_CARD: Final = frozenset(("card", "कार्ड"))  # of a document: "ration card"
LAST4 = "last4"  # the key in `Understood.codes` of the end of a document's number
_ENDING = re.compile(r"[0-9a-z]{4}", re.ASCII)
_DOCUMENTS = {fold(word): document for document, line in words.DOCUMENTS.items() for word in line}


# `7 482913 # 2 3`: handed over without these pieces. The left is read for itself.
_WITHOUT_PIECES = re.compile(r"(.*\S)\s*#\s*([0-9]{1,2}(?:[\s,]+[0-9]{1,2})*)\s*", re.DOTALL)


def _without_pieces(found: re.Match[str], code_length: int) -> Understood | None:
    """Return the event of a handover that names missing pieces; None: the sign means nothing."""
    handed = postman(found[1], code_length)
    visit = handed.event
    if not isinstance(visit, Visit) or len(visit.acts) != 1:
        return None
    (act,) = visit.acts
    if not isinstance(act, Handover):
        return None
    missing = tuple(int(each) for each in re.findall(r"[0-9]+", found[2]))
    return Understood(Visit((replace(act, missing=missing),)), handed.codes)


_PIECES: Final = frozenset(map(fold, ["piece", "pieces", "pc", "pcs", "nag", "नग", "पीस"]))


def _pieces_asked(text: str) -> Understood | None:
    """Return how `7 482913 2 piece nahi` is written: two of them, or the second? Else None."""
    found = tokens(text)
    if len(found) < 3 or not _PIECES.intersection(found[2:]) or not found[1].isdigit():
        return None
    item = found[0]
    if not item.isdigit() or len(item) > _LONGEST_ITEM or len(found[1]) < _FEWEST_OF_CODE:
        return None
    return Understood(AskedBack("pieces", int(item))) if int(item) else None


_FEWEST_OF_CODE: Final = 4
REASONS: Final[Mapping[str, ExceptionReason]] = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
KINDS_OF_DOCUMENT: Final[Mapping[str, DocumentType]] = {
    str(place): document for place, document in enumerate(words.DOCUMENTS, start=1)
}


def _exception(text: str) -> Understood | None:
    """Return the event of `7 28 3 1 1234`: no code can be told; None for any other text.

    After 28 the reason, the kind of the document (or its name), and the last four of its number.
    """
    found = [each for each in tokens(text.replace("*", " ").replace("#", " ")) if each not in _CARD]
    if len(found) > 4 and found[1] == str(NEW_NUMBER):
        return _new_number(found)
    if len(found) != 5 or found[1] != str(EXCEPTION) or _ENDING.fullmatch(found[4]) is None:
        return None
    document = KINDS_OF_DOCUMENT.get(found[3]) or _DOCUMENTS.get(found[3])
    if found[2] not in REASONS or document is None:
        return None
    try:
        item = item_of(found[0])
    except Unclear:
        return None
    return Understood(AskException(item, REASONS[found[2]], document), {LAST4: found[4].upper()})


def _new_number(found: list[str]) -> Understood | None:
    """Return the event of `7 29 9876543210 1 1234`: its telephone is wrong, this is the right one.

    The telephone may be written with spaces.
    """
    item, _, *telephone, kind, ending = found
    document = KINDS_OF_DOCUMENT.get(kind) or _DOCUMENTS.get(kind)
    typed = "".join(telephone)
    if document is None or _ENDING.fullmatch(ending) is None or not typed.isdigit():
        return None
    if len(typed) < _TELEPHONE:
        return None
    try:
        named = item_of(item)
    except Unclear:
        return None
    event = AskException(named, 4, document, mobile(typed))
    return Understood(event, {LAST4: ending.upper()})


WORD = "word"  # the key in `Understood.codes` of a household's word, as its two numbers
_STARS = re.compile(r"\*\s*\*")
_WORD_NUMBERS = re.compile(r"[1-9][0-9]", re.ASCII)


def _on_word(text: str) -> Understood | None:
    """Return the event of `7 ** 12 47`, `7**1247` or `7 ** imli gulab`: on the household's word.

    The words may stand alone, `7 imli gulab`; behind the stars or a name of theirs also among words
    that say no more than that they were told. Numbers take the stars, as they could be doors.
    """
    said = _in_words(text)
    if said is not None:
        return said
    parts = _STARS.split(text)
    if len(parts) == 1 and "?" in text:
        return None
    if len(parts) == 1:
        parts = _NAMED.split(text)
    found = list(tokens(" ".join(parts)))
    if len(parts) == 2 and len(found) > 2:
        idle = {each.text for each in tokens_of(" ".join(parts)) if _says_no_more(each)}
        found = [each for each in found if each not in idle or household_number(each)]
    if len(parts) == 2 and len(found) == 2 and len(found[1]) == 4 and found[1].isdigit():
        found[1:] = [found[1][:2], found[1][2:]]
    if len(parts) > 2 or len(found) != 3:
        return None
    word = [each if _WORD_NUMBERS.fullmatch(each) else household_number(each) for each in found[1:]]
    if None in word or (len(parts) == 1 and any(each.isdigit() for each in found[1:])):
        return None
    try:
        item = item_of(found[0])
    except Unclear:
        return None
    told = "".join(each for each in word if each is not None)
    return Understood(Visit((Handover(item, "word"),)), {WORD: told})


def _several_words(text: str) -> Understood | None:
    """Return the question about `7 ** 12 47 8 ** 12 47`: a word is told at one door at a time."""
    if len(_STARS.findall(text)) < 2:
        return None
    first = next(iter(tokens_of(text)), None)
    if first is None or first.shape != "number" or len(first.text) > _LONGEST_ITEM:
        return None
    return Understood(AskedBack("what", int(first.text)))


_LONGEST_ITEM: Final = 3
_TOLD: Final = frozenset(("tell", "given", "fill", "polite", "mark", "join"))
_NAMES: Final = frozenset(("word", "words", "shabd", "shabad", "शब्द"))
_NAMED: Final = re.compile(rf"\b(?:{'|'.join(sorted(_NAMES))})\b[\s:=]*(?=[0-9])")
_OF_HOME: Final = frozenset(("home", "of", *_TOLD))  # "ghar ka shabd"


def _says_no_more(token: PostmanToken) -> bool:
    return token.kind in _OF_HOME or token.text in _NAMES


def _in_words(text: str) -> Understood | None:
    """Return the event of `ghar ka shabd imli gulab 7` or `7 imli gulab`: one item, two words.

    Two words with more beside them, and no name of theirs, may be a person's: "7 gulab kamal ko
    diya". They are asked back. None where anything else is said: a no, a question, a third word,
    another number.
    """
    found = tokens_of(text)
    said = [(token, household_number(token.text)) for token in found]
    word = [number for _, number in said if number is not None]
    items = [token for token in found if token.shape in ("number", "article", "grouped")]
    rest = [token for token, number in said if number is None and token not in items]
    beside = all(_says_no_more(token) for token in rest)
    if len(word) != 2 or len(items) != 1 or not beside or "?" in text or "*" in text:
        return None
    try:
        item = item_of(items[0].text)
    except Unclear:
        return None
    alone = all(token.kind in ("mark", "join") for token in rest)
    if not alone and not any(token.text in _NAMES for token in rest):
        return Understood(AskedBack("word", int(item) if item.isdigit() else 0))
    return Understood(Visit((Handover(item, "word"),)), {WORD: "".join(word)})


def _with_document(text: str, code_length: int) -> Understood:
    """Return the event of `7 482913 * 1234`: handed over, and a document was shown besides."""
    left, _, right = text.partition("*")
    handed = postman(left, code_length)
    shown = list(tokens(right))
    document: ShownDocument = "unnamed"
    if len(shown) == 2 and shown[0] in _DOCUMENTS:
        document = _DOCUMENTS[shown.pop(0)]
    visit = handed.event
    if not isinstance(visit, Visit) or len(visit.acts) != 1 or len(shown) != 1:
        return Understood(NotUnderstood())
    (act,) = visit.acts
    if not isinstance(act, Handover) or _ENDING.fullmatch(shown[0]) is None:
        return Understood(NotUnderstood())
    codes = {**handed.codes, LAST4: shown[0].upper()}
    return Understood(Visit((replace(act, document=document),)), codes)
