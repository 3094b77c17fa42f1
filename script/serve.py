"""The program of ./script/server: all of Dakiya on this machine, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

from honcho.colour import get_colours
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer
from pydantic import ValidationError

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))

from embedded.addresses import KEEP  # noqa: E402
from embedded.cluster import ServerFailed  # noqa: E402
from embedded.lock import AlreadyRunning, Lock  # noqa: E402
from embedded.servers import Servers, database_of, guarded, refuse_the_owner, resolve  # noqa: E402
from gateways.safety import UnsafeSettings, insist  # noqa: E402
from postal.counter import directory, directory_load  # noqa: E402
from runtime import Runtime  # noqa: E402
from settings import Settings  # noqa: E402
from store import limits, migrate, rights  # noqa: E402
from store.applying import NotMigrated  # noqa: E402
from web import loopback  # noqa: E402
from web.phones import demo  # noqa: E402

_LOCAL = "127.0.0.1"
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


Processes = dict[str, subprocess.Popen[bytes]]


class CannotStart(Exception):
    """A problem that prevents the start; the message says what to do."""


def main() -> int:
    """Run everything; return the exit code: 0 after a signal, 1 where a process ended by itself."""
    os.chdir(HOUSE)
    for number in _ENDING:
        signal.signal(number, _interrupt)
    try:
        with ExitStack() as stack:
            processes: Processes = {}
            settings, lock = _prepare(stack, processes)
            # From here on signals are waited for, so that none interrupts a step.
            signal.pthread_sigmask(signal.SIG_BLOCK, {*_ENDING, signal.SIGCHLD})
            return _run(settings, lock, processes)
    except KeyboardInterrupt:
        return 0
    except (
        CannotStart,
        AlreadyRunning,
        ServerFailed,
        NotMigrated,
        rights.MissingRole,
        ValidationError,
        UnsafeSettings,
    ) as problem:
        print(f"Dakiya cannot start: {problem}", file=sys.stderr)
        return 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _prepare(stack: ExitStack, processes: Processes) -> tuple[Settings, Path]:
    """Start servers (into `processes`), migrate, load data; return settings and the held lock."""
    settings = Settings()
    own = not settings.database_url
    insist(settings)
    _require_free(settings.port)
    lock = settings.var_dir.resolve() / "lock"
    if settings.database_url and settings.redis_url:
        held = Lock(lock)
        stack.callback(held.close)
        held.take()
    else:
        servers = Servers(settings.var_dir, KEEP)
        stack.callback(servers.stop)
        addresses = servers.start()
        processes.update(servers.processes)
        settings = settings.model_copy(
            update={
                **database_of(addresses, settings),
                "redis_url": settings.redis_url or addresses.redis_url,
            }
        )
    settings = resolve(settings)
    if "public_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"public_url": f"http://{_LOCAL}:{settings.port}"})
    roles = rights.named(settings.owner_url, settings.database_url, settings.purge_url)
    # A database that is somebody else's may have processes of the release before, elsewhere.
    migrate.migrate(settings.owner_url, roles, "contract" if own else "expand")
    if settings.production:
        refuse_the_owner(settings)  # now that there are tables to own
    _load(settings)
    return settings, lock


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOCAL, port))
        except OSError as error:
            raise CannotStart(
                f"port {port} is taken ({error.strerror}): end what listens there,"
                f" or choose another: PORT={port + 1} ./script/server"
            ) from error


def _load(settings: Settings) -> None:
    """Load the directory of PINs where it is missing, and in development the demo's data."""
    runtime = Runtime.build(settings).within(limits.COMMANDS)
    runtime.database.open()
    try:
        with runtime.database.transaction() as conn:
            loaded = directory.is_loaded(conn)
        if not loaded:
            runtime.database.run(directory_load.load)
        if settings.dakiya_env == "development":
            demo.load(runtime)
    finally:
        runtime.database.close()
        runtime.redis.close()


def _run(settings: Settings, lock: Path, watched: Processes) -> int:
    printer = Printer(sys.stdout, width=len("worker"))
    environment = _environment(settings)
    processes: Processes = {}
    with _ended(processes):
        colours = get_colours()
        for name, command in parse_procfile((HOUSE / "Procfile").read_text()).processes.items():
            if name == "release":  # _prepare has migrated
                continue
            process = processes[name] = subprocess.Popen(
                guarded(lock, "SIGTERM", "-", ["sh", "-c", f"exec {command}"]),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            threading.Thread(
                target=_relay, args=(process, name, next(colours), printer), daemon=True
            ).start()
        threading.Thread(target=_announce, args=(settings,), daemon=True).start()
        while True:
            if signal.sigwait({*_ENDING, signal.SIGCHLD}) != signal.SIGCHLD:
                print("Ending …", flush=True)
                return 0
            for name, process in {**watched, **processes}.items():
                if process.poll() is not None:
                    print(f"{name} ended by itself (code {process.returncode}): ending the rest")
                    return 1


def _environment(settings: Settings) -> Mapping[str, str]:
    """Return the environment of the processes: the only way of secrets, never as arguments."""
    return {
        **os.environ,
        **{name: value for name, value in settings.given.items() if value is not None},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
        "DAKIYA_ENV": settings.dakiya_env,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "DAKIYA_MASTER_KEY": settings.dakiya_master_key.get_secret_value(),
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "PUBLIC_URL": settings.public_url,
        "HOST": os.environ.get("HOST", _LOCAL),
        "PORT": str(settings.port),
    }


@contextmanager
def _ended(processes: Processes) -> Iterator[None]:
    """End `processes` after the block: web has answered, the worker has ended its batch."""
    try:
        yield
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait()


def _relay(process: subprocess.Popen[bytes], name: str, colour: str, printer: Printer) -> None:
    assert process.stdout is not None
    try:
        for line in process.stdout:
            printer.write(Message("line", line, datetime.now().astimezone(), name, colour))
    except BrokenPipeError:  # nothing reads stdout any more; a full pipe would block the process
        os.kill(os.getpid(), signal.SIGTERM)
        process.stdout.read()


def _announce(settings: Settings) -> None:
    """Print the addresses once web answers, and loudly who may use the simulated telephones."""
    here = f"http://{_LOCAL}:{settings.port}"
    phones = "two basic phones, recipient and postman"
    if not loopback.simulated(settings):
        phones = "404: SMS_ROUTES does not name the simulator"
    elif loopback.open_to_all(settings):
        phones += ": ANYBODY who reaches it may text as anybody (SIMULATOR_PUBLIC)"
    elif not loopback.is_loopback(os.environ.get("HOST", _LOCAL)):
        phones = "404: HOST is not 127.0.0.1; docs/gateways.md has SIMULATOR_PUBLIC"
    while True:
        try:
            urllib.request.urlopen(f"{here}/healthz", timeout=5).close()  # noqa: S310
            break
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    print(
        f"\nDakiya is ready. Open\n"
        f"  {here}/         start page\n"
        f"  {here}/phones   {phones}\n"
        f"  {here}/desk     help desk\n"
        f"  {here}/counter  booking and payment\n"
        f"  {here}/office   the delivery office\n"
        f"  {here}/healthz  for machines\n"
        f"Ctrl-C ends everything; the data stay in {settings.var_dir}/.\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
