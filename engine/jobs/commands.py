"""The commands ``worker``, a jobs process in the foreground, and ``tick``, which moves the test clock."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from types import FrameType
from typing import cast

import click

from engine.catalog.definitions import DEFAULT_ZONE
from engine.jobs.loop import JobsLoop
from engine.jobs.problems import NO_MOMENT
from engine.jobs.supervising import is_orphan
from engine.jobs.travelling import Travel
from engine.kernel.canonical import pretty
from engine.kernel.clocks import Moment, moment_number, zone
from engine.kernel.problems import EngineError

INCOMPLETE = 1


@click.command()
def worker() -> None:
    """Run a jobs process: deliver what is due and seal the journal, until told to stop."""
    loop = cast("Callable[[], JobsLoop]", click.get_current_context().meta["jobs"])()
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    loop.run(lambda: stop.is_set() or is_orphan())


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
