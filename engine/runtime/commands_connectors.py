"""The commands ``connector``, how partners' services stand and a call by hand, and ``secret``, what opens them."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from engine.kernel.canonical import pretty
from engine.kernel.problems import EngineError
from engine.runtime.commands import is_chinese, services
from engine.runtime.problems import NOT_A_PAIR

REFUSED = 1


@click.group()
def connector() -> None:
    """Connectors: the partners' services that rules call, and what comes in from them."""


@connector.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_connectors(as_json: bool) -> None:
    """Show every connector: where it leads, what it can be asked, which secrets it lacks, how it stands."""
    found = services().connectors.all()
    if as_json:
        click.echo(pretty({"connectors": [asdict(one) for one in found]}), nl=False)
        return
    for one in found:
        lacking = f"\t缺密钥 lacks {', '.join(one.lacking)}" if one.lacking else ""
        click.echo(
            f"{one.app}\t{one.key}\t{one.standing}\t{one.address or '***'}\t{', '.join(one.operations)}{lacking}"
        )
        for hook in one.hooks:
            click.echo(f"\thook\t{hook}")
        for pull in one.pulls:
            told = "goes on" if pull.goes_on else pull.ended or pull.began or "–"
            click.echo(f"\tpull\t{pull.key}\t{told}\t{pull.items}\t{pull.refused} refused{_why(pull.error)}")


def _why(error: str | None) -> str:
    return "" if error is None else f"\t{json.loads(error)['message']['zh' if is_chinese() else 'en']}"


@connector.command("pull")
@click.argument("app")
@click.argument("key")
@click.argument("pull")
def pull_now(app: str, key: str, pull: str) -> None:
    """Begin a pull now: whoever does the jobs fetches it, page by page. `connector list` tells how it goes."""
    services().connectors.pull(app, key, pull)
    click.echo(f"{app}.{key}.{pull}")


@connector.command("refused")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="At most so many.")
def list_refused(as_json: bool, limit: int) -> None:
    """Show the items that came in and could not be taken, newest first, each with the reason."""
    found = services().connectors.refused(limit)
    if as_json:
        click.echo(pretty({"refused": [asdict(one) for one in found]}), nl=False)
        return
    for one in found:
        why = "; ".join(f"{problem.code} {problem.message.zh} {problem.message.en}" for problem in one.problems)
        click.echo(f"{one.id}\t{one.app}.{one.connector}.{one.source}\t{one.item}\t{why}")


@connector.command("again")
@click.argument("ids", nargs=-1)
def take_again(ids: tuple[str, ...]) -> None:
    """Take refused items once more, all of them unless some are named by their ids."""
    click.echo(services().connectors.take_again(ids))


@connector.command("test")
@click.argument("app")
@click.argument("key")
@click.argument("operation", required=False)
@click.option("--with", "given", multiple=True, metavar="KEY=VALUE", help="An argument; may be given several times.")
@click.option("--record", default="", metavar="ID", help="The record that the operation is about.")
def test_connector(app: str, key: str, operation: str | None, given: tuple[str, ...], record: str) -> None:
    """Call an operation now, the health check unless one is named, and print what came back as JSON.

    It is a real call: an operation that writes writes. Exit code 1 where the answer is no good.
    """
    pairs = [one.partition("=") for one in given]
    wrong = [name for name, equals, _ in pairs if not equals]
    if wrong:
        raise EngineError([NOT_A_PAIR.at("with", given=name) for name in wrong])
    found = services().connectors.test(app, key, operation, {name: value for name, _, value in pairs}, record)
    click.echo(pretty({**asdict(found), "problems": [one.as_json() for one in found.problems]}), nl=False)
    if found.problems:
        sys.exit(REFUSED)


@click.group()
def secret() -> None:
    """Secrets that connectors name; none is ever printed."""


@secret.command("list")
def list_secrets() -> None:
    """Show the names of the secrets that are set."""
    for name in services().execution.outside.secrets.names():
        click.echo(name)


@secret.command("set")
@click.argument("name")
@click.password_option("--value", prompt="Secret", help="Asked for unless given; others may see what is given.")
def set_secret(name: str, value: str) -> None:
    """Keep a secret, sealed, in the installation's folder; blanks around it are none of it."""
    services().execution.outside.secrets.keep(name, value.strip())


@secret.command("remove")
@click.argument("name")
def remove_secret(name: str) -> None:
    """Forget a secret of the installation's folder."""
    services().execution.outside.secrets.keep(name, None)
