"""How a stand-in fails: which share of its answers, in which way; drawn from a seed, so that runs repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from random import Random
from typing import Literal

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem
from engine.standin import problems

LONGEST_MS = 60_000
SHARES = ("fail", "lost", "wrong_json", "duplicates", "slow")
ONE_OF = ("fail", "lost", "wrong_json")
"""Of these an answer has one at most."""

Way = Literal["well", "fail", "lost", "wrong_json"]


@dataclass(frozen=True)
class Failures:
    """Shares of the answers, in which way each goes wrong.

    ``fail`` does nothing and says 500; ``lost`` does what was asked and hangs up; ``wrong_json`` does it, and its
    answer ends in the middle; ``slow`` does it, and waits ``slow_ms`` before it answers. ``duplicates`` is the share of
    the items of a list that come twice; ``shuffle`` gives a page out of order.
    """

    fail: float = 0.0
    lost: float = 0.0
    wrong_json: float = 0.0
    duplicates: float = 0.0
    slow: float = 0.0
    slow_ms: int = 0
    shuffle: bool = False
    seed: int = 0

    def as_json(self) -> dict[str, Json]:
        """Return them by name."""
        return asdict(self)


@dataclass(frozen=True)
class Drawn:
    """What was drawn for one answer; ``chance`` draws the rest, such as what comes twice."""

    way: Way
    wait_ms: int
    chance: Random


def changed(failures: Failures, given: Mapping[str, Json]) -> Failures:
    """Return failures with some of them changed; EngineError with every value that is none."""
    known = {field.name: field for field in fields(Failures)}
    found: list[Problem] = [
        problems.UNKNOWN_FIELD.at(key, key=key, known=", ".join(known)) for key in given if key not in known
    ]
    wrong = [key for key, value in given.items() if key in known and not _fits(key, value)]
    found += [problems.BAD_SETTING.at(key, got=str(given[key])[:40], key=key) for key in wrong]
    if found:
        raise EngineError(found)
    made = replace(failures, **given)
    if sum(getattr(made, key) for key in ONE_OF) > 1:
        raise EngineError(problems.BAD_SHARE.at(names=" + ".join(ONE_OF)))
    return made


def _fits(key: str, value: Json) -> bool:
    if key == "shuffle":
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if key in SHARES:
        return 0 <= value <= 1
    return isinstance(value, int) and (key == "seed" or 0 <= value <= LONGEST_MS)


def drawn(failures: Failures, number: int) -> Drawn:
    """Return what becomes of the answer of this number: always the same for the same seed."""
    chance = Random(f"{failures.seed}/{number}")  # noqa: S311 - repeatable on purpose
    drop, wait = chance.random(), chance.random()
    way: Way = "well"
    if drop < failures.fail:
        way = "fail"
    elif drop < failures.fail + failures.lost:
        way = "lost"
    elif drop < failures.fail + failures.lost + failures.wrong_json:
        way = "wrong_json"
    return Drawn(way, failures.slow_ms if wait < failures.slow else 0, chance)


def disturbed(items: tuple[Json, ...], failures: Failures, chance: Random) -> list[Json]:
    """Return the items of a page, some of them twice, and out of order where that is wanted."""
    found = [copy for item in items for copy in ([item, item] if chance.random() < failures.duplicates else [item])]
    if failures.shuffle:
        chance.shuffle(found)
    return found
