"""The ``youju`` command: it gathers the commands of all rooms and turns problems into words and exit codes."""

from __future__ import annotations

import sys
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress

from engine.bench.commands import bench
from engine.boot import Instance, open_instance, read_settings, travel_of
from engine.demo import demo_words, make_demo
from engine.doctor.commands import doctor
from engine.jobs.commands import jobs, scheduler, tick, worker
from engine.jobs.commands_importing import import_records
from engine.kernel.canonical import compact, pretty
from engine.kernel.problems import EngineError
from engine.packs.archives.commands import export_command, import_command
from engine.packs.commands import pack
from engine.packs.commands_designs import check_app, diff_apps, roll_back_app, show_history
from engine.runtime.backtests.commands import backtest_rule
from engine.runtime.commands import app, is_chinese, user
from engine.runtime.commands_connectors import connector, secret
from engine.runtime.commands_language import check, explain_, format_
from engine.runtime.commands_notify import notify
from engine.runtime.commands_purging import purge_app
from engine.runtime.commands_relocations import move_back, move_records, show_states
from engine.runtime.commands_rule_texts import check_rules, format_rules, parse_rules, show_rule
from engine.runtime.commands_rules import rule
from engine.runtime.commands_tables import table
from engine.runtime.commands_types import show_conversions
from engine.runtime.exports.commands import records
from engine.scenarios.commands import test_pack
from engine.standin.commands import demo_erp
from engine.storage.commands_language import lang

if TYPE_CHECKING:
    from datetime import datetime

GROUP = "youju.commands"
REFUSED, USAGE, ENVIRONMENT = 1, 2, 3
ENVIRONMENT_CODES = (
    "STORE-001",
    "STORE-002",
    "STORE-003",
    "STORE-004",
    "STORE-005",
    "RUN-035",
    "STAND-023",
    "STAND-024",
)
USAGE_CODES = ("JOB-002", "JOB-003", "JOB-004", "JOB-006", "RUN-056", "STAND-020")


@cache
def instance() -> Instance:
    """Return the installation that the environment names, opened once."""
    return open_instance(read_settings())


@click.group()
@click.pass_context
def youju(context: click.Context) -> None:
    """Youju 有据: forms, rules, workflows and boards as JSON, and what runs them."""
    context.obj = lambda: instance().services
    context.meta["office"] = lambda: instance().office
    context.meta["home"] = lambda: read_settings().home
    context.meta["travel"] = lambda: travel_of(instance())


@youju.command()
@click.option("--demo", is_flag=True, help="Install the packs with demo data and demo users.")
@click.option("--anchor", type=click.DateTime(["%Y-%m-%d"]), help="The day that demo data is relative to; today.")
def init(demo: bool, anchor: datetime | None) -> None:
    """Make the installation ready; what is there already stays as it is."""
    opened = instance()
    if demo:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("演示数据 demo data", total=None)
            make_demo(opened, anchor, lambda done, total: progress.update(task, completed=done, total=total))
        click.echo(demo_words(opened))


@youju.command()
def migrate() -> None:
    """Bring the engine's own tables up to date."""
    click.echo(instance().health()["migrations"])


@youju.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    """Show the state of the installation; exit code 1 where something is wrong with it (``wrong`` says what)."""
    found = instance().status()
    if as_json:
        click.echo(pretty(found), nl=False)
    else:
        for key, value in found.items():
            click.echo(f"{key}\t{compact(value) if isinstance(value, dict | list) else value}")
    if found["wrong"]:
        sys.exit(REFUSED)


@youju.group()
def audit() -> None:
    """The journal."""


@audit.command()
def verify() -> None:
    """Prove that no journal entry, seal or record was altered behind the engine's back; exit code 1 where one was."""
    report = instance().verify_journal()
    for problem in report.findings:
        click.echo(f"{problem.code} {problem.path}: {problem.message.zh} {problem.message.en}")
    click.echo(
        f"entries {report.entries}, values {report.values}, erased {report.erased}, records {report.records}, "
        f"seals {report.seals}, unsealed {report.unsealed}, findings {report.found}"
    )
    if report.findings:
        sys.exit(REFUSED)


pack.add_command(test_pack)
records.add_command(import_records)
for _command in (
    check_app,
    diff_apps,
    export_command,
    import_command,
    show_history,
    roll_back_app,
    show_conversions,
    purge_app,
    show_states,
    move_records,
    move_back,
):
    app.add_command(_command)
for _command in (show_rule, parse_rules, format_rules, check_rules, backtest_rule):
    rule.add_command(_command)
for _command in (check, format_, explain_):
    lang.add_command(_command)
for _command in (
    worker,
    scheduler,
    jobs,
    tick,
    app,
    user,
    pack,
    doctor,
    rule,
    table,
    connector,
    secret,
    notify,
    bench,
    records,
    lang,
    demo_erp,
):
    youju.add_command(_command)


def _add_plug_ins() -> None:
    for point in entry_points(group=GROUP):
        youju.add_command(point.load(), point.name)


def main() -> None:
    """Run the command line; problems become words on standard error and an exit code: 1, 2 or 3."""
    _add_plug_ins()
    try:
        youju(prog_name="youju")
    except EngineError as error:
        chinese = is_chinese()
        for problem in error.problems:
            place = f" {problem.path}" if problem.path else ""
            first, second = (problem.message.zh, problem.hint.zh) if chinese else (problem.message.en, problem.hint.en)
            click.echo(f"{problem.code}{place}: {first}\n    {second}", err=True)
        codes = {problem.code for problem in error.problems}
        sys.exit(ENVIRONMENT if codes & set(ENVIRONMENT_CODES) else USAGE if codes & set(USAGE_CODES) else REFUSED)


if __name__ == "__main__":
    main()
