"""The commands of ./script/cluster."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from bench import report
from bench.cluster import table
from bench.cluster.down import down
from bench.cluster.faults import FAULTS
from bench.cluster.machine import ClusterFailed
from bench.cluster.up import insist_on_a_free_place, insist_on_what_it_needs, machines, up


def main(arguments: list[str]) -> int:
    """Run a command; return 0, or what is wrong: 1, or `table.SLOW` where nothing was lost."""
    parser = argparse.ArgumentParser(prog="./script/cluster")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="make and start it")
    commands.add_parser("down", help="end it, and leave nothing behind")
    commands.add_parser("able", help="say why this machine cannot carry one, if so")
    test = commands.add_parser("test", help="make it, strike it while texts flow, and end it")
    test.add_argument("--quick", action="store_true", help="two faults, within three minutes")
    test.add_argument("--keep", action="store_true", help="use the one that is up, and leave it")
    test.add_argument("--fault", action="append", choices=[each.name for each in FAULTS])
    on = commands.add_parser("on", help="run a command on a machine; without one, a shell")
    on.add_argument("machine", choices=list(machines()))
    on.add_argument("words", nargs=argparse.REMAINDER)
    chosen = parser.parse_args(arguments)
    try:
        match chosen.command:
            case "up":
                up()
            case "down":
                down()
            case "able":
                insist_on_what_it_needs()
                insist_on_a_free_place()
            case "on":
                machines()[chosen.machine].become(chosen.words)
            case _:
                return _test(chosen)
    except ClusterFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


def _test(chosen: argparse.Namespace) -> int:
    plan = table.QUICK if chosen.quick else table.FULL
    if chosen.fault:
        struck = [each for each in FAULTS if each.name in chosen.fault]
        plan = replace(plan, faults=struck, restored=0)
    if not chosen.keep:
        up()
    played = table.play(machines(), plan)
    print(f"\n{report.table(played.lines)}\n")
    if not chosen.keep:
        down()
    return played.status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
