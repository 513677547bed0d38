"""The commands ``app export`` and ``app import``: a design as JSON, or an app with all that it holds as an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from engine.decision.changeset import Actor
from engine.kernel.canonical import Json, pretty
from engine.kernel.problems import EngineError
from engine.packs.archives.form import ENDING
from engine.packs.archives.taking_in import Taken, take_in
from engine.packs.archives.writing import Written, write_archive
from engine.runtime.commands import services
from engine.runtime.exporting import export_app, import_app
from engine.runtime.problems import NOT_WRITTEN
from engine.runtime.settings import write_whole

ONE_DESIGN = "一个 JSON 文件只放一个应用;多个应用请用 .zip。 A JSON file holds one app: for several, take a .zip."

SHOWN_NAMES = 20


@click.command("export")
@click.argument("keys", metavar="APP...", nargs=-1, required=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The file; printed unless given.")
@click.option(
    "--with-needs/--without-needs",
    default=True,
    show_default=True,
    help="Take the apps along that APP needs; of archives only.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON on what was written; of archives only.")
def export_command(keys: tuple[str, ...], output: Path | None, with_needs: bool, as_json: bool) -> None:
    """Write APP as one file; the same app gives the same bytes.

    Where the name of the file ends in .zip it is an archive with everything: all revisions, records, files, journal and
    people, but no passwords; of several apps, if need be. Else it is the design of one, as JSON.
    """
    try:
        if output is not None and is_archive(output):
            _say_written(_archived(keys, output, with_needs=with_needs), output, as_json=as_json)
            return
        if len(keys) > 1:
            raise click.UsageError(ONE_DESIGN)
        content = export_app(services().execution, keys[0])
        if output is None:
            click.echo(content, nl=False)
            return
        write_whole(output, content)
    except OSError as error:
        raise EngineError(NOT_WRITTEN.at("output", name=output and output.name, reason=error.strerror)) from error
    click.echo(f"{output} ✓")


def is_archive(path: Path) -> bool:
    """Tell whether a file is an archive, by the end of its name."""
    return path.suffix.lower() == ENDING


def _archived(keys: Sequence[str], output: Path, *, with_needs: bool) -> Written:
    with _bar("导出 export") as seen:
        return write_archive(services().execution, keys, output, seen, with_needs=with_needs)


def _say_written(done: Written, output: Path, *, as_json: bool) -> None:
    if as_json:
        counted = {"records": done.records, "entries": done.entries, "files": done.files, "people": done.people}
        said = {"file": str(output), "apps": list(done.apps), "digest": done.digest, "size": done.size, **counted}
        click.echo(pretty(said), nl=False)
        return
    click.echo(f"{', '.join(done.apps)} → {output} ✓")
    click.echo(_counted(done.records, done.entries, done.files, done.people))
    click.echo(f"SHA-256 {done.digest}")


def _counted(records: int, entries: int, files: int, people: int) -> str:
    return f"记录 records {records}, 日志 journal {entries}, 文件 files {files}, 人员 people {people}"


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_command(file: Path, as_json: bool) -> None:
    """Take in FILE, as ``app export`` writes it.

    An archive (.zip) brings apps with all that they hold to where they never were. A design (.json) is published as the
    next revision of its app; the same again changes nothing, and one that was changed by hand is taken without its
    digest.
    """
    if is_archive(file):
        _say_taken(_taken(file), as_json=as_json)
        return
    done = import_app(services().execution, file.read_bytes(), file.name, Actor(None))
    if as_json:
        click.echo(pretty({"app": done.app, "revision": done.revision, "changed": done.changed}), nl=False)
        return
    said = "" if done.changed else " (没有变化 unchanged)"
    click.echo(f"{done.app}: revision {done.revision}{said}")


def _first(names: Sequence[str]) -> str:
    more = len(names) - SHOWN_NAMES
    return " ".join(sorted(names)[:SHOWN_NAMES]) + (f" … (+{more}: youju user list)" if more > 0 else "")


def _taken(file: Path) -> Taken:
    with _bar("导入 import") as seen:
        return take_in(services().execution, file, seen)


def _say_taken(done: Taken, *, as_json: bool) -> None:
    counted = {"records": done.records, "entries": done.entries, "files": done.files}
    if as_json:
        said: Json = {"apps": dict(done.apps), "digest": done.digest, **counted}
        click.echo(pretty(said | {"people": list(done.people), "here": dict(done.here)}), nl=False)
        return
    for app, revision in done.apps.items():
        click.echo(f"{app}: revision {revision}")
    click.echo(_counted(done.records, done.entries, done.files, len(done.people) + len(done.here)))
    if done.people:
        click.echo(
            "新人员没有密码,也未启用:youju user password 姓名,youju user enable 姓名\n"
            "New people have no password and are not active: youju user password NAME, youju user enable NAME\n"
            f"  {_first(done.people)}"
        )


@contextmanager
def _bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far it is on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total or None)
