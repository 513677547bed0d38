"""The command ``notify``: which ways lead outside, a message by hand, and where people are reached."""

from __future__ import annotations

import click

from engine.decision.telling import WAYS
from engine.kernel.canonical import pretty
from engine.runtime.commands import services


@click.group()
def notify() -> None:
    """Telling people outside: by mail and by robots of WeCom, DingTalk and Feishu."""


@notify.command("channels")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_channels(as_json: bool) -> None:
    """Show every channel, whether it is set up, and what it lacks; no secret is printed."""
    found = services().telling.ways()
    if as_json:
        said = [{"key": one.key, "lacking": list(one.lacking), "resting": one.is_resting} for one in found]
        click.echo(pretty({"channels": said}), nl=False)
        return
    for one in found:
        standing = f"缺 lacks {', '.join(one.lacking)}" if one.lacking else "已设置 set up"
        resting = "\t失败后暂停 rests after failures" if one.is_resting else ""
        click.echo(f"{one.key}\t{one.labels.zh} {one.labels.en}\t{standing}{resting}")


@notify.command("test")
@click.option("--channel", type=click.Choice(WAYS), required=True, help="The channel.")
@click.option("--to", help="A mail address; for a robot, an account to mention.")
def test_channel(channel: str, to: str | None) -> None:
    """Send a test message now. It is a real one. Exit code 1 where it does not go out."""
    services().telling.test(channel, to)
    click.echo(f"{channel} ✓")


@notify.command("reach")
@click.argument("name")
@click.argument("channel", type=click.Choice(WAYS), required=False)
@click.argument("address", required=False)
def reach(name: str, channel: str | None, address: str | None) -> None:
    """Show where a user is reached, or note it: a mail address, or an account that robots mention ("" for none)."""
    telling = services().telling
    if channel is not None and address is not None:
        telling.keep_of(name, {channel: address})
    for way, written in sorted(telling.addresses_of(name).items()):
        click.echo(f"{way}\t{written}")


@notify.command("limit")
@click.argument("often", type=int, required=False)
def limit(often: int | None) -> None:
    """Show how often somebody is interrupted a day at most, or set it; with 0 all but what is urgent waits."""
    attention = services().attention
    if often is not None:
        attention.keep_limit(often)
    click.echo(str(attention.limit()))
