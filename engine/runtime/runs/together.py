"""All runs of one rule between two moments, or of one revision, undone by one request: each in its own transaction.

So people keep writing meanwhile, and what cannot be undone keeps nothing else from it. The newest comes first: what a
rule did twice to a record is taken back in turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from engine.decision.problems import NO_REASON
from engine.decision.undoing import LONGEST
from engine.kernel.problems import EngineError, Nature, Problem, Text
from engine.runtime.runs import problems
from engine.runtime.runs.runs import Runs
from engine.runtime.runs.views import RunItem, RunPage, Wanted, replace_outcome
from engine.runtime.views import Viewer

MOST = 200
"""How many runs one request undoes."""


@dataclass(frozen=True)
class Reason:
    """Why some runs cannot be undone, or not all of what they did, and how many."""

    code: str
    message: Text
    count: int


@dataclass(frozen=True)
class Foreseen:
    """What undoing runs would come to: how many wholly, in part and not at all. There are ``more`` behind them."""

    items: tuple[RunItem, ...]
    whole: int
    partly: int
    never: int
    reasons: tuple[Reason, ...]
    acts_again: int
    more: bool


@dataclass(frozen=True)
class Outcome:
    """What came of it: how many are undone, how many of those in part, how many are not and why."""

    undone: int
    partly: int
    refused: int
    reasons: tuple[Reason, ...]
    more: bool


@dataclass(frozen=True)
class RunsTogether:
    """Undoes many runs."""

    runs: Runs

    def foresee(self, viewer: Viewer, app: str, wanted: Wanted) -> Foreseen:
        """Return what undoing the newest runs that acted would come to; nothing is written.

        Each is looked at by itself, as things stand now. EngineError as for ``Runs.list``, RUN-068 without a rule.
        """
        page = self._acted(viewer, app, wanted)
        found = [self.runs.read(viewer, app, item.id) for item in page.items]
        whole = sum(run.can_be_undone and not run.stays for run in found)
        partly = sum(run.can_be_undone and bool(run.stays) for run in found)
        told = [one.problem for run in found for one in run.stays if one.problem is not None]
        told += [problem for run in found for problem in run.problems]
        again = sum(run.can_be_undone and run.acts_again for run in found)
        never = len(found) - whole - partly
        return Foreseen(page.items, whole, partly, never, _reasons(told), again, page.next is not None)

    def undo(self, viewer: Viewer, app: str, wanted: Wanted, reason: str, *, partly: bool = False) -> Outcome:
        """Undo the newest runs that acted, up to ``MOST`` of them; what is undone already is not found any more.

        EngineError as for ``foresee``, UNDO-001 without a reason.
        """
        if not reason.strip() or len(reason.strip()) > LONGEST:
            raise EngineError(NO_REASON.at("reason", most=LONGEST))
        page = self._acted(viewer, app, wanted)
        undone = in_part = refused = 0
        told: list[Problem] = []
        for item in page.items:
            try:
                done = self.runs.undo(viewer, app, item.id, reason, partly=partly)
            except EngineError as error:
                if error.nature in (Nature.BUSY, Nature.UNAVAILABLE):
                    raise
                refused += 1
                told += error.problems
            else:
                undone += 1
                in_part += done.item.undone is not None and done.item.undone.left > 0
        return Outcome(undone, in_part, refused, _reasons(told), page.next is not None)

    def _acted(self, viewer: Viewer, app: str, wanted: Wanted) -> RunPage:
        if wanted.rule is None:
            raise EngineError(problems.RULE_NEEDED.at("rule"))
        return self.runs.list(viewer, app, replace_outcome(wanted, "acted"), MOST)


def _reasons(told: Iterable[Problem]) -> tuple[Reason, ...]:
    counted: Counter[tuple[str, Text]] = Counter((one.code, one.message) for one in told)
    return tuple(Reason(code, message, count) for (code, message), count in counted.most_common())
