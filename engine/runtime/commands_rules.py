"""The command ``rule``: why a rule does, or does not, do something about one record."""

from __future__ import annotations

import click

from engine.kernel.problems import EngineError, Text
from engine.runtime.commands import services
from engine.runtime.explaining import PartView, RuleExplanation
from engine.runtime.problems import NO_USER

MARKS = {True: "✓", False: "✗", None: "·"}
VERDICTS = {
    True: Text("现在满足条件", "it holds now"),
    False: Text("不满足条件", "it does not hold"),
    None: Text("有无权查看的条件", "it looks at what this user may not see"),
}
JOINED = {"all": "全部满足 all of", "any": "满足其一 any of", "not": "不满足 not"}


@click.group()
def rule() -> None:
    """Rules: why they fire or not."""


@rule.command("explain")
@click.argument("app")
@click.argument("form")
@click.argument("record")
@click.argument("key")
@click.option("--as", "name", required=True, help="The user with whose rights it is answered.")
def explain_rule(app: str, form: str, record: str, key: str, name: str) -> None:
    """Tell why the rule KEY does, or does not, do something about one record now."""
    opened = services()
    person = next((item.id for item in opened.directory.everybody() if item.name == name), None)
    if person is None:
        raise EngineError(NO_USER.at("as", name=name))
    found = opened.explaining.explain(opened.directory.viewer(person), app, form, record, key)
    for line in _lines(found):
        click.echo(line)


def _lines(found: RuleExplanation) -> list[str]:
    verdict = VERDICTS[found.rule.holds]
    lines = [f"{found.rule.labels.zh} {found.rule.labels.en} ({found.rule.key}), {found.at}: {verdict.zh} {verdict.en}"]
    if not found.rule.enabled:
        lines.append("规则已停用 The rule is disabled")
    lines += [f"  {text.zh}\n  {text.en}" for text in found.because]
    if found.condition is not None:
        lines += ["", *_tree(found.condition, 0)]
    if found.next_at is not None:
        lines.append(f"下次检查 next look: {found.next_at}")
    lines += [
        f"{run.at} {MARKS[run.fired]} {', '.join(run.actions)} {run.error.zh if run.error else ''}".rstrip()
        for run in found.runs
    ]
    return lines


def _tree(part: PartView, depth: int) -> list[str]:
    words = JOINED.get(part.joins, part.words.zh)
    value = f" = {part.shown.zh or '空'}" if part.holds is None and not part.closed else ""
    return [
        f"{'  ' * depth}{MARKS[part.holds]} {words}{value}",
        *(line for inner in part.parts for line in _tree(inner, depth + 1)),
    ]
