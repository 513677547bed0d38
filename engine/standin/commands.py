"""The command ``demo-erp``: the shipped stand-in for an ERP, in the foreground, until told to stop."""

from __future__ import annotations

import secrets
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import cast

import click

from engine.kernel.canonical import Json, pretty
from engine.kernel.clocks import Day, day_number, day_of, real_moment
from engine.standin.definitions import PartnerDef, read_partner
from engine.standin.failing import Failures, changed
from engine.standin.service import API, Service
from engine.standin.serving import Server
from engine.standin.shelf import discard, open_shelf

SHIPPED = "erp.json"
TOKEN_BYTES = 18
SHARE = click.FloatRange(0, 1)


def shipped() -> Path:
    """Return the document of the ERP that ships with Youju."""
    return Path(str(files("templates_market"))) / "partners" / SHIPPED


@click.command("demo-erp")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65_535), help="0: any that is free.")
@click.option("--database", type=click.Path(path_type=Path), help="Its own file; demo-erp.sqlite3 in YOUJU_HOME.")
@click.option("--document", type=click.Path(path_type=Path), help="Another partner's document, in place of the ERP's.")
@click.option("--anchor", type=click.DateTime(["%Y-%m-%d"]), help="The day that its data are relative to; today.")
@click.option("--fresh", is_flag=True, help="Make its data anew.")
@click.option("--token", help="What opens it; one by chance unless given.")
@click.option("--fail", type=SHARE, default=0, help="The share of answers that are 500, and nothing was done.")
@click.option("--lost", type=SHARE, default=0, help="The share that is done and never answered.")
@click.option("--wrong-json", type=SHARE, default=0, help="The share that is done and answered by broken JSON.")
@click.option(
    "--slow", "slow_ms", type=click.IntRange(0, 60_000), default=0, help="Milliseconds that slow answers take."
)
@click.option("--slow-share", "slow", type=SHARE, default=1, help="The share of answers that are slow; all.")
@click.option("--duplicates", type=SHARE, default=0, help="The share of a list's items that come twice.")
@click.option("--shuffle", is_flag=True, help="Items of a list come out of order.")
@click.option("--seed", type=int, default=0, help="What chance is drawn from: the same requests fail alike.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def demo_erp(
    port: int,
    database: Path | None,
    document: Path | None,
    anchor: datetime | None,
    fresh: bool,
    token: str | None,
    as_json: bool,
    **failing: float,
) -> None:
    """Run a small ERP of its own to try connectors with: its own process, its own file, failures as wished.

    It listens on this machine alone and takes its token from whoever asks. How it fails can be changed while it runs.
    """
    failures = changed(Failures(), failing)
    partner = read_partner(document or shipped())
    path = database or _home() / f"demo-{partner.key}.sqlite3"
    if fresh:
        discard(path)
    shelf = open_shelf(path, partner, _day(partner, anchor), real_moment, is_stated=anchor is not None)
    known = token or secrets.token_urlsafe(TOKEN_BYTES)
    try:
        server = Server("127.0.0.1", port, Service(shelf, known, failures))
        told = _told(partner, server.port, known, path)
        click.echo(pretty(told).rstrip() if as_json else _words(partner, told))
        _serve(server)
    finally:
        shelf.close()


def _home() -> Path:
    home = cast("Callable[[], Path]", click.get_current_context().meta["home"])()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def _day(partner: PartnerDef, anchor: datetime | None) -> Day:
    return day_of(real_moment(), partner.zone) if anchor is None else day_number(anchor.replace(tzinfo=UTC).date())


def _told(partner: PartnerDef, port: int, token: str, database: Path) -> Json:
    """Return what whoever calls it has to know; the names of secrets follow from the partner's key."""
    base = f"http://127.0.0.1:{port}"
    name = partner.key.upper()
    return {
        "partner": partner.key,
        "url": f"{base}/{API}",
        "control": f"{base}/_control",
        "token": token,
        "database": str(database),
        "environment": {
            "YOUJU_EGRESS_ALLOW": f"127.0.0.1:{port}",
            f"YOUJU_SECRET_{name}_URL": f"{base}/{API}",
            f"YOUJU_SECRET_{name}_TOKEN": token,
        },
    }


def _words(partner: PartnerDef, told: Json) -> str:
    lines = [
        f"{partner.labels.zh} {partner.labels.en}: {told['url']}",
        f"  令牌 token\t{told['token']}",
        f"  数据 data\t{told['database']}",
        f"  控制 control\t{told['control']}/failures, {told['control']}/requests",
        "连接器要知道的(在启动 Youju 的终端里) What connectors have to know (where Youju is started):",
        *(f"  export {name}={value}" for name, value in told["environment"].items()),
    ]
    return "\n".join(lines)


def _serve(server: Server) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: over.set())
    serving = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    serving.start()
    try:
        over.wait()
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
