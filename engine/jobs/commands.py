"""The command ``worker``: a jobs process in the foreground."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import cast

import click

from engine.jobs.loop import JobsLoop
from engine.jobs.supervising import is_orphan


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
