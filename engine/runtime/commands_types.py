"""The command ``app conversions``: what became of records whose field got another type."""

from __future__ import annotations

import click

from engine.kernel.canonical import Json, pretty
from engine.kernel.clocks import moment_text
from engine.runtime.commands import services
from engine.runtime.turning import Unconverted, unconverted
from engine.runtime.types_progress import Progress, progress


@click.command("conversions")
@click.argument("key", metavar="APP")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_conversions(key: str, as_json: bool) -> None:
    """Show what waits for records of APP to be converted, and the records whose values did not convert.

    A record leaves the list when somebody fills the field. The values of old are kept; a roll-back brings them back.
    """
    execution = services().execution
    waits, listed = progress(execution, key), list(unconverted(execution, key))
    if as_json:
        found = {"waiting": None if waits is None else _progress_json(waits), "unconverted": list(map(_json, listed))}
        click.echo(pretty(found), nl=False)
        return
    if waits is not None:
        click.echo(f"… 等待发布 to be published: {waits.converted}/{waits.records}, 换不了 failed {waits.failed}")
        for problem in waits.refused:
            click.echo(f"✗ {problem['code']} {problem['message']['zh']} {problem['message']['en']}")
    for item in listed:
        value = "".join(char if char.isprintable() else "�" for char in str(item.value))
        click.echo(f"{item.form}\t{item.record}\t{item.field}\t{value}\t{item.why.code}: {item.why.message.zh}")
    if not listed:
        click.echo("没有换不了的值 every value converted")


def _json(item: Unconverted) -> Json:
    why = item.why.as_json()
    return {"form": item.form, "record": item.record, "field": item.field, "value": item.value, "why": why}


def _progress_json(item: Progress) -> Json:
    begun = moment_text(item.begun)
    counts = {"records": item.records, "converted": item.converted, "failed": item.failed}
    return {"begun": begun, **counts, "refused": list(item.refused)}
