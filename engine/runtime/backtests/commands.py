"""The command ``rule backtest``: what a changed rule would have come to in a period, in words or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from types import MappingProxyType

import click

from engine.kernel.canonical import Json, pretty
from engine.kernel.problems import EngineError, Text
from engine.runtime.backtests.views import Asked, BackTest, Sum
from engine.runtime.commands import services
from engine.runtime.problems import NO_USER

KINDS = MappingProxyType(
    {
        "same": Text("一样", "the same"),
        "later": Text("更晚", "later"),
        "earlier": Text("更早", "earlier"),
        "gone": Text("不再触发", "no more"),
        "added": Text("新触发", "newly"),
    }
)


@click.command("backtest")
@click.argument("app")
@click.argument("key")
@click.option("--as", "name", required=True, help="The user with whose rights it is answered.")
@click.option("--over", "days", required=True, nargs=2, metavar="FIRST LAST", help="The days, as year-month-day.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Another value of a parameter.")
@click.option("--draft", is_flag=True, help="The rule as the draft has it.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def backtest_rule(
    app: str, key: str, name: str, days: tuple[str, str], settings: tuple[str, ...], *, draft: bool, as_json: bool
) -> None:
    """Try the rule KEY, as changed, on the past, against the one in use. Nothing is written."""
    opened = services()
    person = next((item.id for item in opened.directory.everybody() if item.name == name), None)
    if person is None:
        raise EngineError(NO_USER.at("as", name=name))
    asked = Asked(app, key, *days, dict(_settings(settings)), draft)
    found = opened.backtests.run(opened.directory.viewer(person), asked)
    if as_json:
        click.echo(pretty(asdict(found)), nl=False)
        return
    for line in _lines(found):
        click.echo(line)


def _settings(given: Iterable[str]) -> Iterator[tuple[str, Json]]:
    for one in given:
        key, sign, value = one.partition("=")
        if not sign:
            raise click.BadParameter(one, param_hint="--set")
        yield key, json.loads(value) if value[:1] in ("[", "{") or value in {"true", "false", "null"} else value


def _lines(found: BackTest) -> Iterator[str]:
    yield f"{found.labels.zh} {found.labels.en} ({found.rule}), {found.first} – {found.last}"
    looks = f"查看{found.looks}次 {found.looks} looks"
    yield f"{looks}; 现在 as it is {_sum(found.old)}; 改后 as changed {_sum(found.new)}"
    for kind, total in sorted(found.totals.items()):
        yield f"  {KINDS[kind].zh} {KINDS[kind].en}: {_sum(total)}"
    for item in found.differing:
        yield f"{item.id} {item.title}: {item.old_at or '—'} → {item.new_at or '—'} {KINDS[item.kind].en}"
        yield from (f"  {text.zh}\n  {text.en}" for text in item.because)
    if found.unseen:
        yield f"另有{found.unseen}条无权查看 {found.unseen} more that this user may not see"


def _sum(total: Sum) -> str:
    return str(total.count) if total.money is None else f"{total.count} ({total.money})"
