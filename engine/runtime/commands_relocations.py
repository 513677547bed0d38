"""The commands ``app states``, ``app move`` and ``app move-back``: how many records are where, and moving them."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import Progress

from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError
from engine.runtime.commands import services
from engine.runtime.problems import NOT_A_PAIR
from engine.runtime.relocations import Moved, back, move, states


@click.command("states")
@click.argument("key", metavar="APP")
def show_states(key: str) -> None:
    """Show how many records of APP are in each state."""
    for form, counted in states(services().execution, key).items():
        for one in counted:
            mark = "\t停用 retired" if one.retired else ""
            click.echo(f"{form}\t{one.key}\t{one.labels.zh} {one.labels.en}\t{one.records}{mark}")


@click.command("move")
@click.argument("key", metavar="APP")
@click.argument("form")
@click.argument("pairs", nargs=-1, required=True, metavar="OLD=NEW…")
@click.option("--reason", required=True, help="Goes into the history of every record.")
@click.option("--yes", is_flag=True, help="Move them; without it, how many there are is shown.")
def move_records(key: str, form: str, pairs: tuple[str, ...], reason: str, yes: bool) -> None:
    """Move the records of FORM from states to others: `youju app move crm deal asking=review --reason …`."""
    wrong = [pair for pair in pairs if pair.count("=") != 1]
    if wrong:
        raise EngineError([NOT_A_PAIR.at(given=pair) for pair in wrong])
    moves = dict(pair.split("=") for pair in pairs)
    execution = services().execution
    counted = {one.key: one.records for one in states(execution, key).get(form, ())}
    total = sum(counted.get(origin, 0) for origin in moves)
    if not yes:
        for origin, target in moves.items():
            click.echo(f"- {origin} → {target}\t{counted.get(origin, 0)}")
        click.echo("什么都没有移动;加 --yes 移动 nothing was moved: --yes does")
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("迁移 moving", total=total)
        made = move(
            execution, Actor(None), key, form, moves, reason, lambda done: progress.update(task, completed=done)
        )
    _say(made)


@click.command("move-back")
@click.argument("key", metavar="APP")
@click.argument("id")
@click.option("--reason", required=True, help="Goes into the history of every record.")
@click.option("--most", type=click.IntRange(min=1), help="So many records at most; all of them unless stated.")
def move_back(key: str, id: str, reason: str, most: int | None) -> None:
    """Move back what the move ID has moved, but for records that have gone on since."""
    _say(back(services().execution, Actor(None), key, id, reason, most))


def _say(made: Moved) -> None:
    click.echo(f"✓ {made.id}\t已移动{made.moved}条 {made.moved} moved")
    if made.left:
        click.echo(f"! 还剩{made.left}条,再执行一次 {made.left} left: run it again")
    if made.passed:
        click.echo(f"! {made.passed}条没有移动 {made.passed} passed over")
    for one in made.first_passed:
        said = "; ".join(f"{problem.message.zh} {problem.message.en}" for problem in one.problems)
        click.echo(f"- {one.id}\t{said or '已不在那个状态 not in that state any more'}")
