"""The command ``pack``: list the market, install."""

from __future__ import annotations

import click

from engine.decision.changeset import Actor
from engine.packs.installing import install, needed_packs
from engine.packs.reading import find_pack, market, read_pack
from engine.runtime.commands import services


@click.group()
def pack() -> None:
    """Template packs: list, install, test."""


@pack.command("list")
def list_packs() -> None:
    """Show the packs that ship with Youju."""
    for folder in market().values():
        found = read_pack(folder)
        click.echo(f"{found.key}\t{found.version}\t{found.labels.zh}\t{found.labels.en}")


@pack.command("install")
@click.argument("name_or_folder")
def install_pack(name_or_folder: str) -> None:
    """Install a pack and what it needs, or bring it to this version. Demo data comes with ``youju init --demo``."""
    opened, found = services(), read_pack(find_pack(name_or_folder))
    for item in (*needed_packs(found), found):
        revision = install(opened, item, Actor(None))
        click.echo(f"{item.labels.zh} {item.labels.en} {item.version}: revision {revision}")
