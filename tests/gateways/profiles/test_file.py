"""Profiles as an operator writes them: every mistake is named with its line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateways.profiles.file import ProfileError, read
from gateways.profiles.lines import line_of
from tests.rigs.http import PIGEON, PIGEON_VALUES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of the operator's own, with one good profile and what it needs."""
    (tmp_path / "pigeon.toml").write_text(PIGEON)
    for name, value in PIGEON_VALUES.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def _problems(folder: Path, *changes: tuple[str, str]) -> list[str]:
    written = PIGEON
    for old, new in changes:
        assert old in written
        written = written.replace(old, new)
    (folder / "pigeon.toml").write_text(written)
    with pytest.raises(ProfileError) as refused:
        read(folder / "pigeon.toml")
    return [str(each) for each in refused.value.problems]


# ---- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("rate = 5", "rate = 0", "line 2, rate: Input should be greater than 0"),
        ("rate = 5", "speed = 5", "line 2, speed: is no key of a profile"),
        ("rate = 5", "speed = 5", "rate: is missing"),
        ('accepted = "ok"', "accepted = []", "line 27, answer.accepted: needs at least one"),
        ('title = "', "title = ", "is no TOML"),
        ('url = "{url}/send"', 'uri = "{url}/send"', "line 17, request.uri: is no key of a"),
        ('to = "{phone}"', "to = 5", "line 21, request.form.to: "),
        ('to = "{phone}"', 'to = "{fone}"', "line 21, request.form.to: nothing is called {fone}"),
        ('to = "{phone}"', 'to = "{phone"', "line 21, request.form.to: '{phone' has a brace"),
        ("{url}/send", "{url}/{text}", "line 17, request.url: {text} has no place in an address"),
        ('do = "sha512"', 'do = "sha3"', "line 13, steps.signature.do: Input should be 'sha512'"),
        ('do = "sha512"', 'do = "hmac-sha256"', "line 12, steps.signature: hmac-sha256 needs a"),
        ('do = "sha512"', 'do = "choose"', "line 12, steps.signature: values belong to choose"),
        ("{text}{key}", "{text}{signature}", "steps.signature: needs itself"),
        ("{text}{key}", "{body}", "needs itself"),
        ("[request.bearer]", "[request.json]", "line 16, request: only one of form, json and"),
        ('"json:status"', '"xpath:status"', "answer.word.0: 'xpath:status' is no place to read"),
        ('"json:status"', '"regex:("', "is no regular expression"),
        ('accepted = "ok"', 'accepted = "*"', "answer.accepted: cannot be every word"),
        (
            'accepted = "ok"',
            'accepted = "ok"\nrefused = { text = ["OK"] }',
            "line 25, answer: ok has two meanings",
        ),
        ('id = "json:id"\n', "", "answer.id: is missing, and {submit_id} is not in the request"),
        ('from = "form:from"\n', "", "line 30, inbound.from: is missing"),
        ('id = "form:id"\nfrom', "from", "inbound: id or id_of must say how a text is told"),
        ('text = "form:text"', 'text = "form:text"\nat_zone = "Mars"', "no zone called Mars"),
        ('text = "form:text"', 'text = "form:text"\nat_format = "soon"', "at_format is iso, epoch"),
        ('text = "form:text"', 'text = "form:text"\nprefix = "{key}"', "{key} is no setting"),
        ('failed = ["lost"]', 'failed = ["done"]', "receipt.statuses: done has two meanings"),
        ('failed = ["lost"]', 'eaten = ["lost"]', "receipt.statuses.eaten"),
        ('hook = { variable = "PIGEON_HOOK_SECRET" }', "", "secrets: hook is missing"),
        ('"PIGEON_KEY"', '"pigeon-key"', "line 9, secrets.key.variable: is not written as such"),
        ("key = {", "text = {", "text: is the name of a field of the message"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(
    folder: Path, old: str, new: str, says: str
) -> None:
    problems = _problems(folder, (old, new))
    assert any(says in each for each in problems), problems


def test_all_mistakes_are_named_at_once(folder: Path) -> None:
    problems = _problems(
        folder,
        ("rate = 5", "rate = 0"),
        ('to = "{phone}"', 'to = "{phone"'),
        ('"json:status"', '"json:a..b"'),
        ('"form:status"', '"form:"'),
    )
    assert len(problems) == 4


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "pigeon.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ProfileError, match="utf-8"):
        read(folder / "pigeon.toml")


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("title",), 1),
        (("settings", "sender", "meaning"), 6),
        (("request", "form", "sign"), 23),
        (("request", "form", "nothing"), 20),
        (("receipt", "statuses", "failed"), 38),
        (("nowhere",), None),
    ],
)
def test_the_line_of_a_key_is_found(key: tuple[str, ...], line: int | None) -> None:
    assert line_of(PIGEON, key) == line
