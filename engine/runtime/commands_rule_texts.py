"""The commands ``rule show``, ``parse``, ``fmt`` and ``check``: rules as text that people write and read."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from engine.catalog.apps import App, Catalog
from engine.catalog.rule_texts import names_in, problems_in, rule_as_text
from engine.kernel.canonical import Json, pretty
from engine.kernel.problems import EngineError, Problem
from engine.rules.problems import NOT_A_TEXT
from engine.rules.text.printing import print_rules
from engine.rules.text.reading import NamesOf, RuleText, nothing_known, read_rules
from engine.rules.text.syntax import syntax_problems, tidied
from engine.rules.text.words import Language
from engine.runtime.commands import services
from engine.runtime.problems import NO_APP

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LANGUAGES = click.Choice(["zh", "en"])
REFUSED = 1


@click.command("show")
@click.argument("app")
@click.argument("key")
@click.option("--lang", "language", type=LANGUAGES, default="en", show_default=True, help="The words of the text.")
@click.option("--labels", is_flag=True, help="Write labels for keys in its expressions.")
def show_rule(app: str, key: str, language: Language, labels: bool) -> None:
    """Print the published rule KEY of APP as text."""
    _, found = _installed(app)
    click.echo(rule_as_text(found, key, language, labels=labels), nl=False)


@click.command("parse")
@click.argument("file", type=FILE)
@click.option("--app", help="An installed app: labels of its forms, fields, states and roles stand for their keys.")
def parse_rules(file: Path, app: str | None) -> None:
    """Print the rules in FILE as JSON: one document, or a list of several."""
    source = _source(file)
    read = _read(file, source, nothing_known if app is None else names_in(_installed(app)[1].definition))
    _refuse(file, list(syntax_problems(read, source)) if app is None else [])
    documents: list[Json] = [rule.document for rule in read]
    click.echo(pretty(documents[0] if len(documents) == 1 else documents), nl=False)


@click.command("fmt")
@click.argument("file", type=FILE)
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 where FILE is laid out otherwise.")
@click.option("--lang", "language", type=LANGUAGES, help="The words of the text; those of its first rule unless given.")
@click.option("--app", help="An installed app: labels are written as keys.")
def format_rules(file: Path, check: bool, language: Language | None, app: str | None) -> None:
    """Lay out the rules in FILE as they are printed, comments and all."""
    source = _source(file)
    read = _read(file, source, nothing_known if app is None else names_in(_installed(app)[1].definition))
    laid_out = print_rules(map(tidied, read), language or read[0].language)
    if laid_out == source:
        return
    if check:
        click.echo(f"{file.name}: 尚未排版 not formatted", err=True)
        sys.exit(REFUSED)
    file.write_text(laid_out, encoding="utf-8", newline="\n")
    click.echo(f"{file.name} ✓")


@click.command("check")
@click.argument("file", type=FILE)
@click.option("--app", required=True, help="The installed app in which the rules would stand.")
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def check_rules(file: Path, app: str, as_json: bool) -> None:
    """Tell what is wrong with the rules in FILE as they would stand in an app; exit code 1 where something is."""
    source = _source(file)
    catalog, found = _installed(app)
    try:
        read = _read(file, source, names_in(found.definition))
        _refuse(file, problems_in(catalog, app, read, source))
    except EngineError as error:
        if not as_json:
            raise
        click.echo(pretty({"problems": [problem.as_json() for problem in error.problems]}), nl=False)
        sys.exit(REFUSED)
    click.echo(pretty({"problems": []}) if as_json else f"{len(read)} ✓", nl=not as_json)


def _installed(app: str) -> tuple[Catalog, App]:
    execution = services().execution
    with execution.database.read() as connection:
        catalog = execution.catalogs.current(connection).catalog
    if app not in catalog.apps:
        raise EngineError(NO_APP.at("app", app=app, known=", ".join(catalog.apps)))
    return catalog, catalog.apps[app]


def _source(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise EngineError(NOT_A_TEXT.at(file.name, name=file.name)) from None


def _read(file: Path, source: str, names: NamesOf) -> tuple[RuleText, ...]:
    try:
        return read_rules(source, names)
    except EngineError as error:
        raise EngineError(_in_file(file, error.problems)) from None


def _refuse(file: Path, found: list[Problem]) -> None:
    if found:
        raise EngineError(_in_file(file, tuple(found)))


def _in_file(file: Path, found: tuple[Problem, ...]) -> list[Problem]:
    return [replace(problem, path=f"{file.name}:{problem.path}") for problem in found]
