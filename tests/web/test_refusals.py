"""What the domain refuses: one home for each refusal, one answer of each door."""

from __future__ import annotations

import ast
import importlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from postal.counter.groups import NumberInUse
from postal.counter.tariff import TooHeavy
from postal.lists import BadNumber, NotListed
from store.refusals import Conflict, Invalid, Refusal, Unknown
from web.api.engine.problems import below, named_by_path, of_refusal
from web.commands.refusals import refusals_shown
from web.language import NAMES, words
from web.staff.refusals import FormRefused, status_of, word_of

HOUSE = Path(__file__).parents[2]
ROOMS = ("postal", "imports", "payments", "conversation", "webhooks", "outbox")
CARRIED_WITHIN = {
    "imports.cells.Bad": "becomes the fault of a cell, which the file keeps",
    "imports.delivery_lists.NotMade": "becomes the faults of rows, which the file keeps",
    "imports.faults.FileRefused": "becomes the state of the import",
    "postal.acts.books.BooksDisagree": "is a fault of ours: the turn is undone and logged",
    "postal.people.hashing.TooManyHashes": "is no refusal: whoever asks comes again",
    "postal.counter.post_offices.NoDirectory": "says that an installation lacks a file",
    "postal.counter.tariff.UnreadableTariff": "says that a file of an installation is wrong",
    "webhooks.post.ClosedPort": "ends a delivery before it begins, as the library's own errors do",
    "webhooks.post.NotPublic": "ends a connection, as the library's own errors do",
}
RAISED = {
    "Exception",
    "ValueError",
    "LookupError",
    "RuntimeError",
    "Refusal",
    "Unknown",
    "Conflict",
    "Invalid",
}


def exceptions() -> Iterator[tuple[str, type[Exception]]]:
    """Every public exception that the rooms of the domain declare, with its full name."""
    for path in sorted(each for room in ROOMS for each in (HOUSE / room).rglob("*.py")):
        module = ".".join(path.relative_to(HOUSE).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found = getattr(importlib.import_module(module), node.name)
                if issubclass(found, Exception):
                    yield f"{module}.{node.name}", found


def test_whatever_the_domain_raises_to_a_door_is_a_refusal() -> None:
    others = {name for name, found in exceptions() if not issubclass(found, Refusal)}
    assert others == CARRIED_WITHIN.keys()


def test_the_pages_have_words_for_a_refusal_in_every_language() -> None:
    for name, found in exceptions():
        if issubclass(found, Refusal):
            for language in NAMES:
                assert not found.word or found.word in words(language), f"{name}: {found.word}"


def test_an_exception_has_its_name_alone() -> None:
    homes = defaultdict(list)
    for path in sorted(HOUSE.glob("*/**/*.py")):
        place = path.relative_to(HOUSE).as_posix()
        if place.startswith((".", "tests/", "var/")) or "/." in place:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                homes[node.name].append((place, bool(bases & RAISED)))
    twice = {
        name: [place for place, _ in found]
        for name, found in homes.items()
        if len([place for place, _ in found if not place.startswith("web/api/")]) > 1
        and any(raised for _, raised in found)
    }
    assert twice == {}


def test_the_api_answers_the_three_bases() -> None:
    assert of_refusal(Unknown("no such thing")).status == 404
    assert of_refusal(Conflict("not now")).status == 409
    named = of_refusal(Unknown("no office has it", field="office_pin"))
    assert (named.status, named.errors[0].field) == (422, "office_pin")
    heavy = of_refusal(TooHeavy(500))
    assert (heavy.status, heavy.errors[0].field) == (422, "weight_g")
    assert heavy.errors[0].message == heavy.detail == "too heavy: this service takes 500 g at most"


def test_each_bad_number_of_a_list_has_its_message() -> None:
    bad = [BadNumber(1, "EU1", "is no number"), BadNumber(3, "EU2", "is twice here")]
    refused = of_refusal(NotListed(bad))
    assert (refused.status, refused.detail) == (422, "nothing was put on the list: see errors")
    assert [(each.field, each.message) for each in refused.errors] == [
        ("articles.1", "EU1 is no number"),
        ("articles.3", "EU2 is twice here"),
    ]


def test_an_operation_names_the_fields_as_its_request_does() -> None:
    with (
        pytest.raises(NumberInUse) as taken,
        below("articles.2.", "nothing was booked", number="label"),
    ):
        raise NumberInUse("EU123456785IN")
    refused = of_refusal(taken.value)
    assert (refused.status, refused.detail) == (409, "nothing was booked")
    assert refused.errors[0].field == "articles.2.label"
    with pytest.raises(Conflict) as closed, below("articles.2.", "nothing was booked"):
        raise Conflict("the booking is paid for")
    assert of_refusal(closed.value).errors == ()
    with pytest.raises(Unknown) as unknown, named_by_path():
        raise Unknown("no office has it", field="office_pin")
    assert of_refusal(unknown.value).status == 404


def test_a_page_says_its_words_or_lets_the_error_be_one() -> None:
    refused = FormRefused("book_given_short", short="₹ 10")
    assert (word_of(refused), dict(refused.values)) == ("book_given_short", {"short": "₹ 10"})
    assert (status_of(refused), status_of(Conflict("not now"))) == (422, 409)
    with pytest.raises(Invalid, match="nobody words this"):
        word_of(Invalid("nobody words this"))


def test_a_command_says_the_sentence() -> None:
    with pytest.raises(click.ClickException, match="no such thing"), refusals_shown():
        raise Unknown("no such thing")
