"""The commands of the rule language: ``youju lang eval`` answers cases of the contract for outside tests."""

from __future__ import annotations

import sys

import click

from engine.storage.language_runner import BACKENDS, run_lines


@click.group()
def lang() -> None:
    """Work with the rule language. 规则语言。"""  # noqa: D415


def _backends(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    unknown = [name for name in names if name not in BACKENDS]
    if unknown or not names:
        message = f"{', '.join(unknown) or value!r}: choose from / 可选 {', '.join(BACKENDS)}"
        raise click.BadParameter(message)
    return names


@lang.command("eval")
@click.option("--jsonl", is_flag=True, required=True, help="One case of JSON per line, one answer per line.")
@click.option("--backends", callback=_backends, help="Comma-separated; by default all that are reachable.")
def evaluate(jsonl: bool, backends: tuple[str, ...] | None) -> None:  # noqa: ARG001
    """Evaluate cases from standard input on several back ends. 在多个后端上求值。"""  # noqa: D415
    # Lines end in LF alone: a text may hold other characters at which Python would split.
    # A line that is no UTF-8 is answered like any that is no case, and a mark that an editor put first is passed over.
    source = (line.decode("utf8", "surrogateescape").removeprefix("\ufeff") for line in sys.stdin.buffer)
    for answer in run_lines(source, backends):
        click.echo(answer)
