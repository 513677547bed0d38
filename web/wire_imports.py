"""Imports as the API's JSON, and plans as it is sent them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from engine.kernel.problems import EngineError
from engine.runtime.importing.planning import Mode, Plan
from engine.runtime.importing.problems import NO_COLUMN
from web.problems import WRONG_SHAPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.kernel.canonical import Json
    from engine.runtime.importing.views import ImportView, Preview, PreviewRow, RefusedRow

PLAN_KEYS: Final = ("columns", "mode", "by", "clears", "transition")
_EXAMPLE: Final = '{"columns": {"名称": "name"}, "mode": "both", "by": ["name"]}'


def import_json(one: ImportView) -> Json:
    """Return how an import stands."""
    earlier = one.earlier
    return {
        "id": one.id,
        "app": one.app,
        "form": one.form,
        "name": one.name,
        "kind": one.kind,
        "state": one.state,
        "at": one.at,
        "columns": [{"name": name, "field": key} for name, key in zip(one.columns, one.plan.fields, strict=True)],
        "mode": one.plan.mode,
        "by": list(one.plan.by),
        "clears": one.plan.clears,
        "transition": one.plan.transition,
        "rows": one.rows,
        "left": one.left,
        "made": one.made,
        "changed": one.changed,
        "unchanged": one.unchanged,
        "refused": one.refused,
        "silent": one.silent,
        "errors": list(one.problems),
        "earlier": None if earlier is None else {"at": earlier.at, "made": earlier.made, "changed": earlier.changed},
    }


def preview_json(found: Preview) -> Json:
    """Return what would become of the first rows of an import."""
    return {
        "tried": found.tried,
        "make": found.make,
        "change": found.change,
        "same": found.same,
        "refuse": found.refuse,
        "rows": [_row_json(row) for row in found.rows],
        "refused": [_row_json(row) for row in found.refused],
        "errors": [problem.as_json() for problem in found.problems],
    }


def _row_json(row: PreviewRow) -> Json:
    problems = () if row.tried is None else row.tried.problems
    return {
        "line": row.line,
        "cells": list(row.cells),
        "outcome": None if row.tried is None else row.tried.outcome,
        "errors": [problem.as_json() for problem in problems],
    }


def refused_json(rows: tuple[RefusedRow, ...]) -> Json:
    """Return ``{"items": [{"line", "cells", "errors"}]}``."""
    return {"items": [{"line": row.line, "cells": list(row.cells), "errors": list(row.problems)} for row in rows]}


def plan_asked(one: ImportView, sent: Mapping[str, Json]) -> Plan:
    """Return the plan that was sent; what it does not say stays as it is. EngineError with all that is wrong."""
    columns, by = sent.get("columns", {}), sent.get("by", list(one.plan.by))
    mode, clears = sent.get("mode", one.plan.mode), sent.get("clears", one.plan.clears)
    transition = sent.get("transition", one.plan.transition)
    wrong = []
    if not isinstance(columns, dict) or not all(key is None or isinstance(key, str) for key in columns.values()):
        wrong.append(WRONG_SHAPE.at("columns", wanted_zh="列名和字段", wanted_en="Fields by columns", example=_EXAMPLE))
    if not isinstance(by, list) or not all(isinstance(key, str) for key in by):
        wrong.append(WRONG_SHAPE.at("by", wanted_zh="字段的列表", wanted_en="A list of fields", example=_EXAMPLE))
    if not isinstance(mode, str):
        wrong.append(WRONG_SHAPE.at("mode", wanted_zh="导入方式", wanted_en="A mode", example=_EXAMPLE))
    if not isinstance(clears, bool):
        wrong.append(WRONG_SHAPE.at("clears", wanted_zh="true 或 false", wanted_en="True or false", example=_EXAMPLE))
    if transition is not None and not isinstance(transition, str):
        wrong.append(WRONG_SHAPE.at("transition", wanted_zh="流转的键", wanted_en="A transition", example=_EXAMPLE))
    if wrong:
        raise EngineError(wrong)
    known = ", ".join(one.columns)
    strange = [NO_COLUMN.at(f"columns.{name}", name=name, known=known) for name in columns if name not in one.columns]
    if strange:
        raise EngineError(strange)
    pairs = zip(one.columns, one.plan.fields, strict=True)
    fields = tuple(columns.get(name, key) for name, key in pairs)
    return Plan(fields, cast("Mode", mode), tuple(by), clears, transition)
