"""What forbids a start: weak and repeated secrets, links in clear, a real carrier by accident.

docs/developing/trust.md rule 14
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateways.safety import UnsafeSettings, insist, secrets_of, unsafe
from settings import Settings
from tests.rigs.http import PIGEON, PIGEON_VALUES
from tests.script.test_server import HOUSE

KEY = "nD8s-fW2q_Lx0TzRkVb7hYpQe4uJmCgA"
SOUND = {
    "DAKIYA_ENV": "production",
    "DATABASE_URL": "postgresql://dakiya:a-long-password@db.example/dakiya?sslmode=verify-full",
    "REDIS_URL": "rediss://:another-password@redis.example:6379/0",
    "DAKIYA_MASTER_KEY": KEY,
    "SECRET_KEY": "aZ1xS3dC5vF7bG9nH2jM4kL6qW8eR0tY",
    "PUBLIC_URL": "https://dakiya.example",
    "SMS_ROUTES": "twilio",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "twilio-token-of-the-tests",
    "TWILIO_FROM": "+15005550006",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Of a production that starts; no .env."""
    monkeypatch.chdir(tmp_path)
    for name, value in SOUND.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def reasons(environment: pytest.MonkeyPatch, **changes: str | None) -> list[str]:
    for name, value in changes.items():
        if value is None:
            environment.delenv(name, raising=False)
        else:
            environment.setenv(name, value)
    return list(unsafe(Settings()))


def test_sound_settings_forbid_nothing(environment: pytest.MonkeyPatch) -> None:
    assert reasons(environment) == []
    insist(Settings())


SECRETS = (
    ("DAKIYA_MASTER_KEY", 32),
    ("DAKIYA_OLD_MASTER_KEYS", 32),
    ("SECRET_KEY", 32),
    ("TWILIO_AUTH_TOKEN", 12),
    ("AFRICASTALKING_API_KEY", 12),
    ("AFRICASTALKING_HOOK_SECRET", 16),
    ("KANNEL_PASSWORD", 12),
    ("KANNEL_HOOK_SECRET", 16),
    ("RAZORPAY_KEY_SECRET", 12),
    ("RAZORPAY_WEBHOOK_SECRET", 16),
    ("CASHFREE_CLIENT_SECRET", 12),
)


@pytest.mark.parametrize(("name", "shortest"), SECRETS)
@pytest.mark.parametrize("kind", ["short", "a", "abcabc", "abcdef", "same"])
def test_a_weak_or_repeated_secret_of_every_kind_is_refused(
    environment: pytest.MonkeyPatch, name: str, shortest: int, kind: str
) -> None:
    secret = {
        "short": "Zq8-Wv4nR2yX6tB1mK9s-pL3dF7gH5jC"[: shortest - 1],
        "a": "a" * shortest,
        "abcabc": "abcabc" * 10,
        "abcdef": "".join(chr(ord("@") + nth) for nth in range(shortest)),
        "same": SOUND["SECRET_KEY" if name != "SECRET_KEY" else "DAKIYA_MASTER_KEY"],
    }[kind]
    (reason,) = reasons(environment, **{name: secret})
    assert name in reason
    assert secret not in reason
    says = {"short": f"at least {shortest}", "same": "are the same"}
    assert says.get(kind, "hardly any different characters") in reason
    assert "ake " in reason or "Have it changed" in reason  # what to do
    with pytest.raises(UnsafeSettings, match=name):
        insist(Settings())


@pytest.mark.parametrize(("name", "shortest"), SECRETS)
def test_a_secret_that_is_long_enough_and_random_is_taken(
    environment: pytest.MonkeyPatch, name: str, shortest: int
) -> None:
    good = "Zq8-Wv4nR2yX6tB1mK9s_pL3dF7gH5jC"[:shortest]
    assert reasons(environment, **{name: good}) == []


