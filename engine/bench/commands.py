"""The command ``bench``: runs benchmarks and prints a line for each figure."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import click

from engine.bench import language
from engine.bench.boards import board_lines
from engine.bench.evaluating import CASES, QUICK_CASES, evaluating_lines
from engine.bench.javascript import javascript_lines
from engine.bench.jobs import job_lines, made_beside
from engine.bench.measuring import ROUNDS, Line
from engine.bench.pushing import push_lines
from engine.bench.records.lines import record_lines
from engine.bench.rules import rule_lines
from engine.runtime.settings import REDIS_URL, Settings
from engine.storage.javascript import LEAST_NODE, NODE_VARIABLE, find_node

QUICK_ROUNDS = 5
SQL_ROUNDS = 9
DATABASE_VARIABLE = "YOUJU_DATABASE_URL"

RECORDS, QUICK_RECORDS = 100_000, 20_000
ROWS, QUICK_ROWS = 1_000_000, 100_000


def lang(*, quick: bool, database: str | None) -> Iterator[Line]:
    """Yield the figures of the rule language on every back end in reach."""
    records, rows = (QUICK_RECORDS, QUICK_ROWS) if quick else (RECORDS, ROWS)
    rounds, sql_rounds = (QUICK_ROUNDS, QUICK_ROUNDS) if quick else (ROUNDS, SQL_ROUNDS)
    yield from language.compile_lines()
    yield from language.malformed_lines()
    yield from language.python_lines(records, rounds)
    yield from javascript_lines(records, rounds)
    yield from evaluating_lines(QUICK_CASES if quick else CASES, database or "")
    with tempfile.TemporaryDirectory(prefix="youju-bench-") as folder:
        yield from language.sql_lines(f"sqlite:///{Path(folder) / 'bench.db'}", rows, sql_rounds)
    if database is not None:
        yield from language.sql_lines(database, rows, sql_rounds)


def rules(*, quick: bool, database: str | None) -> Iterator[Line]:
    """Yield the figures of a scheduled rule and of its back-test; ``database`` has to be an empty one."""
    rows, rounds = (QUICK_ROWS, QUICK_ROUNDS) if quick else (ROWS, SQL_ROUNDS)
    with tempfile.TemporaryDirectory(prefix="youju-bench-") as folder:
        yield from rule_lines(f"sqlite:///{Path(folder) / 'bench.db'}", rows, rounds)
    if database is not None:
        yield from rule_lines(database, rows, rounds)


def boards(*, quick: bool, database: str | None) -> Iterator[Line]:
    """Yield the figures of a board over many records; ``database`` has to be an empty one."""
    rows, rounds = (QUICK_ROWS, QUICK_ROUNDS) if quick else (ROWS, SQL_ROUNDS)
    with tempfile.TemporaryDirectory(prefix="youju-bench-") as folder:
        yield from board_lines(f"sqlite:///{Path(folder) / 'bench.db'}", rows, rounds)
    if database is not None:
        yield from board_lines(database, rows, rounds)


def jobs(*, quick: bool, database: str | None) -> Iterator[Line]:
    """Yield how soon messages are delivered; on a database made and dropped beside ``database``."""
    redis = os.environ.get(REDIS_URL) or None
    if redis is None:
        click.echo(f"RQ is left out: {REDIS_URL} · 没有给出 Redis", err=True)
    yield from job_lines(quick=quick, database=database, redis=redis)


def push(*, quick: bool, database: str | None) -> Iterator[Line]:
    """Yield how soon open pages hear of changes; on a database made and dropped beside ``database``."""
    with tempfile.TemporaryDirectory(prefix="youju-bench-") as folder:
        home = Path(folder)
        yield from push_lines("SQLite", Settings(home / "s", f"sqlite:///{home / 'bench.db'}"), quick=quick)
        if database is not None:
            with made_beside(database) as url:
                yield from push_lines("PostgreSQL", Settings(home / "p", url), quick=quick)


def records(*, quick: bool, database: str | None) -> Iterator[Line]:
    """Yield the figures of records submitted, listed and opened; on databases made and dropped beside ``database``."""
    rows, rounds = (QUICK_ROWS, QUICK_ROUNDS) if quick else (ROWS, SQL_ROUNDS)
    yield from record_lines(database, rows, rounds)


BENCHMARKS: Mapping[str, Callable[..., Iterator[Line]]] = MappingProxyType(
    {"lang": lang, "rules": rules, "boards": boards, "jobs": jobs, "push": push, "records": records}
)


@click.command()
@click.argument("name", type=click.Choice(sorted(BENCHMARKS)))
@click.option("--quick", is_flag=True, help="Fewer records and rounds: a look, no verdict. 少量数据,只看大概。")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one line each. 每行一个 JSON。")
@click.option(
    "--database",
    help=f"The URL of a PostgreSQL database for a table that is made and dropped; {DATABASE_VARIABLE} if not given."
    " 用来建一张临时表的 PostgreSQL 库。",
)
def bench(name: str, quick: bool, as_json: bool, database: str | None) -> None:
    """Measure against what one would write by hand, in the same run. 与手写代码同场比较。

    Exit code 1 where a bound is passed, but never of --quick. 超出界限时退出码为 1(--quick 除外)。
    """  # noqa: D415
    url = database or os.environ.get(DATABASE_VARIABLE, "")
    server = url if url.startswith("postgresql") else None
    if server is None:
        click.echo(f"PostgreSQL is left out: --database or {DATABASE_VARIABLE} · 没有给出 PostgreSQL", err=True)
    if find_node() is None:
        click.echo(
            f"JavaScript is left out: Node.js {LEAST_NODE} or newer, {NODE_VARIABLE} · 没有找到 Node.js", err=True
        )
    held = True
    for line in BENCHMARKS[name](quick=quick, database=server):
        held = held and line.holds
        for text in language.as_text([line], as_json=as_json):
            click.echo(text)
    if not held and not quick:
        sys.exit(1)
