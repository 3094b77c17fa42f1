"""Scripts of deploy/ refuse what cannot be meant, say what to do, and change nothing then."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from bench.cluster.plan import hosts
from tests.rigs.machines import ScriptMachine, insist_on_namespaces

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
_NAMES = (*(each.name for each in hosts() if each.role != "outside"), "database")
_PROGRAM = "#!/bin/sh\n"
_USERS = {
    "/etc/passwd": Path("/etc/passwd").read_text()
    + "dakiya:x:990:990::/var/lib/dakiya:/usr/sbin/nologin\n"
    + "postgres:x:991:991::/var/lib/postgresql:/bin/sh\n",
    "/etc/group": Path("/etc/group").read_text()
    + "dakiya:x:990:\nssl-cert:x:992:\npostgres:x:991:\n",
}


@pytest.fixture(scope="module")
def machines() -> None:
    insist_on_namespaces()


def made(into: Path, *public: str) -> Path:
    subprocess.run([DEPLOY / "secrets", into, *public], check=True, capture_output=True)
    return into


def refused(ended: subprocess.CompletedProcess[str], said: str) -> None:
    assert said in ended.stderr
    assert ended.returncode == 2
    assert ended.stdout == ""  # what `after` prints: nothing was changed


# ---- secrets -------------------------------------------------------------------------------------


def again(into: Path, *public: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DEPLOY / "secrets", into, *public], capture_output=True, text=True, check=False
    )


def test_secrets_of_another_name_or_half_of_them_are_not_mixed(tmp_path: Path) -> None:
    into = made(tmp_path / "made", "post.example")
    before = {path: path.read_bytes() for path in into.rglob("*") if path.is_file()}
    refused(again(into, "other.example"), "are those of post.example, not of other.example")
    assert again(into).returncode == 0
    assert again(into, "post.example").returncode == 0
    assert {path: path.read_bytes() for path in into.rglob("*") if path.is_file()} == before
    (into / "ca.key").unlink()
    refused(again(into), "secrets without ca.key")
    assert not (into / "ca.key").exists()


def test_secrets_are_not_laid_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Asha")
    refused(again(tmp_path), "holds other files")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


# ---- install -------------------------------------------------------------------------------------

_LEFT = "ls /etc/dakiya/dakiya.env /etc/systemd/system/dakiya-* /mnt/did 2>/dev/null"


@pytest.mark.usefixtures("machines")
@pytest.mark.parametrize(
    ("machine", "role", "said"),
    [
        (ScriptMachine("pigeon"), "web", "pigeon is no machine of deploy/hosts: hostnamectl"),
        (ScriptMachine("db1"), "web", "db1 is no web machine by its name"),
        (ScriptMachine("backup1"), "database", "backup1 is no database machine by its name"),
        (
            ScriptMachine("web1", {"/etc/dakiya/role": "worker\n"}),
            "web",
            "this is a worker machine already. One machine, one role",
        ),
        (
            ScriptMachine("web1", {"/etc/dakiya/tls/ca.crt": "of another cluster"}),
            "web",
            "is one of a cluster with other secrets than those in",
        ),
    ],
)
def test_install_refuses_the_wrong_machine(
    secrets: Path, machine: ScriptMachine, role: str, said: str
) -> None:
    refused(machine.run(str(DEPLOY / "install"), role, str(secrets), after=_LEFT), said)


@pytest.mark.usefixtures("machines")
def test_install_says_which_program_and_which_address_is_missing(secrets: Path) -> None:
    install = (str(DEPLOY / "install"), "worker", str(secrets))
    program = {"/usr/local/bin/valkey-server*": _PROGRAM}
    refused(ScriptMachine("worker1").run(*install, after=_LEFT), "is missing: docs/cluster.md")
    nowhere = ScriptMachine("worker1", program, others=_NAMES[:-1])
    refused(nowhere.run(*install, after=_LEFT), f"{_NAMES[-1]} has no address here")
    strange = (str(DEPLOY / "install"), "worker", "/nowhere")
    refused(ScriptMachine("worker1").run(*strange, after=_LEFT), "has no certificate for this")


@pytest.mark.usefixtures("machines")
def test_install_lays_what_a_worker_machine_needs_and_starts_nothing(secrets: Path) -> None:
    machine = ScriptMachine(
        "worker1", {**_USERS, "/usr/local/bin/valkey-server*": _PROGRAM}, others=_NAMES
    )
    ended = machine.run(
        str(DEPLOY / "install"), "worker", str(secrets),
        after="cat /etc/dakiya/role; stat -c %a:%G /etc/dakiya/dakiya.env; cat /mnt/did",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    units = "dakiya-haproxy dakiya-valkey dakiya-worker dakiya-clock"
    assert lines[:3] == [
        f"worker1 is a worker machine: systemctl start {units}",
        "worker",
        "640:dakiya",
    ]
    assert f"systemctl enable --quiet {units}" in lines
    assert not [line for line in lines if line.startswith(("systemctl start", "systemctl restart"))]


# ---- switch --------------------------------------------------------------------------------------


def release(name: str, python: str) -> dict[str, str]:
    return {f"/opt/dakiya/releases/{name}/.venv/bin/python*": f"{_PROGRAM}{python}\n"}


_APPLICATION = {
    **_USERS,
    "/etc/dakiya/role": "web\n",
    "/etc/dakiya/dakiya.env": "DAKIYA_ENV=production\n",
    "/usr/local/bin/dakiya*": (DEPLOY / "dakiya").read_text(),
    **release("one", "exit 0"),
}
_NOW = "readlink /opt/dakiya/current"


def switched(version: str, *, after: str = _NOW, **files: str) -> subprocess.CompletedProcess[str]:
    machine = ScriptMachine("web1", {**_APPLICATION, **files})
    words = [version] if version else []
    return machine.run(str(DEPLOY / "switch"), *words, after=after)


@pytest.mark.usefixtures("machines")
@pytest.mark.parametrize("version", ["two", "../one", "..", "."])
def test_a_release_that_is_not_there_is_refused_with_those_that_are(version: str) -> None:
    refused(switched(version), f"there is no release {version}. There are: one")


@pytest.mark.usefixtures("machines")
def test_switch_without_a_release_names_those_that_are_there() -> None:
    refused(switched(""), "which release? ./deploy/switch VERSION, one of: one")


@pytest.mark.usefixtures("machines")
def test_a_release_without_an_environment_is_refused() -> None:
    half = {"/opt/dakiya/releases/two/app.py": ""}
    refused(switched("two", **half), "two has no environment: docs/cluster.md")


@pytest.mark.usefixtures("machines")
def test_a_release_that_needs_a_newer_schema_is_refused() -> None:
    says = "Error: the database is at 0033, this code needs 0034: run `flask --app app db migrate`"
    new = release("two", f'[ "$*" = "-m flask --app app db version" ] && echo "{says}" >&2; exit 1')
    ended = switched("two", **new)
    refused(ended, "the database is at 0033, this code needs 0034")
    there = "DAKIYA_RELEASE=/opt/dakiya/releases/two"
    assert f"{there} dakiya db migrate. Nothing was changed" in ended.stderr


@pytest.mark.usefixtures("machines")
@pytest.mark.parametrize("code", [0, 2])
def test_a_release_that_suits_is_switched_to(code: int) -> None:
    """2: it is older than the question."""
    two = release("two", f'case "$*" in *" db version") exit {code};; esac')
    ended = switched("two", after=f"{_NOW}; cat /mnt/did", **two)
    assert ended.returncode == 0, ended.stderr
    now, *did = ended.stdout.splitlines()
    assert now == "/opt/dakiya/releases/two"
    assert "systemctl restart dakiya-web" in did


@pytest.mark.usefixtures("machines")
def test_switch_is_for_machines_that_run_the_application() -> None:
    ended = switched("one", **{"/etc/dakiya/role": "database\n"})
    refused(ended, "the application does not run on this machine")


# ---- restore-drill -------------------------------------------------------------------------------

_INFO = (
    '[{"backup": [{"timestamp": {"stop": 1795978800}, "info": {"size": 1000}},'
    ' {"timestamp": {"stop": 1796065200}, "info": {"size": %s}}]}]'
)
_BACKUP = {
    **_USERS,
    "/etc/dakiya/role": "backup\n",
    "/var/lib/pgbackrest/backup/x": "",
    "/usr/local/bin/pgbackrest*": f"{_PROGRAM}echo '{_INFO % 1000}'\n",
}
_DRILL = "ls /var/lib/pgbackrest/drill/* 2>/dev/null"


def drilled(target: str, **files: str) -> subprocess.CompletedProcess[str]:
    machine = ScriptMachine("backup1", {**_BACKUP, **files})
    words = [target] if target else []
    return machine.run(str(DEPLOY / "restore-drill"), *words, after=_DRILL)


@pytest.mark.usefixtures("machines")
@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("", "which time?"),
        ("yesterday", "has no time with a zone: add +00 for UTC"),
        ("2026-11-29", "has no time with a zone"),
        ("2026-11-29 19:00:00", "has no time with a zone"),
        ("2026-13-29 19:00:00+00", "is no time"),
        ("2999-01-01 00:00:00+00", "has not come yet"),
        ("2026-11-01 19:00:00.5+05:30", "before the end of the first backup that is kept (2026-11"),
    ],
)
def test_a_time_that_no_backup_reaches_is_refused(target: str, said: str) -> None:
    refused(drilled(target), said)


_GOOD = "2026-11-29 19:15:00+00"


@pytest.mark.usefixtures("machines")
@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("/etc/dakiya/role", "database\n", "a drill is for the backup machine alone"),
        ("/usr/local/bin/pgbackrest*", f"{_PROGRAM}echo '[]'\n", "there is no backup yet"),
        (
            "/usr/local/bin/pgbackrest*",
            f"{_PROGRAM}echo '{_INFO % 10**17}'\n",
            "a larger disk, or fewer backups kept",
        ),
    ],
)
def test_a_drill_that_cannot_be_is_refused(path: str, text: str, said: str) -> None:
    refused(drilled(_GOOD, **{path: text}), said)


@pytest.mark.usefixtures("machines")
def test_a_second_drill_is_refused_while_one_runs_and_while_one_is_there() -> None:
    script = DEPLOY / "restore-drill"
    there = ScriptMachine("backup1", {**_BACKUP, "/var/lib/pgbackrest/drill/PG_VERSION": "15"})
    assert "a drill is there already" in there.run(str(script), _GOOD).stderr
    held = (
        "mkdir -p /run/dakiya-pgbackrest/drill; exec 8>/run/dakiya-pgbackrest/drill/running;"
        f" flock 8; {script} end; code=$?; ls /var/lib/pgbackrest/drill >&2; exit $code"
    )
    ended = there.run("bash", "-c", held)
    refused(ended, "a drill is being restored right now: wait for it")
    assert "PG_VERSION" in ended.stderr


_POSTGRESQL = "/usr/lib/postgresql"


def with_postgresql(psql: str, **files: str) -> ScriptMachine:
    """Return a backup machine whose PostgreSQL starts, and says `psql`."""
    if not Path(_POSTGRESQL).is_dir():
        pytest.skip("postgresql-15 is not installed")
    control = 'case "$*" in *status) exit 3;; esac'
    there = {
        f"{_POSTGRESQL}/15/bin/postgres*": _PROGRAM,
        f"{_POSTGRESQL}/15/bin/pg_ctl*": f"{_PROGRAM}{control}\n",
        "/usr/local/bin/psql*": f"{_PROGRAM}{psql}\n",
    }
    return ScriptMachine("backup1", {**_BACKUP, **there, **files}, empty=(_POSTGRESQL,))


@pytest.mark.usefixtures("machines")
def test_a_drill_without_postgresql_is_refused() -> None:
    machine = with_postgresql("exit 2")
    bare = ScriptMachine("backup1", _BACKUP, empty=machine.empty)
    refused(bare.run(str(DEPLOY / "restore-drill"), _GOOD, after=_DRILL), "install postgresql-15")


@pytest.mark.usefixtures("machines")
def test_a_time_that_the_archive_does_not_reach_is_said() -> None:
    """PostgreSQL answers, and ends where the log ends before the time."""
    ended = with_postgresql("exit 2").run(str(DEPLOY / "restore-drill"), _GOOD)
    assert ended.returncode == 2
    assert "A time after the last commit in the archive cannot be reached" in ended.stderr
    ended = with_postgresql("echo f").run(str(DEPLOY / "restore-drill"), _GOOD)
    assert ended.returncode == 0, ended.stderr
    assert f"restored as of {_GOOD}" in ended.stdout


# ---- dakiya --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("machines")
def test_dakiya_runs_as_root_on_machines_that_run_it() -> None:
    script = str(DEPLOY / "dakiya")
    nobody = ("setpriv", "--reuid", "65534", "--clear-groups", "bash", "-c")
    for machine, command, said in (
        (ScriptMachine("web1", _APPLICATION), (*nobody, (DEPLOY / "dakiya").read_text()), "sudo"),
        (ScriptMachine("db1", _USERS), (script, "doctor"), "has no settings of the application"),
        (ScriptMachine("web1", _APPLICATION), (script, "doctor"), "current is no release"),
    ):
        refused(machine.run(*command), said)


@pytest.mark.parametrize(
    ("script", "words"),
    [("install", ("web", "/x")), ("switch", ("one",)), ("restore-drill", ("end",))],
)
def test_nobody_but_root_presses_these(script: str, words: tuple[str, ...]) -> None:
    command = ["bash", "-s", *words]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid", "65534", "--clear-groups", *command]
    ended = subprocess.run(
        command, input=(DEPLOY / script).read_text(), capture_output=True, text=True,
        check=False, cwd="/",
    )  # fmt: skip
    assert ended.returncode == 2
    assert "run it as root" in ended.stderr
