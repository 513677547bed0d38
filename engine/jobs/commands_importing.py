"""The command ``records import``: a file becomes records in front of whoever waits for it, and can be gone on with."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
from rich.console import Console
from rich.progress import Progress

from engine.jobs.importing import take_rows
from engine.kernel.problems import EngineError
from engine.runtime.commands import is_chinese, services
from engine.runtime.importing.planning import MODES, Mode, Plan
from engine.runtime.importing.problems import NO_COLUMN
from engine.runtime.importing.refused import said
from engine.runtime.importing.views import ImportView
from engine.runtime.problems import NO_USER

if TYPE_CHECKING:
    from engine.runtime.services import Services
    from engine.runtime.views import Viewer

ONE_OF = "say FILE, or --resume"
NOT_WHOLE = 1
"""The exit code where some row was refused."""


@click.command("import")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--form", "named", required=True, metavar="APP.FORM", help="The form that the rows become records of.")
@click.option("--user", required=True, help="The user name of whoever imports: their rights hold, and their name.")
@click.option(
    "--map", "pairs", multiple=True, metavar="COLUMN=FIELD", help="What a column is; “COLUMN=” leaves it out."
)
@click.option("--mode", type=click.Choice(MODES), help="Each row makes a record, changes the one of its key, or both.")
@click.option("--key", "by", multiple=True, metavar="FIELD", help="The fields by which records are found.")
@click.option("--clear", is_flag=True, help="A blank cell empties the value of a record that is there.")
@click.option("--transition", help="The transition by which new records go on.")
@click.option("--dry-run", is_flag=True, help="Show what would become of the first rows; nothing is imported.")
@click.option("--resume", metavar="ID", help="Go on with an import that was interrupted; without FILE.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the refused rows.")
def import_records(  # noqa: PLR0913, PLR0917 - the options of a command
    file: Path | None,
    named: str,
    user: str,
    pairs: tuple[str, ...],
    mode: str | None,
    by: tuple[str, ...],
    clear: bool,
    transition: str | None,
    dry_run: bool,
    resume: str | None,
    refused: Path | None,
) -> None:
    """Import the rows of FILE (.xlsx, .csv, or a JSON object on each line) as records of a form.

    Columns are taken for the fields of their names, unless --map says otherwise. Interrupted at any moment, it goes on
    with --resume, and no row is taken twice. Exit code 1 where some row was refused.
    """
    opened = services()
    app, dot, form = named.partition(".")
    if not dot:
        raise click.BadParameter(named, param_hint="--form APP.FORM")
    viewer = _viewer(opened, user)
    if (file is None) == (resume is None):
        raise click.UsageError(ONE_OF)
    if resume is not None:
        one = opened.imports.resume(viewer, app, form, resume, by_jobs=False)
    else:
        one = _brought(opened, viewer, (app, form), cast("Path", file))
        changed = _plan(one, pairs, mode, by)
        one = opened.imports.plan(viewer, app, form, one.id, replace(changed, clears=clear, transition=transition))
        if dry_run:
            _show(opened, viewer, one)
            return
        one = opened.imports.start(viewer, app, form, one.id, by_jobs=False)
    click.echo(f"{one.id}", err=True)
    one = _carried(opened, viewer, one)
    _tell(opened, viewer, one, refused)


def _viewer(opened: Services, user: str) -> Viewer:
    found = next((one.id for one in opened.directory.everybody() if one.name == user), None)
    if found is None:
        raise EngineError(NO_USER.at("user", name=user))
    return opened.directory.viewer(found)


def _brought(opened: Services, viewer: Viewer, form: tuple[str, str], file: Path) -> ImportView:
    with file.open("rb") as source:
        return opened.imports.bring(viewer, *form, source, file.name)


def _plan(one: ImportView, pairs: tuple[str, ...], mode: str | None, by: tuple[str, ...]) -> Plan:
    """Return the plan of an import with what was said of it."""
    fields = list(one.plan.fields)
    for pair in pairs:
        column, _, key = pair.rpartition("=")
        if column not in one.columns:
            raise EngineError(NO_COLUMN.at("map", name=column or pair, known=", ".join(one.columns)))
        fields[one.columns.index(column)] = key or None
    wanted = mode or ("both" if by else one.plan.mode)
    return replace(one.plan, fields=tuple(fields), mode=cast("Mode", wanted), by=by or one.plan.by)


def _show(opened: Services, viewer: Viewer, one: ImportView) -> None:
    found = opened.imports.preview(viewer, one.app, one.form, one.id)
    pairs = zip(one.columns, one.plan.fields, strict=True)
    click.echo("\n".join(f"{column}\t{key or '-'}" for column, key in pairs))
    click.echo(
        f"前{found.tried}行 first {found.tried} of {one.rows}: 新建 make {found.make}, 更新 change {found.change}, "
        f"不变 same {found.same}, 拒绝 refuse {found.refuse}"
    )
    language = "zh" if is_chinese() else "en"
    for row in found.refused:
        why = () if row.tried is None else row.tried.problems
        click.echo(f"- {row.line}\t{said((problem.as_json() for problem in why), language)}")


def _carried(opened: Services, viewer: Viewer, one: ImportView) -> ImportView:
    """Carry an import on to its end, and show how far it is."""
    execution = opened.execution
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("导入 importing", total=one.rows, completed=one.rows - one.left)
        more = True
        while more:
            more = execution.attempt(partial(take_rows, execution, id=one.id))
            now = opened.imports.look(viewer, one.app, one.form, one.id)
            progress.update(task, completed=now.rows - now.left)
    return now


def _tell(opened: Services, viewer: Viewer, one: ImportView, target: Path | None) -> None:
    mark = "✓" if one.state == "done" else "!"
    click.echo(
        f"{mark} {one.id}\t新建 made {one.made}, 更新 changed {one.changed}, 不变 unchanged {one.unchanged}, "
        f"拒绝 refused {one.refused}, 剩余 left {one.left}"
    )
    if one.problems:
        click.echo(f"! {said(one.problems, 'zh' if is_chinese() else 'en')}")
    if target is not None:
        with target.open("wb") as out:
            for piece in opened.imports.refused_file(viewer, one.app, one.form, one.id):
                out.write(piece)
    if one.refused or one.state != "done":
        click.get_current_context().exit(NOT_WHOLE)
