"""Times ``youju lang eval``: thousands of cases that nothing has seen before, on every back end in reach."""

from __future__ import annotations

import json
from collections.abc import Iterator

from engine.bench.measuring import Line, bounded, timed, yardstick
from engine.kernel.canonical import Json
from engine.storage.language_runner import reachable, run_lines

CASES, QUICK_CASES = 10_000, 1_000
SECONDS = 60
"""How long ``CASES`` lines may take."""

_STAGES = ("open", "waiting", "done")
_FIELDS: dict[str, Json] = {
    "amount": {"type": "number", "scale": 2},
    "paid": {"type": "number", "scale": 2},
    "name": {"type": "text"},
    "stage": {"type": "choice", "options": list(_STAGES)},
    "due": {"type": "date"},
    "seen": {"type": "datetime"},
}
_VISITS: dict[str, Json] = {"score": {"type": "number"}, "deal": {"type": "reference", "form": "deal"}}
_SOURCES = (
    "amount + {number}.5",
    "amount * 2 - paid / {number}",
    'if(paid is empty, "none", name & " {number}")',
    'stage = "open" and days_since(due) >= {number}',
    'stage in ["open", "done"] or amount > {number}',
    "round(amount / 3, 2) != {number}",
    "len(name) + {number}",
    "coalesce(paid, amount, {number})",
    "date(seen) + {number} > today()",
    "sum(visits.score where score > 2) + {number}",
)


def evaluating_lines(count: int = CASES, database: str | None = None) -> Iterator[Line]:
    """Yield the line of answering that many cases, of which the bound is a part; ``database`` is PostgreSQL's URL.

    Raises ``ValueError`` where a case is not answered alike by all.
    """
    backends = reachable(database)
    lines = [json.dumps(_case(number)) for number in range(1, count + 1)]
    pace = yardstick()
    answers = list[str]()
    seconds = timed(lambda: answers.extend(run_lines(lines, backends, database)))
    _all_alike(answers, backends)
    # What else the machine does may change while it runs: the slower of before and after counts.
    pace = max(pace, yardstick())
    yield bounded(f"lang eval {count:,} lines ({len(backends)})", [seconds], SECONDS * count / CASES, pace)


def _case(number: int) -> Json:
    """Return a case that brings what its expression names, as those of outside suites do."""
    record: dict[str, Json] = {
        "id": "d1",
        "amount": f"{number}.25",
        "paid": None if number % 3 else "12.5",
        "name": f"客户 {number}",
        "stage": _STAGES[number % len(_STAGES)],
        "due": "2026-01-31",
        "seen": "2026-01-31T09:00:00+08:00",
    }
    source = _SOURCES[number % len(_SOURCES)].format(number=number)
    named = {key for key in _FIELDS if key in source}
    rows: list[Json] = [{"deal": "d1", "score": str(score)} for score in (1, 3, number)]
    return {
        "id": str(number),
        "expr": source,
        "form": "deal",
        "fields": {key: _FIELDS[key] for key in sorted(named)},
        "record": {key: record[key] for key in sorted({"id", *named})},
        "now": "2026-06-15T09:00:00+08:00",
        **({"related": {"visits": {"fields": _VISITS, "rows": rows}}} if "visits" in source else {}),
    }


def _all_alike(answers: list[str], backends: tuple[str, ...]) -> None:
    for line in answers:
        answer = json.loads(line)
        values = [answer.get(name) for name in backends]
        if "error" in answer or any(value != values[0] or isinstance(value, dict) for value in values):
            raise ValueError(line)
