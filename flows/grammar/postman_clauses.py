"""A postman's text with words in it: cut into clauses, each about its items, each read by itself.

Pure. One clause that is not clear makes the whole text unclear: nothing of it is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from flows.events import (
    Approach,
    AskedBack,
    Event,
    Handover,
    NotUnderstood,
    Pass,
    Payment,
    Remark,
    Visit,
    VisitAct,
)
from flows.grammar.person import Understood
from flows.grammar.postman_digits import DigitsReader, check_of, whole_visit, with_slip
from flows.grammar.postman_numbers import AMOUNT, MOST_ITEMS, PAYMENTS, Unclear, is_spelled, item_of
from flows.grammar.postman_passing import passed_in_words
from flows.grammar.postman_phrases import JOIN, SURE, UNIT, WITH_CODE, meaning
from flows.grammar.postman_signature import PostmanToken
from flows.grammar.text import fold
from flows.remarks import TYPED

_IDLE: Final = frozenset(("fill", "ok", "join"))  # a clause of these alone says nothing
_SLIP: Final = 3  # digits of a slip
# What may be beside a code and the three digits of a slip: words of money make them an amount.
_DELIVERED: Final = frozenset(
    ("fill", "ko", "mark", "code", "given", "ok", "tell", "done", "of", "now", "post")
)
_MANY: Final = 14  # tokens of a text that is asked about its one item; longer ones are stories


def read(found: Sequence[PostmanToken], code_length: int) -> Understood:
    """Return the event of tokens with words among them; never raises."""
    try:
        return _Clauses(code_length).read(found)
    except Unclear as unclear:
        if not isinstance(unclear.event, NotUnderstood):
            return Understood(unclear.event)
        return Understood(_asked(found, code_length))


def _asked(found: Sequence[PostmanToken], code_length: int) -> Event:
    """Return the question about an unclear text, if one helps."""
    codes = [token for token in found if token.shape == "number" and len(token.text) == code_length]
    items = [token.text for token in found if _is_item(token)]
    slip = with_slip([token.text for token in found if token.shape == "number"], code_length)
    if slip:
        items = [item for item in items if len(item) < _SLIP]
    if len(found) > _MANY or any(token.kind == UNIT for token in found):
        return NotUnderstood()
    if codes and not items:
        known = all(token.kind in WITH_CODE for token in found if token.shape == "word")
        return AskedBack("item") if known else NotUnderstood()
    money = not codes and any(token.kind == "rupees" for token in found)
    if len(set(items)) != 1 or not items[0].isdigit() or money:
        return NotUnderstood()
    if slip:
        return AskedBack("slip", int(items[0]))
    return AskedBack("sure" if codes else "what", int(items[0]))


def _is_item(token: PostmanToken) -> bool:
    if token.shape == "article":
        return True
    return token.shape == "number" and len(token.text) <= 3 and int(token.text) > 0


@dataclass(frozen=True)
class _Clauses:
    code_length: int

    def read(self, found: Sequence[PostmanToken]) -> Understood:
        if any(token.kind == UNIT for token in found):
            raise Unclear
        numbers = [token.text for token in found if token.shape == "number"]
        if is_spelled(numbers, self.code_length):
            raise Unclear(AskedBack("spelled"))
        found = _halves_joined(found, self.code_length)
        passed = passed_in_words(found, self.code_length)
        if passed is not None:
            return passed
        acts: list[VisitAct] = []
        codes: dict[str, str] = {}
        back: list[str] = []
        worded = unsure = False
        for clause in self._cut(found):
            if worded and len(clause) == 1 and not set(clause[0].gap) - set(" -"):
                raise Unclear  # "7 482913 cash 8": 8 rupees, or the next door?
            unsure = unsure or self._is_of_code(clause)
            self._clause(clause, acts, codes, back)
            worded = bool(codes) and any(token.shape == "word" for token in clause)
        if unsure and codes:
            raise Unclear  # "8 ka code 7 482913": whose code is it?
        if back and not acts and len(set(back)) == len(back):
            return Understood(Pass(tuple(back), back=True))
        if back:
            raise Unclear
        return whole_visit(acts, codes)

    def _is_of_code(self, clause: Sequence[PostmanToken]) -> bool:
        """Tell whether the clause is an item and the word code, and does not say "send"."""
        kinds = {token.kind for token in clause}
        return "code" in kinds and not kinds & SURE and not any(map(self._is_code, clause))

    # ---- clauses -------------------------------------------------------------------------------

    def _cut(self, found: Sequence[PostmanToken]) -> Iterator[list[PostmanToken]]:
        """Yield the clauses: a line or sentence each, and within it one for each item in turn."""
        clause: list[PostmanToken] = []
        for place, token in enumerate(found):
            if clause and self._begins(clause, token, found[place + 1 :]):
                yield clause
                clause = []
            clause.append(token)
        if clause:
            yield clause

    def _begins(
        self, clause: Sequence[PostmanToken], token: PostmanToken, after: Sequence[PostmanToken]
    ) -> bool:
        """Tell whether `token` begins a clause of its own."""
        starts = _is_item(token) or (token.kind == "mark" and bool(after) and _is_item(after[0]))
        if not starts or not any(_is_item(each) for each in clause):
            return False
        if token.shape == "number" and clause[-1].kind == "mark":
            return False
        coded = any(self._is_code(each) for each in clause)
        if coded and token.shape == "number" and not any(map(self._is_code, after[:1])):
            if AMOUNT.fullmatch(token.text) or _money_is_near(clause, after):
                return False
            if len(token.text) == _SLIP and self._is_code(clause[-1]):
                return False
            if token.text in PAYMENTS and "\n" not in token.gap:
                return False
        if coded or "\n" in token.gap or ";" in token.gap or "।" in token.gap:
            return True
        said = [each for each in clause if each.shape == "word" and each.kind not in ("mark", JOIN)]
        last_item = max(place for place, each in enumerate(clause) if _is_item(each))
        if any(each in said for each in clause[last_item:]):
            return True
        return "," in token.gap and len(clause) - last_item == 1 and _is_pair(clause)

    def _is_code(self, token: PostmanToken) -> bool:
        return token.shape == "number" and 4 <= len(token.text) <= 8

    def _clause(
        self,
        clause: Sequence[PostmanToken],
        acts: list[VisitAct],
        codes: dict[str, str],
        back: list[str],
    ) -> None:
        words = [token for token in clause if token.shape in ("word", "sign")]
        if not any(token.shape not in ("word", "sign") for token in clause):
            if all(token.kind in _IDLE for token in words):
                return
            raise Unclear
        if all(token.kind in ("mark", JOIN) for token in words):
            plain = DigitsReader(self.code_length).visit(_plain(clause))
            assert isinstance(plain.event, Visit)
            acts += plain.event.acts
            _add(codes, plain.codes)
        elif any(map(self._is_code, clause)):
            handed, told = self._handover(clause)
            acts.append(handed)
            _add(codes, told)
        else:
            if all(token.kind in ("rem", "mark") for token in words) and _is_pair(clause):
                item, remark = (t.text for t in clause if t.shape in ("number", "article"))
                acts.append(Remark(item_of(item), int(remark)))
                return
            items = _items_of(clause)
            means = meaning(words)
            if means is None or (len(items) > 1 and means != "approach" and not _joined(clause)):
                raise Unclear
            if means == "back":
                back += items
            elif means == "approach" and (not codes or {token.kind for token in words} & SURE):
                acts += [Approach(item) for item in items]
            elif means == "approach":
                raise Unclear  # "7 482913 8 ka hai ye code"
            else:
                acts += [Remark(item, int(means)) for item in items]

    # ---- an item and its code ------------------------------------------------------------------

    def _handover(self, clause: Sequence[PostmanToken]) -> tuple[Handover, dict[str, str]]:
        """Return the handover of one item on one code, and the digits that were told.

        Three digits right behind it, with words of delivery alone, are those of the slip; anything
        else beside them is a doubt.
        """
        shapes = [token for token in clause if token.shape in ("number", "article", "grouped")]
        words = [token for token in clause if token.shape in ("word", "sign")]
        code_at = next(place for place, token in enumerate(clause) if self._is_code(token))
        before = [token for token in clause[:code_at] if token in shapes and _is_item(token)]
        after = [token for token in clause[code_at + 1 :] if token in shapes]
        if not before and after and clause[clause.index(after[0]) - 1].kind == "mark":
            before = [after.pop(0)]  # "code 482913 item 7"
        slip = clause[code_at + 1 :][:1]
        known = [token for token in words if not (token in slip and _is_slip(token))]
        doubt = any(token.kind not in WITH_CODE for token in known)
        code = clause[code_at].text
        if len(before) != 1 or doubt or len(code) != self.code_length:
            raise Unclear
        item = item_of(before[0].text)
        if list(clause[code_at + 1 : code_at + 2]) == after and _are_of_slip(after, words):
            return Handover(item, "offline"), {item: code, check_of(item): after[0].text}
        payment, amount = _paid(after, known, clause)
        return Handover(item, "code", payment, amount), {item: code}


def _are_of_slip(numbers: Sequence[PostmanToken], words: Sequence[PostmanToken]) -> bool:
    """Tell whether the only number behind a code is no amount, by its form and the words."""
    delivered = all(token.kind in _DELIVERED for token in words)
    digits = [token for token in numbers if token.shape == "number" and len(token.text) == _SLIP]
    return delivered and len(digits) == 1


def _halves_joined(found: Sequence[PostmanToken], code_length: int) -> Sequence[PostmanToken]:
    """Return the tokens with the halves of a code as one: "7 ka 482 913"."""
    halves = [
        place
        for place, token in enumerate(found)
        if token.shape == "number" and len(token.text) * 2 == code_length
    ]
    if len(halves) != 2 or halves[1] != halves[0] + 1 or not any(map(_is_item, found[: halves[0]])):
        return found
    first, second = halves
    whole = replace(found[first], text=found[first].text + found[second].text)
    return [*found[:first], whole, *found[second + 1 :]]


def _add(codes: dict[str, str], more: object) -> None:
    assert hasattr(more, "items")
    for item, code in more.items():
        if codes.setdefault(item, code) != code:
            raise Unclear


def _is_slip(token: PostmanToken) -> bool:
    """Tell whether one letter was typed with the code: "482913q"."""
    return token.gap == "|" and len(token.text) == 1


def _paid(
    numbers: Sequence[PostmanToken], words: Sequence[PostmanToken], clause: Sequence[PostmanToken]
) -> tuple[Payment | None, int | None]:
    """Return how it was paid and what, from what follows a code. Raise `Unclear`."""
    said: set[Payment] = {
        payment for payment in ("cash", "upi") if any(token.kind == payment for token in words)
    }
    amount: int | None = None
    for token in numbers:
        at = clause.index(token)
        near = {each.kind for each in (*clause[at - 1 : at], *clause[at + 1 : at + 2])}
        money = token.shape == "grouped" or "rupees" in near or AMOUNT.fullmatch(token.text)
        followed = clause[at + 1 : at + 2]
        if not money and token.text in PAYMENTS and token.shape == "number":
            said.add(PAYMENTS[token.text])
        elif amount is None and (money or (followed and followed[0].kind in ("cash", "upi"))):
            amount = int(token.text)
        else:
            raise Unclear
    if len(said) > 1 or (amount is not None and not 0 < amount < 100_000):
        raise Unclear
    return (said.pop() if said else None), amount


_COUNTED: Final = frozenset(
    map(fold, ["customer", "aadmi", "admi", "grahak", "man", "person", "vyakti", "आदमी", "ग्राहक"])
)


# ---- items of a clause without a code ----------------------------------------------------------


def _items_of(clause: Sequence[PostmanToken]) -> list[str]:
    """Return the items, which are together but for words that join them. Raise `Unclear`."""
    places = [place for place, token in enumerate(clause) if token.shape in ("number", "article")]
    if not places:
        raise Unclear  # "rs 1,250": a sum, and no item
    between = clause[places[0] : places[-1]]
    apart = [t for t in between if t.shape == "word" and t.kind not in (JOIN, "mark")]
    items = [item_of(clause[place].text) for place in places]
    twice = len(set(items)) < len(items) or len(items) > MOST_ITEMS
    if apart or twice or any(token.shape == "grouped" for token in clause):
        raise Unclear
    if clause[places[-1] + 1 : places[-1] + 2] and clause[places[-1] + 1].text in _COUNTED:
        raise Unclear  # "2 customer ne mana kiya": two of them
    typed = [item.isdigit() and int(item) in TYPED for item in items]
    if len(items) > 1 and any(typed[1:]) and not all(typed) and not _joined(clause):
        raise Unclear  # "7 11 aa raha hu": a remark among them?
    return items


def _joined(clause: Sequence[PostmanToken]) -> bool:
    return any(token.kind in (JOIN, "items") for token in clause)


def _is_pair(clause: Sequence[PostmanToken]) -> bool:
    """Tell whether the clause is an item and a remark in digits."""
    numbers = [token.text for token in clause if token.shape in ("number", "article")]
    return len(numbers) == 2 and len(numbers[1]) == 2 and int(numbers[1]) in TYPED


def _money_is_near(clause: Sequence[PostmanToken], after: Sequence[PostmanToken]) -> bool:
    """Tell whether a number after a code stands at a word of money: "45 cash", "Rs 45"."""
    before = clause[-1].kind == "rupees"
    return before or any(token.kind in ("rupees", "cash", "upi") for token in after[:1])


def _plain(clause: Sequence[PostmanToken]) -> list[str]:
    """Return the numbers of a clause as the reader of digits takes them."""
    found: list[str] = []
    for token in clause:
        if token.shape == "grouped":
            found.append(f"rs{token.text}")
        elif token.shape in ("number", "article"):
            found.append(token.text)
    return found
