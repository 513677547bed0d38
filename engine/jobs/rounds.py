"""Going round and round until told to stop, whatever happens in a round; knows nothing of what is done in one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from engine.kernel.problems import EngineError

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.2
FAILED_SECONDS = 1.0
"""How long nothing is done after a round that failed as nobody expected: the next one may fail, too."""


def in_rounds(do: Callable[[], int], should_stop: Callable[[], bool], idle: float | None = None) -> None:
    """Call ``do`` until told to stop; where it finds nothing to do it is called again a little later.

    No round ends the process, whatever happens in it: one that failed is logged, and the next one comes.
    """
    while not should_stop():
        pause = IDLE_SECONDS if idle is None else idle
        try:
            worked = do()
        except EngineError as error:  # the database or the queue is away or busy: what is due is due later, too
            log.warning("jobs are waiting: %s", error)
            worked, pause = 0, max(pause, IDLE_SECONDS)
        except Exception:
            log.exception("a round of the jobs failed")
            worked, pause = 0, FAILED_SECONDS
        if not worked:
            time.sleep(pause)
