"""A real replica of the tests' PostgreSQL, which can stop following it."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from embedded import cluster
from embedded.addresses import THROW_AWAY
from tests.rigs.ring import until


class Standby:
    """A server that follows the one at `owner_url`, an address of a superuser."""

    def __init__(self, owner_url: str) -> None:
        self._primary = conninfo_to_dict(owner_url)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = int(probe.getsockname()[1])

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            top = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dakiya-standby-")))
            data = top / "data"
            data.mkdir(mode=0o700)
            identity: dict[str, Any] = {}
            user = cluster.unprivileged_user(data)
            if user != "-":
                top.chmod(0o711)
                account = pwd.getpwnam(user)
                os.chown(data, account.pw_uid, account.pw_gid)
                identity = {"user": user, "group": user, "extra_groups": []}
            self._keep_what_it_may_still_need()
            primary = make_conninfo("", **{**self._primary, "dbname": "replication"})
            _run(
                [str(cluster.programs() / "pg_basebackup"), "-D", str(data), "-R", "-X", "stream",
                 "--checkpoint=fast", "--no-sync", "-d", primary],
                identity,
            )  # fmt: skip
            settings = {
                **THROW_AWAY.postgres,  # a replica needs what its primary has
                "port": str(self._port),
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": "",
            }
            given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            self._process = subprocess.Popen(
                [str(cluster.programs() / "postgres"), "-D", str(data), *given],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **identity,
            )  # fmt: skip
            stack.callback(self._end)
            until(self._answers)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stack.close()

    def url(self, of: str) -> str:
        """Return the address of the same database, for the same role, as `of` at the primary."""
        return make_conninfo(of, host="127.0.0.1", port=self._port)

    def stop_following(self) -> None:
        """Let it apply nothing more, as one does that has fallen behind."""
        self._told("SELECT pg_wal_replay_pause()")
        until(lambda: self._told("SELECT pg_get_wal_replay_pause_state()") == "paused")

    def follow(self) -> None:
        """Let it follow, and wait until it has what the primary has now."""
        self._told("SELECT pg_wal_replay_resume()")
        self.caught_up()

    def caught_up(self) -> None:
        """Wait until it has what the primary has now."""
        with psycopg.connect(make_conninfo("", **self._primary), autocommit=True) as conn:
            row = conn.execute("SELECT pg_current_wal_lsn()::text").fetchone()
        assert row is not None
        until(lambda: self._told(f"SELECT pg_last_wal_replay_lsn() >= '{row[0]}'") is True)

    def _told(self, statement: str) -> object:
        with psycopg.connect(
            make_conninfo("", **{**self._primary, "host": "127.0.0.1", "port": self._port}),
            autocommit=True,
        ) as conn:
            row = conn.execute(statement.encode()).fetchone()
            return row[0] if row else None

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError("the replica has ended")
        try:
            return self._told("SELECT pg_is_in_recovery()") is True
        except psycopg.OperationalError:
            return False

    def _end(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait()

    def _keep_what_it_may_still_need(self) -> None:
        # Databases that are made at the same time end a slot's segments while a copy begins.
        with psycopg.connect(make_conninfo("", **self._primary), autocommit=True) as conn:
            conn.execute("ALTER SYSTEM SET wal_keep_size = '512MB'")
            conn.execute("SELECT pg_reload_conf()")


def _run(command: list[str], identity: dict[str, Any]) -> None:
    """Run a program of PostgreSQL. Raise AssertionError with what it said."""
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", **identity
    )
    assert not ended.returncode, ended.stderr
