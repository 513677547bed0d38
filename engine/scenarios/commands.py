"""The command ``pack test``: play what a pack promises."""

from __future__ import annotations

import sys

import click

from engine.forms.field_types import BUILT_IN
from engine.packs.reading import find_pack, read_pack
from engine.scenarios.running import run_scenarios


@click.command("test")
@click.argument("name_or_folder")
def test_pack(name_or_folder: str) -> None:
    """Play the scenarios of a pack on a throw-away instance; exit code 1 where one does not hold."""
    found = read_pack(find_pack(name_or_folder))
    count = failed = 0
    for result in run_scenarios(found, BUILT_IN):
        count += 1
        failed += not result.holds
        click.echo(f"{'✓' if result.holds else '✗'} {result.id}  {' '.join(result.covers)}".rstrip())
        for failure in result.failures:
            click.echo(f"    {failure}")
    click.echo(f"{found.key}: {count - failed} of {count} scenarios hold")
    if failed or not count:
        sys.exit(1)
