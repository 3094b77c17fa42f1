"""The reader of a profile's file: a `Profile`, or all mistakes at once, each with its line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from gateways.profiles.lines import line_of
from gateways.profiles.profile import ANY, BODY, FIELDS, HOOK, Profile, templates_in
from gateways.profiles.templates import PlaceTemplate

_WORDS: Final = {
    "missing": "is missing",
    "extra_forbidden": "is no key of a profile",
    "string_type": "must be a text in quotes",
    "string_pattern_mismatch": "is not written as such a name is",
    "too_short": "needs at least one",
}


@dataclass(frozen=True)
class ProfileProblem:
    """A mistake in a profile. `line` counts from 1; None where no line is at fault."""

    line: int | None
    key: str
    what: str

    def __str__(self) -> str:
        where = f"line {self.line}, {self.key}" if self.line else self.key
        return f"{where}: {self.what}" if where else self.what


class ProfileError(Exception):
    """A file that is no valid profile; `problems` has every mistake."""

    def __init__(self, path: Path, problems: tuple[ProfileProblem, ...]) -> None:
        super().__init__(f"{path.name}: " + "; ".join(map(str, problems)))
        self.path = path
        self.problems = problems


def read(path: Path) -> Profile:
    """Return the profile in the file at `path`. Raises `ProfileError` with all mistakes."""
    try:
        written = path.read_text(encoding="utf-8")
        profile = Profile.model_validate(tomllib.loads(written))
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(path, (ProfileProblem(None, "", str(error)),)) from error
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(path, (ProfileProblem(None, "", f"is no TOML: {error}"),)) from error
    except ValidationError as error:
        raise ProfileError(path, tuple(_mistakes(error, written))) from None
    problems = tuple(
        ProfileProblem(line_of(written, key), ".".join(key), what)
        for key, what in _requirements(profile)
    )
    if problems:
        raise ProfileError(path, problems)
    return profile


def _mistakes(error: ValidationError, written: str) -> Iterator[ProfileProblem]:
    found = error.errors(include_url=False, include_input=False)
    for each in found:
        inner = (other["loc"] for other in found if len(other["loc"]) > len(each["loc"]))
        if each["type"] == "too_short" and any(
            loc[: len(each["loc"])] == each["loc"] for loc in inner
        ):
            continue  # a consequence of a mistake inside the list, which is reported
        key = tuple(str(part) for part in each["loc"] if part != "[key]")
        what = _WORDS.get(each["type"], each["msg"].removeprefix("Value error, "))
        yield ProfileProblem(line_of(written, key), ".".join(key), what)


def _requirements(profile: Profile) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the mistakes that one key alone cannot show: the key, and what is wrong."""
    named = [*profile.settings, *profile.secrets, *profile.steps]
    known = FIELDS | set(named)
    for name in sorted({name for name in named if named.count(name) > 1}):
        yield (name,), "is a name for two things"
    for name in sorted({*named} & (FIELDS | {BODY})):
        yield (name,), "is the name of a field of the message"
    for key, template in _written(profile):
        for place in template.places:
            if place not in known and place != BODY:
                yield key, f"nothing is called {{{place}}}: {', '.join(sorted(known))}"
    for place in profile.request.url.places:
        if place.startswith("phone") or place == "text":
            yield ("request", "url"), f"{{{place}}} has no place in an address: use query or a body"
    if profile.inbound and profile.inbound.prefix:
        for place in set(profile.inbound.prefix.places) - set(profile.settings):
            yield ("inbound", "prefix"), f"{{{place}}} is no setting"
    if (circle := _circle(profile)) is not None:
        yield ("steps" if circle != BODY else "request", circle), "needs itself"
    if (profile.inbound or profile.receipt) and HOOK not in profile.secrets:
        yield ("secrets",), f"{HOOK} is missing: it keeps strangers from calling the hooks"
    submitted = {place for each in profile.request.templates for place in each.places}
    if not profile.answer.id and "submit_id" not in submitted:
        yield ("answer", "id"), "is missing, and {submit_id} is not in the request to stand for it"
    answer = profile.answer
    yield from (
        (("answer",), f"{word} has two meanings")
        for word in _twice((answer.accepted, *answer.refused.values(), *answer.again.values()))
    )
    if ANY in answer.accepted:
        yield ("answer", "accepted"), "cannot be every word: a refusal would pass for a text sent"
    if profile.receipt:
        for word in _twice(tuple(profile.receipt.statuses.values())):
            yield ("receipt", "statuses"), f"{word} has two meanings"


def _twice(lists: Sequence[Sequence[str]]) -> list[str]:
    """Return the words that are in more than one of `lists`."""
    said = [word for words in lists for word in {word.casefold() for word in words}]
    return sorted({word for word in said if said.count(word) > 1})


def _written(profile: Profile) -> Iterator[tuple[tuple[str, ...], PlaceTemplate]]:
    """Yield every template with its key."""
    submit = profile.request
    for name, step in profile.steps.items():
        yield from ((("steps", name), template) for template in step.templates)
    yield ("request", "url"), submit.url
    for part, templates in (
        ("headers", submit.headers),
        ("query", submit.query),
        ("form", submit.form or {}),
    ):
        for name, template in templates.items():
            yield ("request", part, name), template
    for template in templates_in(submit.json_):
        yield ("request", "json"), template
    if submit.body:
        yield ("request", "body"), submit.body
    if submit.basic:
        yield ("request", "basic", "user"), submit.basic.user
        yield ("request", "basic", "password"), submit.basic.password
    if submit.bearer:
        yield ("request", "bearer", "token"), submit.bearer.token
    if profile.inbound and profile.inbound.prefix:
        yield ("inbound", "prefix"), profile.inbound.prefix


def _circle(profile: Profile) -> str | None:
    """Return a step, or the body, that depends on itself; None where none does."""
    needs = {name: _places(step.templates) for name, step in profile.steps.items()}
    needs[BODY] = _places(profile.request.of_body)
    for name in needs:
        seen: set[str] = set()
        ahead = [name]
        while ahead:
            for needed in needs.get(ahead.pop(), set()) - seen:
                if needed == name:
                    return name
                seen.add(needed)
                ahead.append(needed)
    return None


def _places(templates: Iterable[PlaceTemplate]) -> set[str]:
    return {place for each in templates for place in each.places}
