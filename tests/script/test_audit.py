"""The audit of the packages, the bill of materials, and the search for secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from script import advisories, leaks

HOUSE = Path(__file__).parents[2]
LOCK = "flask==3.1.3 --hash=sha256:" + "0" * 64 + "\nsix==1.17.0 --hash=sha256:" + "1" * 64 + "\n"


def record(name: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    package = {"name": name, "ecosystem": "PyPI"}
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}]
    affected = [{"package": package, "ranges": ranges}]
    return {"id": f"PYSEC-0-{name}", "aliases": ["CVE-0-1"], "affected": affected, **more}


def database(at: Path, *records: dict[str, Any]) -> Path:
    at.mkdir()
    for number, each in enumerate(records):
        (at / f"{number}.json").write_text(json.dumps(each), encoding="utf-8")
    return at


def audit(*arguments: object, **environment: str) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, HOUSE / "script" / "audit.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "lock.txt"
    path.write_text(LOCK, encoding="utf-8")
    return path


WEAK = record("Flask", {"introduced": "3.0"}, {"fixed": "3.1.4"})


def test_what_the_database_knows_is_told_and_fails(tmp_path: Path, lock: Path) -> None:
    status, said = audit("--database", database(tmp_path / "osv", WEAK), lock)
    assert status == 1
    assert "flask 3.1.3: PYSEC-0-Flask CVE-0-1; mended in 3.1.4" in said
    assert "2 packages, 1 known weaknesses, 0 not asked" in said


def test_a_zip_is_a_database_and_so_is_what_the_environment_names(
    tmp_path: Path, lock: Path
) -> None:
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("a/b.json", json.dumps(WEAK))
    status, said = audit(lock, AUDIT_DATABASE=str(tmp_path / "all.zip"))
    assert (status, "PYSEC-0-Flask" in said) == (1, True)


def test_what_was_judged_is_ignored_and_nothing_known_is_clean(tmp_path: Path, lock: Path) -> None:
    here = database(tmp_path / "osv", WEAK)
    assert audit("--database", here, "--ignore", "PYSEC-0-Flask", lock)[0] == 0
    old = database(tmp_path / "old", record("Flask", {"introduced": "0"}, {"fixed": "2.0"}))
    assert audit("--database", old, lock)[0] == 0


@pytest.mark.parametrize("given", ["http://127.0.0.1:1/v1/query", "nowhere", ""])
def test_a_database_that_cannot_be_asked_is_no_good_news(
    tmp_path: Path, lock: Path, given: str
) -> None:
    (tmp_path / "empty").mkdir()
    status, said = audit("--database", given or tmp_path / "empty", lock)
    assert status == 2
    assert "audit:" in said
    assert "known weaknesses" not in said


@pytest.mark.parametrize(
    ("version", "events", "is_about"),
    [
        ("1.0", [{"introduced": "0"}], True),
        ("1.0", [{"introduced": "1.1"}], False),
        ("1.0", [{"introduced": "0"}, {"fixed": "1.0"}], False),
        ("1.0", [{"introduced": "0"}, {"last_affected": "1.0"}], True),
        ("1.0.1", [{"introduced": "0"}, {"last_affected": "1.0"}], False),
        ("2.5", [{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}], True),
        ("1.10", [{"introduced": "1.9"}, {"fixed": "1.11"}], True),
        ("1.0rc1", [{"introduced": "0"}, {"fixed": "1.0"}], True),
        ("1.0", [{"introduced": "no version"}], True),
    ],
)
def test_a_range_is_read_as_osv_means_it(
    tmp_path: Path, version: str, events: list[dict[str, str]], is_about: bool
) -> None:
    found = advisories.read(database(tmp_path / "osv", record("Some_Thing", *events)))
    assert bool(found.about("some-thing", version)) == is_about
    assert found.about("other", version) == []


def test_a_withdrawn_advisory_says_nothing(tmp_path: Path) -> None:
    gone = record("flask", {"introduced": "0"}, withdrawn="2026-01-01T00:00:00Z")
    assert advisories.read(database(tmp_path / "osv", gone)).about("flask", "1") == []


def test_the_bill_of_materials_is_the_lock_and_always_the_same() -> None:
    made = [subprocess.check_output([HOUSE / "script" / "sbom"]) for _ in range(2)]
    assert made[0] == made[1]
    bill = json.loads(made[0])
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "dakiya"
    named = {(each["name"], each["version"]) for each in bill["components"]}
    locked = {
        tuple(line.split(" ", 1)[0].split("=="))
        for line in (HOUSE / "requirements.txt").read_text(encoding="utf-8").splitlines()
        if line[:1].isalnum()
    }
    assert named == locked
    hashed = {each["content"] for part in bill["components"] for each in part["hashes"]}
    lock = (HOUSE / "requirements.txt").read_text(encoding="utf-8")
    assert hashed == {each[:64] for each in lock.split("--hash=sha256:")[1:]}
    assert len(bill["dependencies"][-1]["dependsOn"]) == len(named)


# ---- secrets -----------------------------------------------------------------------------------

# Put together here, so that this file holds none.
_PLANTED = {
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "AWS key": "AKIA" + "IOSFODNN7EXAMPL3",
    "Google key": "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
    "GitHub token": "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "GitLab token": "glpat-" + "a1B2c3D4e5F6g7H8i9J0",
    "Slack token": "xoxb-" + "123456789012-abcdefGHIJ",
    "telephony account": "AC" + "0f" * 16,
    "telephony key": "SK" + "0f" * 16,
    "Razorpay live key": "rzp_live_" + "A1b2C3d4E5f6G7",
    "Cashfree key": "cfsk_ma_" + "prod_" + "0123456789abcdef0123",
    "Dakiya token": "dakiya_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u-_",
    "webhook secret": "whsec_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u12=",
    "JSON web token": "ey" + "JhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTYifQ.a1B2c3D4e5F6g7",
    "password in an address": "postgresql://dakiya:" + "hunter2hunter2@db.example/dakiya",
    "assigned secret": 'TWILIO_AUTH_TOKEN = "' + "9f8e7d6c5b4a39281706f5e4d3c2b1a0" + '"',
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def track(repository: Path, name: str, text: str) -> None:
    (repository / name).parent.mkdir(exist_ok=True)
    (repository / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "add", name], cwd=repository, check=True)


def test_every_kind_has_a_specimen() -> None:
    assert _PLANTED.keys() == {*leaks.KINDS, "assigned secret"}


@pytest.mark.parametrize("kind", _PLANTED)
def test_a_planted_secret_is_found_with_its_place_and_not_repeated(
    repository: Path, kind: str
) -> None:
    track(repository, "deploy.env", f"first line\nx: {_PLANTED[kind]}\n")
    script = HOUSE / "script" / "leaks.py"
    ended = subprocess.run([sys.executable, script], cwd=repository, capture_output=True, text=True)
    assert ended.returncode == 1
    assert f"deploy.env:2: {kind}" in ended.stdout.splitlines()
    assert _PLANTED[kind] not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    "text",
    [
        'password = "post for everybody"',
        "token: str = request.headers.get('Authorization')",
        "SECRET_KEY=change-me-change-me-change-me",
        "DATABASE_URL=postgresql://dakiya:$PASSWORD@db/dakiya",
        "flask==3.1.3 --hash=sha256:" + "9f8e7d6c" * 8,
        "https://post.example/a:b@c",
    ],
)
def test_what_is_no_secret_passes(repository: Path, text: str) -> None:
    track(repository, "notes.md", text)
    assert leaks.told(repository) == []


def test_what_is_not_tracked_is_not_looked_at(repository: Path) -> None:
    (repository / ".env").write_text(_PLANTED["AWS key"], encoding="utf-8")
    assert leaks.told(repository) == []


def test_an_allowance_is_for_one_kind_in_one_file_and_must_be_of_use(repository: Path) -> None:
    track(repository, "a.py", _PLANTED["AWS key"])
    track(repository, "b.py", _PLANTED["AWS key"] + "\n" + _PLANTED["Slack token"])
    entry = '[[allow]]\nfile = "{}"\nkind = "AWS key"\nreason = "a specimen of the tests"\n'
    track(repository, leaks.ALLOWED, entry.format("b.py") + entry.format("gone.py"))
    assert leaks.told(repository) == [
        "a.py:1: AWS key",
        "b.py:2: Slack token",
        f"{leaks.ALLOWED}: gone.py holds no AWS key any more: take the entry out",
    ]


def test_this_repository_holds_none() -> None:
    assert leaks.told(HOUSE) == []
