"""The five standard conditions, each beside what one would write by hand in Python, SQL and JavaScript.

What is written by hand means the same, blanks included; numbers in rows are whole and scaled, days are day numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.kernel.clocks import Day, Moment, moment_number
from engine.kernel.problems import Text
from engine.kernel.values import Row
from engine.language.plain import Plain
from engine.language.scope import FieldScope, FormScope, Scope
from engine.language.surroundings import Surroundings
from engine.language.types import BooleanType, ChoiceType, DateType, NumberType, Option, TextType, Type

NOW: Moment = moment_number(datetime(2026, 6, 15, 1, tzinfo=UTC))
LIMIT = 5_000_00
"""The parameter ``limit``, 5000 with two decimals."""

WORLD = Plain.at(NOW)
TODAY: Day = WORLD.today
AROUND = Plain(WORLD.now, WORLD.today, WORLD.zone, parameters={"limit": LIMIT})


def _choice(*keys: str) -> ChoiceType:
    return ChoiceType(tuple(Option(key, Text(key, key)) for key in keys))


TYPES: dict[str, Type] = {
    "id": TextType(),
    "status": _choice("open", "waiting", "done", "lost"),
    "level": _choice("gold", "silver", "bronze"),
    "name": TextType(),
    "code": TextType(),
    "amount": NumberType(2, 15),
    "paid": NumberType(2, 15),
    "rate": NumberType(4, 6),
    "seen_on": DateType(),
    "due": DateType(),
    "closed": BooleanType(),
    "confirmed": TextType(),
}
FORM = FormScope("bench", "case", {key: FieldScope(key, key, kind) for key, kind in TYPES.items()})
SCOPE = Scope(FORM, {("bench", "case"): FORM}, {"limit": NumberType(2, 15)})


@dataclass(frozen=True)
class Condition:
    """One condition and its equals by hand; ``{today}`` and ``{limit}`` in the SQL are bound values."""

    name: str
    source: str
    by_hand: Callable[[Row, Surroundings], Any]
    sqlite: str
    postgresql: str
    javascript: str


CONDITIONS = (
    Condition(
        "idle",
        'status = "open" and days_since(seen_on) >= 15 and confirmed is empty',
        lambda row, s: (
            row["status"] == "open"
            and (seen := row["seen_on"]) is not None
            and s.today - seen >= 15  # noqa: PLR2004
            and row["confirmed"] is None
        ),
        "status = 'open' AND seen_on <= :today - 15 AND confirmed IS NULL",
        "status = 'open' AND seen_on <= CAST(:today AS date) - 15 AND confirmed IS NULL",
        'row.status === "open" && row.seen_on !== null && s.today - row.seen_on >= 15 && row.confirmed === null',
    ),
    Condition(
        "worth",
        "amount * rate > 500 or amount >= 100000",
        lambda row, _: (
            (amount := row["amount"]) is not None
            and (((rate := row["rate"]) is not None and amount * rate > 500_000_000) or amount >= 10_000_000)  # noqa: PLR2004
        ),
        "amount * rate > 500000000 OR amount >= 10000000",
        "amount * rate > 500 OR amount >= 100000",
        "row.amount !== null && (row.rate !== null && row.amount * row.rate > 500000000 || row.amount >= 10000000)",
    ),
    Condition(
        "grade",
        'ifs(amount >= 100000, 3, amount >= 10000, 2, 1) >= 2 and level in ["gold", "silver"]',
        lambda row, _: (
            (
                3
                if (amount := row["amount"]) is not None and amount >= 10_000_000  # noqa: PLR2004
                else 2
                if amount is not None and amount >= 1_000_000  # noqa: PLR2004
                else 1
            )
            >= 2  # noqa: PLR2004
            and row["level"] in ("gold", "silver")
        ),
        "CASE WHEN amount >= 10000000 THEN 3 WHEN amount >= 1000000 THEN 2 ELSE 1 END >= 2"
        " AND level IN ('gold', 'silver')",
        "CASE WHEN amount >= 100000 THEN 3 WHEN amount >= 10000 THEN 2 ELSE 1 END >= 2 AND level IN ('gold', 'silver')",
        "(row.amount !== null && row.amount >= 10000000 ? 3"
        " : row.amount !== null && row.amount >= 1000000 ? 2 : 1) >= 2"
        ' && (row.level === "gold" || row.level === "silver")',
    ),
    Condition(
        "words",
        'name contains "王" or starts_with(code, "SN-")',
        lambda row, _: (
            ((name := row["name"]) is not None and "王" in name)
            or ((code := row["code"]) is not None and code.startswith("SN-"))
        ),
        "instr(name, '王') > 0 OR substr(code, 1, 3) = 'SN-'",
        "strpos(name, '王') > 0 OR starts_with(code, 'SN-')",
        'row.name !== null && row.name.includes("王") || row.code !== null && row.code.startsWith("SN-")',
    ),
    Condition(
        "overdue",
        "amount - paid > param.limit and due < today() and not closed",
        lambda row, s: (
            (amount := row["amount"]) is not None
            and (paid := row["paid"]) is not None
            and (limit := s.parameters["limit"]) is not None
            and amount - paid > limit
            and (due := row["due"]) is not None
            and due < s.today
            and row["closed"] is not True
        ),
        "amount - paid > :limit AND due < :today AND coalesce(closed, 0) = 0",
        "amount - paid > CAST(:limit AS numeric) AND due < CAST(:today AS date) AND closed IS NOT TRUE",
        "row.amount !== null && row.paid !== null && s.parameters.limit !== null"
        " && row.amount - row.paid > s.parameters.limit"
        " && row.due !== null && row.due < s.today && row.closed !== true",
    ),
)


def made_rows(count: int) -> list[dict[str, Any]]:
    """Return rows that are the same at every call; about one value in ten is blank."""
    return [_row(number) for number in range(count)]


_NAMES = ("李晓明", "王芳", "Zhang Wei", "赵六", "陈建国", "欧阳王", "Ann", "刘洋")


def _row(number: int) -> dict[str, Any]:
    mixed = (number * 2_654_435_761 + 12_345) & 0xFFFFFFFF
    parts = [mixed >> shift & 0xFF for shift in (0, 8, 16, 24)]
    amount = mixed % 15_000_000

    def kept(index: int, value: Any) -> Any:  # noqa: ANN401
        return None if (parts[index] + index) % 10 == 0 else value

    return {
        "id": f"{number:08d}",
        "status": ("open", "waiting", "done", "lost")[parts[1] & 3],
        "level": kept(2, ("gold", "silver", "bronze")[parts[2] % 3]),
        "name": kept(3, f"{_NAMES[parts[3] & 7]}{number % 97}"),
        "code": kept(1, f"{'SN-' if parts[1] % 5 == 0 else 'PO-'}{number:06d}"),
        "amount": kept(0, amount),
        "paid": kept(2, amount * (parts[3] % 11) // 10),
        "rate": kept(3, parts[0] * 13),
        "seen_on": kept(1, TODAY - parts[2] % 40),
        "due": kept(0, TODAY + 30 - parts[1] % 60),
        "closed": kept(3, parts[2] % 7 == 0),
        "confirmed": None if parts[3] % 3 else "yes",
    }
