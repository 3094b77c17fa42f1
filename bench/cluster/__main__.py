"""The commands of ./script/cluster."""

from __future__ import annotations

import argparse
import sys

from bench.cluster.down import down
from bench.cluster.machine import ClusterFailed
from bench.cluster.up import up


def main(arguments: list[str]) -> int:
    """Run a command; return 0, or 1 with what is wrong said."""
    parser = argparse.ArgumentParser(prog="./script/cluster")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="make and start it")
    commands.add_parser("down", help="end it, and leave nothing behind")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "up":
            up()
        else:
            down()
    except ClusterFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
