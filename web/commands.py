"""The command ``serve``: web and jobs over one instance until told to stop; it prints where the pages are."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Final

import click
import waitress  # type: ignore[import-untyped]

from engine.boot import Instance, open_instance, read_settings
from web.app import BODY_LIMIT, create_app
from web.live import THREADS

if TYPE_CHECKING:
    from types import FrameType

LOOPBACK: Final = "127.0.0.1"
PROXY_HEADERS: Final = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
ENVIRONMENT: Final = 3
HEADER_ROOM: Final = 64 * 1024


@click.command()
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0: a free one.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 128), help="Requests served at once.")
@click.option("--trusted-proxy", metavar="ADDRESS", help="Believe the forwarded headers of this proxy.")
@click.option("--jobs/--no-jobs", default=True, show_default=True, help="Run a jobs process beside the web.")
def serve(host: str, port: int, threads: int, trusted_proxy: str | None, jobs: bool) -> None:
    """Serve the pages and the API."""
    instance = open_instance(read_settings())
    try:
        _serve(instance, jobs, {"host": host, "port": port, "threads": threads + THREADS, **_proxy(trusted_proxy)})
    finally:
        instance.close()


def _proxy(address: str | None) -> dict[str, object]:
    """Return what makes waitress believe a proxy, and nobody else."""
    believed = {"trusted_proxy": address, "trusted_proxy_headers": PROXY_HEADERS, "trusted_proxy_count": 1}
    return {"clear_untrusted_proxy_headers": True, **(believed if address else {})}


def _serve(instance: Instance, jobs: bool, options: dict[str, object]) -> None:
    """Listen first, so that an address that is taken is told before anything else starts; then serve until stopped."""
    limit = BODY_LIMIT + HEADER_ROOM
    try:
        # Looking ahead tells a stream that its page has been left.
        options = {"ident": None, "max_request_body_size": limit, "channel_request_lookahead": 1, **options}
        server = waitress.create_server(create_app(instance), **options)
    except OSError as error:
        click.echo(f"{options['host']}:{options['port']}: {error.strerror}", err=True)
        click.echo("端口已被占用?请用 --port 换一个。Is the port taken? Name another one with --port.", err=True)
        sys.exit(ENVIRONMENT)
    signal.signal(signal.SIGTERM, _stop)
    beside = instance.start_jobs() if jobs else None
    try:
        click.echo(f"http://{options['host']}:{server.effective_port}")
        server.run()
    finally:
        instance.live.close()
        server.close()
        if beside is not None:
            beside.stop()


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Turn the signal into the way out that finishes what is being served."""
    raise SystemExit(0)
