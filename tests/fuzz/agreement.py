"""A campaign of agreement: random expressions over hostile rows, on all four back ends.

    python -m tests.fuzz.agreement --expressions 20000 --rows 100 --seed 1

It tells how many values were compared and every disagreement, and ends with status 1 if there was one. The same seed
gives the same expressions and rows.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import cycle

import click
import sqlalchemy as sa

from engine.kernel.problems import EngineError
from engine.language.backends.sql.queries import from_database, to_condition, to_value
from engine.language.cases import shown
from engine.language.compiling import compile_expression
from engine.language.expressions import expression_of
from engine.language.tree import Not
from engine.language.types import BooleanType
from tests.property.language.generating import BOUNDS, KINDS, chosen
from tests.property.language.pages import Page
from tests.property.language.worlds import APP, SCOPE, ZONES, Database, made_rows, plain
from tests.support.postgres import running_postgres

BATCH = 40
"""Expressions that one SELECT and one request of the page evaluate together."""

DEEPEST = 4


@dataclass
class Campaign:
    """The world on every back end, and what has come out so far."""

    rows: dict
    databases: list
    page: Page
    counts: Counter = field(default_factory=Counter)
    disagreements: list = field(default_factory=list)

    def run(self, sources, zone):
        """Compare all back ends over some expressions; a batch that a database refuses is run one by one."""
        expressions = [made for made in map(self._compiled, sources) if made is not None]
        world, deals = plain(self.rows, zone), self.rows[APP, "deal"]
        expected = [{row["id"]: one.evaluate(row, world) for row in deals} for one in expressions]
        held = [{row["id"] for row in deals if one.holds(row, world)} for one in expressions]
        for database in self.databases:
            answers = self._asked(database, expressions, zone)
            for expression, values, true, answer in zip(expressions, expected, held, answers, strict=True):
                self._judge(database.dialect, expression, zone, values, answer[0])
                if isinstance(expression.type, BooleanType):
                    filters = {row["id"]: (row["id"] in true, row["id"] not in true) for row in deals}
                    self._judge(f"{database.dialect} filter", expression, zone, filters, answer[1])
        shown_values = [
            {key: shown(value, one.type) for key, value in values.items()}
            for one, values in zip(expressions, expected, strict=True)
        ]
        for expression, values, answer in zip(
            expressions, shown_values, self.page.answers(expressions, zone), strict=True
        ):
            self._judge("javascript", expression, zone, values, answer)

    def _compiled(self, source):
        try:
            made = compile_expression(source, SCOPE)
        except EngineError as error:
            codes = {problem.code for problem in error.problems}
            if not codes <= BOUNDS:
                self.disagreements.append((source, f"does not compile: {', '.join(sorted(codes))}"))
            self.counts["refused"] += 1
            return None
        self.counts["expressions"] += 1
        return made

    def _asked(self, database, expressions, zone):
        try:
            return _selected(database, expressions, zone)
        except sa.exc.DBAPIError as error:
            database.connection.rollback()
            if len(expressions) == 1:
                return [(str(error.orig), str(error.orig))]
            return [answer for one in expressions for answer in self._asked(database, [one], zone)]

    def _judge(self, name, expression, zone, expected, answer):
        self.counts[name] += len(expected)
        if answer == expected:
            return
        if not isinstance(answer, dict):
            self.disagreements.append((expression.source, f"{name}, {zone}: {answer}"))
            return
        key = next(key for key in expected if answer.get(key) != expected[key])
        row = next(row for row in self.rows[APP, "deal"] if row["id"] == key)
        read = {name: row[name] for name in sorted(expression.reads.fields)}
        told = f"{name}, {zone}, {key}: {answer.get(key)!r} instead of {expected[key]!r} with {read}"
        self.disagreements.append((expression.source, told))


def _selected(database, expressions, zone):
    """The values of each expression by id, and of a condition whether it and its opposite let the row in."""
    deal, scope = database.tables["deal"], database.scope(zone)
    columns = []
    for number, one in enumerate(expressions):
        columns.append(to_value(one, scope).label(f"value_{number}"))
        if isinstance(one.type, BooleanType):
            opposite = expression_of(one.source, Not(one.tree))
            columns += [
                to_condition(each, scope).label(f"{name}_{number}") for name, each in (("is", one), ("no", opposite))
            ]
    found = database.connection.execute(sa.select(deal.c.id.label("id"), *columns)).mappings().all()
    return [
        (
            {row["id"]: from_database(row[f"value_{number}"], one.type, database.dialect) for row in found},
            {row["id"]: (bool(row.get(f"is_{number}")), bool(row.get(f"no_{number}"))) for row in found},
        )
        for number, one in enumerate(expressions)
    ]


@click.command()
@click.option("--expressions", default=2_000, show_default=True)
@click.option("--rows", "row_count", default=100, show_default=True)
@click.option("--seed", default=1, show_default=True)
def campaign(expressions, row_count, seed):
    """Compare all back ends."""
    chance, began = random.Random(seed), time.monotonic()  # noqa: S311
    rows = made_rows(seed, row_count)
    with ExitStack() as opened:
        server = opened.enter_context(running_postgres())
        databases = [
            opened.enter_context(closing(Database(url, rows))) for url in ("sqlite://", server.create("campaign"))
        ]
        databases[1].connection.exec_driver_sql("SET jit = off")
        run = Campaign(rows, databases, opened.enter_context(closing(Page(rows))))
        for zone in cycle(ZONES):
            wanted = min(BATCH, expressions - run.counts["expressions"])
            if wanted <= 0:
                break
            run.run([chosen(chance, chance.choice(KINDS), chance.randint(0, DEEPEST)) for _ in range(wanted)], zone)
            click.echo(
                f"\r{run.counts['expressions']} expressions, {len(run.disagreements)} disagreements", nl=False, err=True
            )
    click.echo(f"\n{row_count} rows, seed {seed}, {time.monotonic() - began:.0f} s: {dict(run.counts)}")
    for source, told in sorted(run.disagreements, key=lambda found: len(found[0])):
        click.echo(f"\n{source}\n  {told}")
    click.echo(f"{len(run.disagreements)} disagreements")
    sys.exit(bool(run.disagreements))


if __name__ == "__main__":
    campaign()
