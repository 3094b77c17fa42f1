"""A page offers what the machine does: a hindrance is named exactly where nothing happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import product
from typing import get_args

from flows import machines, possible
from flows.facts import ArticleFact, ArticleState, ClockFacts, CodeState, Witness
from flows.happenings import CodeStopped, Happening, NumberCorrected, RemarkJudged, Reopened
from flows.machine import Standing, decide
from flows.possible import Hindrance
from tests.rigs.told import nothing_in
from web.language import NAMES, words

NOW = datetime(2026, 8, 14, 6, tzinfo=UTC)
NUMBER = "EU123456785IN"
Rule = Callable[[ArticleFact], Hindrance | None]


def articles() -> Iterator[ArticleFact]:
    for state, code, witness, attempts, objected, disputed, moves in product(
        get_args(ArticleState), get_args(CodeState), get_args(Witness),
        (0, 2), (False, True), (False, True), (0, 2),
    ):  # fmt: skip
        yield ArticleFact(
            NUMBER, state, True, 0, code, NOW, 1, 0, 1, False,
            witness=witness, attempts=attempts, objected=objected, disputed=disputed, moves=moves,
            held_until=NOW.date(), remark=11 if witness != "none" else None,
        )  # fmt: skip


def decided(article: ArticleFact, event: Happening) -> bool:
    """Whether the article's machine does anything."""
    machine = machines.ALL["article"]
    facts = ClockFacts(NOW, NOW.date(), article, proof="two")
    decision = decide(machine, Standing("waiting", machine.context, NOW), event, facts)
    return bool(decision.acts)


RULES: tuple[tuple[Happening, Rule], ...] = (
    (CodeStopped(NUMBER), possible.stop_code),
    (RemarkJudged(NUMBER, "confirmed"), lambda article: possible.judge(article, "confirmed")),
    (RemarkJudged(NUMBER, "contested"), lambda article: possible.judge(article, "contested")),
    (Reopened(NUMBER), possible.reopen),
    (NumberCorrected(NUMBER, "+919812345678"), possible.correct_number),
)


def test_an_action_is_offered_exactly_where_the_machine_does_it() -> None:
    seen: set[tuple[str, bool]] = set()
    wrong = []
    for article in articles():
        for event, rule in RULES:
            does, why = decided(article, event), rule(article)
            seen.add((type(event).__name__, does))
            if does != (why is None):
                wrong.append(f"{event}: {'does it' if does else 'refuses'}, but {why}: {article}")
    nothing_in(wrong[:5])
    assert len(seen) == 8  # each was possible, and each was not


def test_every_hindrance_has_its_sentence() -> None:
    for language in NAMES:
        said = {key for key in words(language) if key.startswith("hinder_")}
        assert said == {f"hinder_{why}" for why in get_args(Hindrance)}
