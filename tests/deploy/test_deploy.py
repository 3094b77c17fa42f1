"""What lies in deploy/ is what its programs accept, and agrees with itself and with the project."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest
from honcho.environ import parse_procfile

from bench.cluster.plan import hosts
from settings import Settings

HOUSE = Path(__file__).resolve().parents[2]
DEPLOY = HOUSE / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
_PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PATH": _PATH}
    )


def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    # The programs of other machines are not all here: systemd is to look for lines, not for files.
    for unit in UNITS:
        lines = unit.read_text().splitlines()
        kept = [line for line in lines if not line.startswith(("ExecStartPre=", "ExecReload="))]
        here = [re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", line) for line in kept]
        (tmp_path / unit.name).write_text("\n".join(here))
    ended = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / unit.name) for unit in UNITS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not [line for line in ended.stderr.splitlines() if "dakiya-" in line]
    assert not ended.returncode


def test_a_unit_with_a_line_that_nobody_knows_is_found(tmp_path: Path) -> None:
    unit = tmp_path / "dakiya-wrong.service"
    unit.write_text("[Service]\nExecStart=/bin/true\nRestrat=always\n")
    ended = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Restrat" in ended.stderr


@pytest.mark.parametrize("name", ["application", "balancer"])
def test_haproxy_accepts_its_configurations(name: str, secrets: Path, tmp_path: Path) -> None:
    text = (DEPLOY / "haproxy" / f"{name}.cfg").read_text()
    machine = "balancer1" if name == "balancer" else "web1"
    for file, there in (
        ("ca.crt", secrets / "ca.crt"),
        ("host.pem", secrets / machine / "host.pem"),
        ("prometheus.crt", secrets / "prometheus" / "host.crt"),
        ("public.pem", secrets / "public.pem"),
    ):
        text = text.replace(f"/etc/dakiya/tls/{file}", str(there))
    known = " ".join(each.name for each in hosts())
    # The machines' names are in the /etc/hosts of the cluster alone.
    text = re.sub(rf"\b({known.replace(' ', '|')}):(\d+)", r"127.0.0.1:\2", text)
    configuration = tmp_path / "haproxy.cfg"
    configuration.write_text(text)
    _run("haproxy", "-c", "-q", "-f", str(configuration))


def test_the_web_unit_runs_what_the_procfile_runs() -> None:
    command = parse_procfile((HOUSE / "Procfile").read_text()).processes["web"]
    for setting, value in (
        ('"${HOST:-0.0.0.0}"', "127.0.0.1"),
        ('"${PORT:-8000}"', "8000"),
        ('"${WEB_CONCURRENCY:-2}"', "${WEB_CONCURRENCY}"),
        ('"${WEB_CONNECTIONS:-8192}"', "8192"),
    ):
        command = command.replace(setting, value)
    started = f"ExecStart=/opt/dakiya/current/.venv/bin/python -m {command}"
    assert started in (DEPLOY / "systemd" / "dakiya-web.service").read_text().splitlines()


def test_every_file_names_the_same_machines() -> None:
    databases = [each.name for each in hosts() if each.role == "database"]
    etcd = (DEPLOY / "systemd" / "dakiya-etcd.service").read_text()
    assert ",".join(f"{name}=https://{name}:2380" for name in databases) in etcd
    patroni = (DEPLOY / "patroni" / "patroni.yml").read_text()
    assert f"hosts: [{', '.join(f'{name}:2379' for name in databases)}]" in patroni
    for name in databases:
        assert (DEPLOY / "haproxy" / "application.cfg").read_text().count(f"server {name} ") == 4
        repository = (DEPLOY / "pgbackrest" / "pgbackrest-repository.conf").read_text()
        assert f"-host={name}\n" in repository
        assert f"tls-server-auth={name}=dakiya\n" in repository


def test_prometheus_is_let_in_by_its_own_certificate_alone(secrets: Path) -> None:
    """Whoever takes it reads numbers: etcd, Patroni and Valkey want one of the authority."""
    own = secrets / "prometheus" / "host.crt"
    _run("openssl", "verify", "-purpose", "sslclient", "-CAfile", str(own), str(own))
    with pytest.raises(subprocess.CalledProcessError):
        _run("openssl", "verify", "-CAfile", str(secrets / "ca.crt"), str(own))
    for name in ("application", "balancer"):
        text = (DEPLOY / "haproxy" / f"{name}.cfg").read_text()
        (bound,) = [line for line in text.splitlines() if "bind :8405" in line]
        assert "ca-file /etc/dakiya/tls/prometheus.crt verify required" in bound


def test_secrets_are_the_owners_alone_and_stay_when_they_are_made_again(secrets: Path) -> None:
    before = {path: path.read_bytes() for path in secrets.rglob("*") if path.is_file()}
    assert all(not stat.S_IMODE(path.stat().st_mode) & 0o077 for path in before)
    _run(str(DEPLOY / "secrets"), str(secrets))
    assert {path: path.read_bytes() for path in secrets.rglob("*") if path.is_file()} == before


def test_the_settings_that_are_made_are_settings_of_the_application(secrets: Path) -> None:
    for name in ("dakiya.env", "owner.env"):
        for line in (secrets / name).read_text().splitlines():
            setting = line.partition("=")[0].lower()
            assert setting in Settings.model_fields, setting


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "which role has this machine?"),
        (("databse",), "which role has this machine?"),
        (("web", "/nowhere"), "is no machine of deploy/hosts"),
    ],
)
def test_a_wrong_button_is_refused_with_what_to_do(arguments: tuple[str, ...], said: str) -> None:
    if os.geteuid() != 0 and "web" in arguments:
        said = "run it as root"
    ended = subprocess.run(
        [DEPLOY / "install", *arguments], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert said in ended.stderr
    assert not Path("/etc/dakiya").exists()
