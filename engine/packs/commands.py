"""The command ``pack``: list the market, show what installing comes to, install, remove."""

from __future__ import annotations

import click

from engine.decision.changeset import Actor
from engine.kernel.canonical import pretty
from engine.packs.installing import Step, install_with_needs, market_packs, plan, remove
from engine.packs.reading import find_pack, read_pack
from engine.runtime.commands import services
from engine.runtime.publishing import version_of

KINDS = {"install": "安装 install", "upgrade": "升级 upgrade", "keep": "已有 there"}


@click.group()
def pack() -> None:
    """Template packs: list, plan, install, remove, test."""


@pack.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_packs(as_json: bool) -> None:
    """Show the packs that ship with Youju, what each needs, and which version of it is installed."""
    packs = market_packs()
    with services().execution.database.read() as connection:
        installed = {item.key: version_of(connection, item.key) for item in packs}
    if as_json:
        listed = [
            {
                "key": item.key,
                "version": item.version,
                "labels": item.labels.as_json(),
                "needs": dict(item.needs),
                "installed": installed[item.key],
            }
            for item in packs
        ]
        click.echo(pretty({"packs": listed}), nl=False)
        return
    for item in packs:
        needs = ", ".join(item.needs) or "-"
        click.echo(
            "\t".join((item.key, item.version, item.labels.zh, item.labels.en, needs, installed[item.key] or "-"))
        )


@pack.command("plan")
@click.argument("name_or_folder")
def plan_pack(name_or_folder: str) -> None:
    """Show what installing a pack would do, in order; nothing is changed."""
    for step in plan(services(), read_pack(find_pack(name_or_folder))):
        click.echo(_said(step))


def _said(step: Step) -> str:
    before = f"{step.installed} → " if step.installed and step.kind == "upgrade" else ""
    return f"{KINDS[step.kind]}\t{step.pack.key}\t{before}{step.pack.version}"


@pack.command("install")
@click.argument("name_or_folder")
def install_pack(name_or_folder: str) -> None:
    """Install a pack and what it needs, or bring it to this version. Demo data comes with ``youju init --demo``."""
    for step, revision in install_with_needs(services(), read_pack(find_pack(name_or_folder)), Actor(None)):
        item = step.pack
        click.echo(f"{item.labels.zh} {item.labels.en} {item.version}: revision {revision}")


@pack.command("remove")
@click.argument("key", metavar="APP")
def remove_pack(key: str) -> None:
    """Take an app out of use; its data stays, and installing it again brings it back. Refused while others need it."""
    remove(services(), key, Actor(None))
    click.echo(f"{key} ✓ (数据保留 its data stays)")
