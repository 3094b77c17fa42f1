"""A program that runs one command, which must not outlive the holder of a lock file.

    python guardian.py LOCK SIGNAL GRACE USER command…

The holder (embedded/lock.py) has LOCK exclusively; the kernel frees it the moment that the holder
ends, even by kill -9. The guardian waits for that, then sends SIGNAL to the command and, GRACE
seconds later, kills what is left of its process group. TERM, INT and HUP to the guardian do the
same. It holds LOCK shared until nothing is left, so that the next start can wait for it.
The command runs as USER (`-`: the user who started the guardian). It imports only the standard
library, so it starts in a few milliseconds.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_WAKING = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}


def main(lock: str, signal_name: str, grace: str, user: str, *command: str) -> int:
    """Run `command` to its end and return its exit code (128 + n where signal n ended it)."""
    stop_signal = signal.Signals[signal_name]
    signal.signal(signal.SIGCHLD, lambda *_: None)  # with the default handler macOS drops it
    signal.pthread_sigmask(signal.SIG_BLOCK, _WAKING)
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if libc is not None:  # should the guardian itself be killed
            libc.prctl(_PR_SET_PDEATHSIG, int(stop_signal))

    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=prepare,  # safe: no thread runs yet
        user=None if user == "-" else user,
        group=None if user == "-" else user,
        extra_groups=None if user == "-" else [],
    )
    threading.Thread(target=_outwait, args=(lock,), daemon=True).start()
    while child.poll() is None:
        if signal.sigwait(_WAKING) != signal.SIGCHLD:
            _end(child, stop_signal, float(grace))
    _kill_group(child.pid)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _outwait(lock: str) -> None:
    """Wake the main thread when the holder of `lock` is gone; then hold it shared."""
    handle = os.open(lock, os.O_RDONLY)
    fcntl.lockf(handle, fcntl.LOCK_SH)
    os.kill(os.getpid(), signal.SIGTERM)


def _end(child: subprocess.Popen[bytes], stop_signal: signal.Signals, grace: float) -> None:
    child.send_signal(stop_signal)
    try:
        child.wait(grace)
    except subprocess.TimeoutExpired:
        _kill_group(child.pid)
        child.wait()


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS raises the latter for a group of zombies
        return


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
