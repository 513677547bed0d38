"""The command ``app purge``: what was removed from a design and is kept, shown, and destroyed where that is said."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import Progress

from engine.decision.changeset import Actor
from engine.kernel.canonical import Json, pretty
from engine.kernel.problems import EngineError
from engine.runtime.commands import services
from engine.runtime.problems import NOT_REMOVED
from engine.runtime.purging import Retired, purge, retired


@click.command("purge")
@click.argument("key", metavar="APP")
@click.option("--field", "fields", multiple=True, metavar="FORM.FIELD", help="This removed field; may be repeated.")
@click.option("--form", "forms", multiple=True, metavar="FORM", help="This removed form; may be repeated.")
@click.option("--yes", is_flag=True, help="Destroy it. Nothing brings it back.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def purge_app(key: str, fields: tuple[str, ...], forms: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Show what APP keeps of removed forms and fields; with --yes destroy it, in records, files and journal.

    Without --field and --form it is all of it. Until then `youju app rollback` brings all of it back.
    """
    execution = services().execution
    listed = retired(execution, key)
    named = {*fields, *forms}
    wrong = [name for name in fields if "." not in name] + [name for name in forms if "." in name]
    unknown = sorted((named - {one.name for one in listed}) | set(wrong))
    if unknown:
        known = ", ".join(one.name for one in listed) or "-"
        raise EngineError([NOT_REMOVED.at(name, name=name, known=known) for name in unknown])
    chosen = tuple(one for one in listed if not named or one.name in named)
    if yes and chosen:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("清除 purging", total=sum(one.kept.records for one in chosen))
            confirmed = {one.name: one.kept for one in chosen}
            purge(execution, key, confirmed, Actor(None), lambda done: progress.update(task, completed=done))
    if as_json:
        click.echo(pretty({"app": key, "purged": yes, "items": [_json(one) for one in chosen]}), nl=False)
        return
    _show(chosen, yes)


def _show(chosen: tuple[Retired, ...], yes: bool) -> None:
    mark = "✓" if yes else "-"
    for one in chosen:
        kept = one.kept
        zh = f"{kept.records}条记录 {kept.entries}条日志 {kept.files}个文件"
        en = f"{kept.records} records, {kept.entries} entries, {kept.files} files"
        click.echo(f"{mark} {one.name}\t{one.labels.zh} {one.labels.en}\t{zh} {en}")
    if not chosen:
        click.echo("没有移除后还保留的数据 nothing is kept of anything removed")
    elif yes:
        click.echo("已清除,不能再恢复 purged: nothing brings it back")
    else:
        click.echo("什么都没有清除;加 --yes 清除 nothing was purged: --yes does")


def _json(one: Retired) -> Json:
    kept = one.kept
    counts = {"records": kept.records, "entries": kept.entries, "files": kept.files}
    return {"name": one.name, "labels": one.labels.as_json(), **counts}
