"""The command ``rule``: why a rule does, or does not, do something about one record."""

from __future__ import annotations

from collections.abc import Iterator

import click

from engine.kernel.problems import EngineError, Text
from engine.runtime.commands import services
from engine.runtime.explanations import PartView, RuleExplanation
from engine.runtime.problems import NO_USER

MARKS = {True: "✓", False: "✗", None: "·"}
VERDICTS = {
    True: Text("现在满足条件", "it holds now"),
    False: Text("不满足条件", "it does not hold"),
    None: Text("有无权查看的条件", "it looks at what this user may not see"),
}
JOINED = {"all": Text("全部成立", "all of"), "any": Text("成立其一", "any of"), "not": Text("不成立", "not")}


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
    lines += [f"{item.words.zh} {item.words.en}" for item in found.kept_by]
    lines += [f"  {text.zh}\n  {text.en}" for text in found.because]
    if found.condition is not None:
        lines += ["", *part_lines(found.condition, "zh"), "", *part_lines(found.condition, "en")]
    if found.next_at is not None:
        lines.append(f"下次检查 next look: {found.next_at}")
    for run in found.runs:
        lines.append(
            f"{run.at} {MARKS[run.fired]} {', '.join(run.actions)} {run.error.zh if run.error else ''}".rstrip()
        )
        lines += [f"  查表 by the table: {words.zh} {words.en}" for words in run.told]
    return lines


def part_lines(part: PartView, speech: str, depth: int = 0) -> Iterator[str]:
    """Yield a line for every part of a condition: whether it holds, what it says, and the value of what it reads."""
    words = (JOINED.get(part.joins) or part.words).in_language(speech)
    empty = Text("空", "empty").in_language(speech)
    value = f" = {part.shown.in_language(speech) or empty}" if part.holds is None and part.joins == "value" else ""
    yield f"{'  ' * depth}{MARKS[part.holds]} {words}{'' if part.closed else value}"
    for inner in part.parts:
        yield from part_lines(inner, speech, depth + 1)
