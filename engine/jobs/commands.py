"""The commands that run jobs in the foreground, look after dead letters, and move the test clock."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from types import FrameType
from typing import Protocol, cast

import click

from engine.catalog.definitions import DEFAULT_ZONE
from engine.jobs.office import Office
from engine.jobs.problems import NO_MOMENT
from engine.jobs.supervising import is_orphan
from engine.jobs.travelling import Travel
from engine.kernel.canonical import pretty
from engine.kernel.clocks import Moment, moment_number, moment_text, zone
from engine.kernel.problems import EngineError

INCOMPLETE = 1


@click.command()
def worker() -> None:
    """Deliver what is due until told to stop: any number of these may run, on any number of machines.

    With YOUJU_REDIS_URL it takes from the queue there what a scheduler hands out; without, it does all that there is
    to do: it also plays what the clock brings, seals the journal and keeps house.
    """
    _until_stopped(_office().worker())


@click.command()
def scheduler() -> None:
    """Play slots and deadlines, hand out what is due, seal the journal and keep house, until told to stop.

    Two may run: one leads, the other takes over when that is gone.
    """
    _until_stopped(_office().scheduler())


@click.group()
def jobs() -> None:
    """Messages that could not be delivered."""


@jobs.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="At most so many.")
def dead(as_json: bool, limit: int) -> None:
    """List the dead letters: messages that were given up, each with its last error."""
    found = _office().letters.dead(limit)
    if as_json:
        click.echo(pretty([letter.as_json() for letter in found]), nl=False)
        return
    for letter in found:
        click.echo(f"{letter.id}\t{letter.kind}\t{letter.attempts}\t{moment_text(letter.since)}\t{letter.error}")


@jobs.command()
@click.argument("letter", metavar="ID", required=False)
@click.option("--all", "every", is_flag=True, help="All that there are.")
def replay(letter: str | None, every: bool) -> None:
    """Send a dead letter again, with fresh attempts; the journal notes it."""
    if every == (letter is not None):
        message = "name one letter, or --all"
        raise click.UsageError(message)
    letters = _office().letters
    if letter is None:
        click.echo(letters.replay_all())
        return
    letters.replay(letter)
    click.echo(1)


class Runs(Protocol):
    """What runs until told to stop."""

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Run."""
        ...


def _office() -> Office:
    return cast("Callable[[], Office]", click.get_current_context().meta["office"])()


def _until_stopped(runs: Runs) -> None:
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    runs.run(lambda: stop.is_set() or is_orphan())


@click.command()
@click.option("--now", "wanted", required=True, metavar="T", help="Until when, as ISO; without a zone, time of China.")
def tick(wanted: str) -> None:
    """Move the test clock to T and play everything that comes due on the way; print counts as JSON.

    Exit code 1 where something could not be delivered, 2 without YOUJU_TEST_CLOCK=1 and where T lies behind.
    """
    travel = cast("Callable[[], Travel]", click.get_current_context().meta["travel"])()
    journey = travel.to(read_moment(wanted))
    click.echo(pretty(journey.as_json()), nl=False)
    if not journey.arrived_whole:
        sys.exit(INCOMPLETE)


def read_moment(written: str) -> Moment:
    """Return the moment of ISO text; without a zone it is one of the default zone. EngineError (JOB-004) otherwise."""
    try:
        read = datetime.fromisoformat(written)
        return moment_number(read if read.tzinfo is not None else read.replace(tzinfo=zone(DEFAULT_ZONE)))
    except (ValueError, OverflowError) as error:
        raise EngineError(NO_MOMENT.at("now", given=written)) from error
