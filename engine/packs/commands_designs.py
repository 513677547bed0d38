"""The commands ``app check``, ``diff``, ``history`` and ``rollback``: a design before and after it is published."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import click

from engine.catalog.change_words import Said, say
from engine.catalog.comparing import compare
from engine.catalog.documents import Documents
from engine.decision.changeset import Actor
from engine.kernel.canonical import Json, pretty
from engine.kernel.clocks import moment_text
from engine.packs.reading import MANIFEST, find_pack, read_pack
from engine.runtime.commands import services
from engine.runtime.designs import Look, documents_of, history, look_over, lost_with, roll_back
from engine.runtime.execution import Execution
from engine.runtime.exporting import read_export, unmet_needs
from engine.runtime.needs import Needs

MARKS = {"added": "+", "removed": "-", "changed": "~", "moved": "↕"}
REFUSED = 1


@dataclass(frozen=True)
class Design:
    """What a name stands for: the documents of an app, the apps that it needs, and the file that says so."""

    documents: Documents
    needs: Needs
    place: str


def read_design(name: str) -> Design:
    """Return the design that a file of ``app export``, the folder of a pack or the key of one names."""
    path = Path(name)
    if path.is_file():
        found = read_export(path.read_bytes(), path.name)
        return Design(found.documents, found.needs, path.name)
    pack = read_pack(find_pack(name))
    return Design(pack.documents, pack.needs, MANIFEST)


@click.command("check")
@click.argument("design", metavar="FILE|FOLDER|PACK")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_app(design: str, as_json: bool) -> None:
    """Show what publishing a design would come to: problems, advice, changes and the records they touch.

    Nothing is changed. The exit code is 1 where publishing would be refused.
    """
    look = _looked_over(services().execution, read_design(design))
    if as_json:
        click.echo(pretty(_as_json(look)), nl=False)
    else:
        _show(look)
    if look.problems:
        sys.exit(REFUSED)


def _looked_over(execution: Execution, design: Design) -> Look:
    """Return what publishing comes to; where apps are missing, it is they: what refers to them is not broken."""
    look = look_over(execution, design.documents)
    with execution.database.read() as connection:
        unmet = tuple(unmet_needs(connection, design.needs, design.place))
    return replace(look, problems=unmet) if unmet else look


def _show(look: Look) -> None:
    now = "-" if look.revision is None else str(look.revision)
    click.echo(f"{look.app}\t修订 revision {now}")
    for mark, found in (("✗", look.problems), ("!", look.advice)):
        for problem in found:
            click.echo(f"{mark} {problem.code} {problem.path}: {problem.message.zh} {problem.message.en}")
    _show_changes(look.changes)
    for item in look.touched:
        click.echo(f"→ {item.what.zh} {item.what.en}")


def _show_changes(changes: Iterable[Said]) -> None:
    for item in changes:
        click.echo(f"{MARKS[item.kind]} {item.where.zh}: {item.what.zh} | {item.where.en}: {item.what.en}")


def _as_json(look: Look) -> Json:
    return {
        "app": look.app,
        "revision": look.revision,
        "problems": [problem.as_json() for problem in look.problems],
        "advice": [problem.as_json() for problem in look.advice],
        "changes": [_change_json(item) for item in look.changes],
        "touched": [
            {"what": item.what.as_json(), "path": item.place, "records": item.records, "exact": item.exact}
            for item in look.touched
        ],
    }


def _change_json(item: Said) -> Json:
    return {"kind": item.kind, "where": item.where.as_json(), "what": item.what.as_json(), "path": item.place}


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diff_apps(old: str, new: str, as_json: bool) -> None:
    """Say in words what differs between two designs.

    OLD and NEW are files of ``app export``, folders or keys of packs, or revisions here, as APP@NUMBER.
    """
    was, now = _named(old), _named(new)
    said = say(compare(was, now), was, now)
    if as_json:
        click.echo(pretty({"changes": [_change_json(item) for item in said]}), nl=False)
        return
    _show_changes(said)
    if not said:
        click.echo("没有差别 nothing differs")


def _named(name: str) -> Documents:
    app, at, number = name.rpartition("@")
    if at and number.isdecimal():
        return documents_of(services().execution, app, int(number))
    return read_design(name).documents


@click.command("history")
@click.argument("key", metavar="APP")
def show_history(key: str) -> None:
    """Show the revisions of APP, the newest first: number, when, by whom, digest."""
    opened = services()
    names = {person.id: person.name for person in opened.directory.everybody()}
    for item in history(opened.execution, key):
        who = names.get(item.user or "", item.user or "-")
        click.echo(f"{item.number}\t{moment_text(item.at)}\t{who}\t{item.digest[:12]}")


@click.command("rollback")
@click.argument("key", metavar="APP")
@click.argument("number", type=int, metavar="REVISION")
def roll_back_app(key: str, number: int) -> None:
    """Publish REVISION of APP once more, as the next one. What was removed since comes back with its data."""
    execution = services().execution
    gone = lost_with(execution, key, number)
    revision = roll_back(execution, key, number, Actor(None))
    click.echo(f"{key}: revision {revision} = {number} ✓")
    for problem in gone:
        click.echo(f"! {problem.code} {problem.path}: {problem.message.zh} {problem.message.en}")
        click.echo(f"    {problem.hint.zh} {problem.hint.en}")
