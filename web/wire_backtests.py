"""The JSON of back-tests: what is asked of the past of a rule, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.runtime.backtests.views import Asked, BackTest, Sum
from web.payloads import body, flag
from web.problems import UNKNOWN_KEY, WRONG_SHAPE

if TYPE_CHECKING:
    from engine.kernel.problems import Problem

KNOWN = ("first", "last", "parameters", "draft")


def backtest_asked(app: str, key: str) -> Asked:
    """Return what the body of a request asks of the past of a rule; EngineError with every mistake in it."""
    sent = body()
    problems = [UNKNOWN_KEY.at(name, key=name, known=", ".join(KNOWN)) for name in sent if name not in KNOWN]
    problems += [_a_day(name) for name in ("first", "last") if not isinstance(sent.get(name), str)]
    parameters = sent.get("parameters", {})
    if not isinstance(parameters, dict):
        example = '{"parameters": {"idle.days": "20"}}'
        problems.append(WRONG_SHAPE.at("parameters", wanted_zh="对象", wanted_en="An object", example=example))
    if problems:
        raise EngineError(problems)
    return Asked(app, key, sent["first"], sent["last"], parameters, flag(sent, "draft", otherwise=False))


def _a_day(name: str) -> Problem:
    return WRONG_SHAPE.at(name, wanted_zh="日期", wanted_en="A day", example=f'{{"{name}": "2026-07-01"}}')


def backtest_json(found: BackTest) -> Json:
    """Return ``{"rule", "form", "first", "last", "looks", "every", "money", "old", "new", "totals", …}``."""
    return {
        "rule": found.rule,
        "form": found.form,
        "first": found.first,
        "last": found.last,
        "looks": found.looks,
        "every": found.every,
        "money": found.money,
        "old": _sum(found.old),
        "new": _sum(found.new),
        "totals": {kind: _sum(total) for kind, total in sorted(found.totals.items())},
        "differing": [
            {
                "id": item.id,
                "title": item.title,
                "kind": item.kind,
                "old_at": item.old_at,
                "new_at": item.new_at,
                "money": item.money,
                "because": [text.as_json() for text in item.because],
            }
            for item in found.differing
        ],
        "unseen": found.unseen,
    }


def _sum(total: Sum) -> Json:
    return {"count": total.count, "money": total.money}