def test_secrets_of_an_operator_s_own_profile_are_among_them(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pigeon.toml").write_text(PIGEON)
    for name, value in PIGEON_VALUES.items():
        environment.setenv(name, value)
    environment.setenv("PIGEON_KEY", "short")
    (reason,) = reasons(environment, HTTP_PROFILES=str(tmp_path))
    assert reason.startswith("PIGEON_KEY is too short: at least 12")


def test_an_old_master_key_that_is_the_present_one_is_refused(
    environment: pytest.MonkeyPatch,
) -> None:
    other = "Zq8-Wv4nR2yX6tB1mK9s_pL3dF7gH5jC"
    (reason,) = reasons(environment, DAKIYA_OLD_MASTER_KEYS=f"{other},{KEY}")
    assert "DAKIYA_MASTER_KEY and DAKIYA_OLD_MASTER_KEYS (2) are the same" in reason
    assert set(secrets_of(Settings())) >= {"DAKIYA_OLD_MASTER_KEYS", "DAKIYA_OLD_MASTER_KEYS (2)"}


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("postgresql://d:a-long-password@db.example/d", "db.example"),
        ("postgresql://d:a-long-password@db.example/d?sslmode=prefer", "db.example"),
        ("postgresql://d:a-long-password@10.0.0.7/d?sslmode=disable", "10.0.0.7"),
        ("postgresql://d:a-long-password@127.0.0.1,db.example/d", "db.example"),
        ("postgresql://d:a-long-password@localhost/d?hostaddr=10.0.0.7", "10.0.0.7"),
        ("postgresql://d:a-long-password@[2001:db8::7]/d", "2001:db8::7"),
        ("postgresql:///d?service=department", "pg_service.conf"),
    ],
)
def test_a_database_elsewhere_is_reached_encrypted_or_not_at_all(
    environment: pytest.MonkeyPatch, url: str, leads: str
) -> None:
    (reason,) = reasons(environment, DATABASE_URL=url)
    assert f"leads to {leads}" in reason or leads in reason
    assert "sslmode=verify-full" in reason
    assert "a-long-password" not in reason
    encrypted = re.sub("sslmode=[a-z]+", "sslmode=require", url)
    if encrypted == url:
        encrypted += ("&" if "?" in url else "?") + "sslmode=require"
    assert reasons(environment, DATABASE_URL=encrypted) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"DATABASE_URL": "postgresql://d:x@127.0.0.1:5433/d"},
        {"DATABASE_URL": "postgresql://d:x@[::1]/d"},
        {"DATABASE_URL": "postgresql://d:x@localhost/d"},
        {"DATABASE_URL": "postgresql:///d?host=/run/postgresql"},
        {"DATABASE_URL": "postgresql:///d"},
        {"REDIS_URL": "redis://:x@127.0.0.1:6379/0"},
        {"REDIS_URL": "redis://localhost/0"},
        {"REDIS_URL": "unix:///run/valkey.sock"},
    ],
)
def test_on_this_machine_links_need_no_encryption(
    environment: pytest.MonkeyPatch, changes: Mapping[str, str]
) -> None:
    assert reasons(environment, **changes) == []


def test_a_redis_elsewhere_is_reached_encrypted_or_not_at_all(
    environment: pytest.MonkeyPatch,
) -> None:
    (reason,) = reasons(environment, REDIS_URL="redis://:another-password@redis.example:6379/0")
    assert reason == "REDIS_URL leads to redis.example in clear: rediss://… is encrypted"


OWNER = "postgresql://owner:owners-password@db.example/d?sslmode=verify-full"
PURGE = "postgresql://purge:purges-password@db.example/d?sslmode=verify-full"


@pytest.mark.parametrize(
    "name", ["DATABASE_OWNER_URL", "DATABASE_PURGE_URL", "DATABASE_REPLICA_URL"]
)
def test_the_addresses_of_the_other_roles_are_held_to_the_same(
    environment: pytest.MonkeyPatch, name: str
) -> None:
    clear, short = reasons(environment, **{name: "postgresql://other:pw@db.example/d"})
    assert short.startswith(f"{name} leads to db.example in clear")
    assert clear.startswith(f"the password in {name} is too short: at least 12")
    (unread,) = reasons(environment, **{name: "postgresql://%zz"})
    assert unread.startswith(f"{name} cannot be read")
    for each in SOUND:
        environment.delenv(each)
    (unnamed,) = reasons(environment, **{name: OWNER})
    assert f"{name} names another machine" in unnamed


