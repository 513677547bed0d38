"""The command ``table``: show a decision table, look for its gaps and overlaps, ask it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

import click

from engine.kernel.canonical import Json, pretty
from engine.kernel.clocks import Day, date_of
from engine.kernel.problems import Problem
from engine.kernel.strict_json import read_json
from engine.language.cases import shown
from engine.language.decisions import Decision, Hit
from engine.language.tables import Cell, Column, DecisionTable, TableRow
from engine.rules.tables.analysing import analyse
from engine.runtime.commands import services
from engine.runtime.tables import ask_table, find_table


@click.group()
def table() -> None:
    """Decision tables: show, check, ask. 决策表。"""  # noqa: D415


@table.command("show")
@click.argument("app")
@click.argument("key")
def show_table(app: str, key: str) -> None:
    """Print the table KEY of APP, row by row. 显示决策表。"""  # noqa: D415
    for line in _lines(find_table(services().execution, app, key)):
        click.echo(line)


@table.command("check")
@click.argument("app")
@click.argument("key")
@click.option("--json", "as_json", is_flag=True, help="Print JSON. 输出 JSON。")
def check_table(app: str, key: str, as_json: bool) -> None:
    """Look for gaps, overlaps and rows without effect. 检查决策表。

    The exit code is 1 where rows of a unique table overlap.
    """  # noqa: D415
    found = analyse(find_table(services().execution, app, key))
    if as_json:
        listed: Json = [problem.as_json() for problem in found.findings]
        click.echo(pretty({"finished": found.finished, "findings": listed}), nl=False)
    else:
        for problem in found.findings:
            click.echo(_told(problem))
        if not found.findings:
            click.echo("没有发现空缺或重叠 No gaps, no overlaps ✓")
    if found.overlaps:
        sys.exit(1)


@table.command("decide")
@click.argument("app")
@click.argument("key")
@click.argument("inputs")
def ask(app: str, key: str, inputs: str) -> None:
    """Print as JSON what the table says for INPUTS, a JSON object: results, rows, policy. 用输入查表。"""  # noqa: D415
    click.echo(pretty(_answer(ask_table(services().execution, app, key, _object(inputs)))), nl=False)


def _object(written: str) -> Mapping[str, Json]:
    found = read_json(written.encode("utf-8"))
    if not isinstance(found, dict):
        message = 'a JSON object, as in {"amount": "100"}'
        raise click.BadParameter(message)
    return found


def _told(problem: Problem) -> str:
    return f"{problem.code} {problem.path}: {problem.message.zh} {problem.message.en}"


def _lines(found: DecisionTable) -> Iterator[str]:
    yield f"{found.labels.zh} {found.labels.en} ({found.key}) · {found.policy}"
    for row in found.rows:
        tests = " · ".join(_cells(found.inputs, row.when, "-"))
        results = " · ".join(_cells(found.outputs, row.then, "空 blank"))
        yield f"{row.number:>3}  {tests} → {results}{_period(row)}"
        if row.policy is not None:
            yield f"     {row.policy.zh} {row.policy.en}"


def _cells(columns: tuple[Column, ...], cells: Mapping[str, Cell], nothing: str) -> Iterator[str]:
    for column in columns:
        cell = cells.get(column.key)
        yield f"{column.labels.zh}: {nothing if cell is None else cell.source}"


def _period(row: TableRow) -> str:
    return "" if row.valid_from is row.valid_to is None else f"  [{_day(row.valid_from)} … {_day(row.valid_to)}]"


def _day(day: Day | None) -> str:
    return "" if day is None else date_of(day).isoformat()


def _answer(decision: Decision) -> Json:
    return {
        "table": decision.table.key,
        "results": {key: shown(value, kind) for key, (value, kind) in decision.results.items()},
        "rows": [_hit(decision.table, hit) for hit in decision.hits],
    }


def _hit(found: DecisionTable, hit: Hit) -> Json:
    row = hit.row
    return {
        "row": row.name,
        "number": row.number,
        "decides": hit.decides,
        "results": {column.key: shown(hit.results[column.key], column.type) for column in found.outputs},
        "policy": None if row.policy is None else row.policy.as_json(),
        "valid_from": _day(row.valid_from) or None,
        "valid_to": _day(row.valid_to) or None,
    }
