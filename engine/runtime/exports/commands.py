"""The command ``records export``: a user's records into a file, with that user's rights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.kernel.problems import EngineError
from engine.runtime.commands import services
from engine.runtime.exports.asking import ENDINGS, Asked
from engine.runtime.exports.problems import NO_SUCH_FORMAT
from engine.runtime.problems import NO_USER

if TYPE_CHECKING:
    from collections.abc import Iterable


@click.group()
def records() -> None:
    """Records: take them away as files."""


@records.command("export")
@click.argument("app")
@click.argument("form")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "name", required=True, help="The user with whose rights records are read.")
@click.option("--filter", "condition", help="Only records that meet this condition, in the language of filters.")
@click.option("--sort", help="The field to sort by, with - before it for the highest first.")
@click.option("--field", "fields", multiple=True, help="A column, by its key; may be given often. All that are usual.")
@click.option("--format", "ending", type=click.Choice(ENDINGS), help="The format, where the file's name says none.")
def export_records(  # noqa: PLR0913, PLR0917 - each is an option of the command
    app: str,
    form: str,
    file: Path,
    name: str,
    condition: str | None,
    sort: str | None,
    fields: tuple[str, ...],
    ending: str | None,
) -> None:
    """Write the records of a form into FILE: NDJSON, CSV or Excel, by the ending of its name; - is standard output."""
    opened = services()
    person = next((item.id for item in opened.directory.everybody() if item.name == name), None)
    if person is None:
        raise EngineError(NO_USER.at("as", name=name))
    kind = ending or file.suffix.removeprefix(".").lower()
    if kind not in ENDINGS:
        raise EngineError(NO_SUCH_FORMAT.at("file", ending=kind, known=", ".join(f".{one}" for one in ENDINGS)))
    made = opened.exports.make(opened.directory.viewer(person), Asked(app, form, condition, sort, fields), kind)
    try:
        _write(made.pieces, file)
    finally:
        made.pieces.close()


def _write(pieces: Iterable[bytes], file: Path) -> None:
    """Write a file that is there under its name only when it is whole."""
    if str(file) == "-":
        with click.open_file("-", "wb") as out:
            out.writelines(pieces)
        return
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as out:
            out.writelines(pieces)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