@pytest.mark.parametrize(
    "same", [("DATABASE_OWNER_URL",), ("DATABASE_PURGE_URL",), ("owner", "purge"), ("all",)]
)
def test_one_role_for_two_purposes_is_refused(
    environment: pytest.MonkeyPatch, same: tuple[str, ...]
) -> None:
    assert reasons(environment, DATABASE_OWNER_URL=OWNER, DATABASE_PURGE_URL=PURGE) == []
    mine = "postgresql://dakiya@/d"
    if same == ("owner", "purge"):
        changes = {"DATABASE_PURGE_URL": "postgresql://owner@/d"}
    elif same == ("all",):
        changes = {"DATABASE_OWNER_URL": mine, "DATABASE_PURGE_URL": mine}
    else:
        changes = {same[0]: mine}
    found = reasons(environment, **changes)
    assert len(found) == (3 if same == ("all",) else 1)
    assert all("name the same role" in each and "db roles" in each for each in found)


@pytest.mark.parametrize(
    "option", ["ssl_cert_reqs=none", "ssl_cert_reqs=optional", "ssl_check_hostname=false"]
)
def test_a_redis_whose_certificate_is_not_checked_is_as_good_as_in_clear(
    environment: pytest.MonkeyPatch, option: str
) -> None:
    url = SOUND["REDIS_URL"]
    (reason,) = reasons(environment, REDIS_URL=f"{url}?{option}")
    assert reason.startswith(f"REDIS_URL says {option}: whoever answers for redis.example")
    fine = "ssl_cert_reqs=required&ssl_check_hostname=true&ssl_ca_certs=/etc/ssl/own.pem"
    assert reasons(environment, REDIS_URL=f"{url}?{fine}") == []
    assert reasons(environment, REDIS_URL=f"rediss://:x@127.0.0.1/0?{option}") == []


def test_a_redis_that_the_query_names_counts_too(environment: pytest.MonkeyPatch) -> None:
    (reason,) = reasons(environment, REDIS_URL="redis:///0?host=redis.example")
    assert "leads to redis.example in clear" in reason


def test_the_environment_of_libpq_counts_too(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PGHOST", "db.example")
    (reason,) = reasons(environment, DATABASE_URL="postgresql:///d")
    assert "leads to db.example in clear" in reason
    environment.setenv("PGSSLMODE", "verify-full")
    assert reasons(environment) == []


REAL = {
    "DATABASE_URL": "postgresql://d:x@db.example/d?sslmode=require",
    "REDIS_URL": "rediss://redis.example/0",
    "SMS_ROUTES": "simulator,twilio",
    "SMS_ROUTE_RULES": "bulk = twilio",
    "VOICE_ROUTES": "twilio_voice",
    "UPI_PROVIDER": "razorpay",
}


@pytest.mark.parametrize("name", REAL)
def test_what_is_real_does_not_start_without_a_name(
    environment: pytest.MonkeyPatch, name: str
) -> None:
    for each in SOUND:
        environment.delenv(each)
    assert reasons(environment) == []
    (reason,) = reasons(environment, **{name: REAL[name]})
    assert reason.startswith("DAKIYA_ENV is not set, and ")
    assert "DAKIYA_ENV=production" in reason
    assert reasons(environment, DAKIYA_ENV="development") == []
    (Path.cwd() / ".env").write_text("DAKIYA_ENV=development\n")
    assert reasons(environment, DAKIYA_ENV=None) == []


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "script/serve.py"],
        [sys.executable, "worker.py"],
        [sys.executable, "worker.py", "clock"],
        [sys.executable, "-m", "flask", "--app", "app", "token", "list"],
    ],
)
def test_whatever_is_started_says_each_reason_and_does_not_start(
    command: list[str], tmp_path: Path
) -> None:
    refused = subprocess.run(
        command,
        cwd=HOUSE,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path / "var")}
        | SOUND
        | {"SECRET_KEY": "short", "REDIS_URL": "redis://redis.example/0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 1
    assert "SECRET_KEY is too short: at least 32 bytes" in refused.stderr
    assert "REDIS_URL leads to redis.example in clear" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "var").exists()
