"""What a process does beside deliveries so that an instance stays in order: converting, sealing, keeping house."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from engine.jobs.converting import Converting
from engine.jobs.housekeeping import Housekeeping
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.runtime.execution import Execution
from engine.runtime.settings import Retention
from engine.storage.sealer import REFUSALS, Sealer

log = logging.getLogger(__name__)

SEALING_PAUSE_MS = 60_000
"""How long (real time) nothing is sealed after the sealer refused: only people can put right what it found."""


@dataclass
class Chores:
    """The chores of one instance; any number of these may run over one database."""

    execution: Execution
    sealer: Sealer | None = None
    retention: Retention = field(default_factory=Retention)
    housekeeping: Housekeeping = field(init=False)
    converting: Converting = field(init=False)
    _seal_again: Moment = field(default=0, init=False)
    _refusal: str | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Work by the execution's own means."""
        self.housekeeping = Housekeeping(self.execution, self.retention)
        self.converting = Converting(self.execution)

    def do(self) -> int:
        """Do a little of everything; return how much there was to do."""
        worked = self.converting.do()
        self.seal()
        return worked + self.housekeeping.do()

    def seal(self) -> None:
        """Seal, unless the sealer refused a short while ago; a refusal is told once and never holds up deliveries."""
        now = self.execution.clocks.real()
        if self.sealer is None or now < self._seal_again:
            return
        try:
            self.sealer.seal()
        except EngineError as error:
            if not REFUSALS.issuperset(problem.code for problem in error.problems):
                raise
            self._seal_again = now + SEALING_PAUSE_MS
            if str(error) != self._refusal:
                log.error("the journal is not sealed: %s", error)  # noqa: TRY400 - the finding, not the stack, matters
                self._refusal = str(error)
        else:
            self._refusal = None
