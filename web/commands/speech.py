"""`flask speech …`: which pieces of calls are to be recorded, and whether the files can be played.

docs/voice.md says how somebody records them.
"""

from __future__ import annotations

import csv
import sys
from typing import Literal

import click
from flask.cli import AppGroup

from messages.prompts import unused_translations
from messages.recordings import ListedPrompt, problems
from messages.speech import CALL_TONGUES, CallTongue
from outbox import calls
from web import running

speech = AppGroup("speech", help="What calls say, and its recordings.")


@speech.command("list")
@click.option("--tongue", type=click.Choice(CALL_TONGUES), default="hi", help="of the calls")
@click.option(
    "--as", "shape", type=click.Choice(["table", "csv"]), default="table", help="csv: for a sheet"
)
@click.option("--missing", is_flag=True, help="only what is not recorded yet")
def list_prompts(tongue: CallTongue, shape: Literal["table", "csv"], missing: bool) -> None:
    """Print what is to be recorded: file, words to say, where they are said, and seconds."""
    library = calls.library(running.runtime())
    every = library.listed(tongue)
    found = [each for each in every if not (missing and each.file)]
    for problem in problems(library):
        click.echo(f"not played: {problem}", err=True)
    if shape == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(["file", "words", "used in", "recorded", "seconds"])
        writer.writerows(
            [_file(tongue, each), each.prompt.words, " ".join(each.prompt.used_in), *_state(each)]
            for each in found
        )
        return
    for each in found:
        state, seconds = _state(each)
        click.echo(f"{_file(tongue, each):<34} {state:<8} {seconds:>5}  {each.prompt.words}")
    there = sum(each.file is not None for each in every)
    click.echo(f"{there} of {len(every)} pieces are recorded in {library.folder / tongue}")


@speech.command("check")
def check() -> None:
    """Check every recording. End with status 1 where one is not played, after naming each."""
    found = [*problems(calls.library(running.runtime())), *unused_translations()]
    for each in found:
        click.echo(each)
    if found:
        raise SystemExit(1)
    click.echo("every recording can be played")


def _file(tongue: CallTongue, each: ListedPrompt) -> str:
    return f"{tongue}/{each.prompt.name}.wav"


def _state(each: ListedPrompt) -> tuple[str, str]:
    if each.file is not None:
        return "recorded", f"{each.file.seconds:.1f}"
    return ("unusable" if each.problem else "missing"), ""
