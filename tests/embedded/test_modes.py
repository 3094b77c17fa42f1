"""What Dakiya writes on this machine is for its owner alone: data, logs, keys, exports.

docs/developing/trust.md rule 14
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from embedded.addresses import KEEP
from embedded.lock import Lock
from embedded.secrets import keep_once, write_secret
from embedded.servers import Servers
from runtime import Runtime
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """The umask of a careless operator."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(root: Path) -> Iterator[str]:
    """Yield whatever below `root` others may read or write; of directories: list or change."""
    for path in (root, *root.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        # Under root PostgreSQL runs as somebody else, who must pass through what is above his data.
        allowed = 0o711 if path.is_dir() else 0o600
        if not path.is_symlink() and mode & ~0o700 & ~allowed:
            yield f"{path.relative_to(root.parent)}: {mode:o}"


@pytest.fixture
def directory() -> Iterator[Path]:
    """Outside of pytest's own, which is closed to PostgreSQL's user."""
    with tempfile.TemporaryDirectory(prefix="dakiya-modes-") as made:
        yield Path(made) / "var"


def test_the_embedded_servers_write_for_their_owner_alone(directory: Path) -> None:
    with Servers(directory, KEEP):
        keep_once(directory / "keys" / "secret_key")
        nothing_in(open_to_others(directory))


def test_what_an_earlier_version_left_open_is_closed(directory: Path) -> None:
    (directory / "valkey").mkdir(parents=True)
    directory.chmod(0o711)
    (directory / "valkey.log").write_text("of before")
    with Servers(directory, KEEP):
        nothing_in(open_to_others(directory))


def test_locks_and_secrets_are_their_owner_s(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "var" / "lock")
    lock.close()
    write_secret(tmp_path / "var" / "servers.json", "{}")
    keep_once(tmp_path / "var" / "keys" / "secret_key")
    nothing_in(open_to_others(tmp_path / "var"))


@pytest.mark.parametrize("before", [None, 0o666])
def test_exports_of_people_are_their_owner_s(
    app: Flask, runtime: Runtime, player: Player, tmp_path: Path, before: int | None
) -> None:
    player.step("postman 1001 +919839000001")
    player.step("article EU123456785IN to +919876500001 en")
    player.step("list 1001: EU123456785IN")
    player.step("+919839000001 > 1")
    exports = {
        "person.json": ["export-person", "9876500001", "--into"],
        "decisions.jsonl": ["replay", "--record"],
        "bad.csv": ["article", "import", str(tmp_path / "articles.csv"), "--bad-rows"],
    }
    (tmp_path / "articles.csv").write_text(
        "article,service,recipient name,recipient address,pin,recipient mobile,sender name\n"
        "EU123456785IN,Speed Post,Sita Devi,Piprauli,1,9876500001,Mohan\n"
    )
    for name, words in exports.items():
        path = tmp_path / name
        if before is not None:
            path.write_text("of before")
            path.chmod(before)
        done = app.test_cli_runner().invoke(args=[*words, str(path)])
        assert path.read_text() not in ("", "of before"), done.output
        assert f"{stat.S_IMODE(path.stat().st_mode):o}" == "600", name


def test_an_export_that_is_refused_leaves_the_file_as_it_was(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "person.json"
    path.write_text("of before")
    refused = app.test_cli_runner().invoke(
        args=["export-person", "9876500009", "--into", str(path)]
    )
    assert refused.exit_code == 1
    assert path.read_text() == "of before"
