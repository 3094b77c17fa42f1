"""PgBouncer in transaction mode before a database of the tests: one connection for everybody."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict


@contextmanager
def pooled(url: str, directory: Path, waits: int = 120) -> Iterator[str]:
    """Yield the address of the database at `url` as PgBouncer offers it.

    `waits`: seconds after which it refuses a question that no server connection is free for.
    """
    parts = conninfo_to_dict(url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    users, configuration = directory / "users.txt", directory / "pgbouncer.ini"
    users.write_text(f'"{parts["user"]}" "{parts["password"]}"\n')
    configuration.write_text(
        f"[databases]\n* = host={parts['host']} port={parts['port']}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        f"auth_type = scram-sha-256\nauth_file = {users}\npool_mode = transaction\n"
        f"query_wait_timeout = {waits}\ndefault_pool_size = 1\n"
        "unix_socket_dir =\nlogfile =\npidfile =\n"
    )
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None, "pgbouncer is not installed: ./script/test installs it"
    command = [program, str(configuration)]
    if os.geteuid() == 0:  # which it refuses to run as
        for each in (directory, *directory.parents):
            each.chmod(each.stat().st_mode | 0o011)
        users.chmod(0o644)
        command[1:1] = ["-u", "nobody"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    through = url.replace(f":{parts['port']}/", f":{port}/")
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(through, connect_timeout=2).close()
                break
            except psycopg.OperationalError:
                assert process.poll() is None
                assert time.monotonic() < deadline
        yield through
    finally:
        process.terminate()
        process.wait(30)
