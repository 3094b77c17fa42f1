"""Follows the feed and prints a line per event: `python follow.py ADDRESS [CURSOR]`.

The token is read from the environment (DAKIYA_TOKEN): arguments can be seen by everybody on a
machine. Goes on until interrupted; with `--once` it ends when nothing is new.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable

import requests
from client import Dakiya, DakiyaRefused, Event

PAUSE_SECONDS = 2


def show(events: Iterable[Event], after: int) -> int:
    """Print what came; return the cursor to go on from."""
    for event in events:
        print(event.id, event.at.isoformat(), event.upu or "-", event.kind, event.article or "-")
        after = event.id  # here: keep it, together with what was done about the event
    return after


def main(arguments: list[str]) -> int:
    """Run the command line."""
    once = "--once" in arguments
    given = [each for each in arguments if each != "--once"]
    token = os.environ.get("DAKIYA_TOKEN")
    if not given or not token:
        print("DAKIYA_TOKEN=… python follow.py http://127.0.0.1:8000 [CURSOR] [--once]")
        return 2
    dakiya = Dakiya(given[0], token)
    after = int(given[1]) if len(given) > 1 else 0
    while True:
        try:
            after = show(dakiya.events(after), after)
        except DakiyaRefused as refused:
            print(refused, refused.errors or "", file=sys.stderr)
            return 1
        except requests.RequestException as error:  # away for a moment: nothing is missed
            print(f"no answer ({type(error).__name__}), again soon", file=sys.stderr)
        if once:
            return 0
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(0)
