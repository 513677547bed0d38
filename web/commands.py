"""The command ``serve``: web and jobs over one instance until told to stop; it prints where the pages are."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click
import waitress  # type: ignore[import-untyped]

from engine.boot import Instance, open_instance, read_settings
from web.app import create_app
from web.files import UPLOAD_LIMIT
from web.live import THREADS
from web.pages import phone
from web.tls.authority import certificates, own_names
from web.tls.front import LOOPBACK, Front

if TYPE_CHECKING:
    from types import FrameType

    from flask import Flask

EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 - asked for by --tls auto
TLS_HELP: Final = "auto: an encrypted address for phones on the same network, by a certificate authority of our own."
PROXY_HEADERS: Final = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
ENVIRONMENT: Final = 3
HEADER_ROOM: Final = 64 * 1024


@click.command()
@click.option("--host", help=f"Address to listen on.  [default: {LOOPBACK}; with --tls auto every one of this machine]")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0: a free one.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 128), help="Requests served at once.")
@click.option("--trusted-proxy", metavar="ADDRESS", help="Believe the forwarded headers of this proxy.")
@click.option("--jobs/--no-jobs", default=True, show_default=True, help="Run a jobs process beside the web.")
@click.option("--tls", type=click.Choice(["off", "auto"]), default="off", show_default=True, help=TLS_HELP)
def serve(host: str | None, port: int, threads: int, trusted_proxy: str | None, jobs: bool, tls: str) -> None:
    """Serve the pages and the API."""
    instance = open_instance(read_settings())
    options: dict[str, object] = {"threads": threads + THREADS, **_proxy(trusted_proxy)}
    try:
        if tls == "auto":
            _serve_encrypted(instance, jobs, host or EVERYWHERE, port, options)
        else:
            _serve(instance, jobs, host or LOOPBACK, port, options)
    finally:
        instance.close()


def _proxy(address: str | None) -> dict[str, object]:
    """Return what makes waitress believe a proxy, and nobody else."""
    believed = {"trusted_proxy": address, "trusted_proxy_headers": PROXY_HEADERS, "trusted_proxy_count": 1}
    return {"clear_untrusted_proxy_headers": True, **(believed if address else {})}


def _serve(instance: Instance, jobs: bool, host: str, port: int, options: dict[str, object]) -> None:
    """Listen first, so that an address that is taken is told before anything else starts; then serve until stopped."""
    with _listening(host, port):
        server = _server(create_app(instance), host=host, port=port, **options)
    click.echo(f"http://{host}:{server.effective_port}")
    _run(instance, server, jobs)


def _serve_encrypted(instance: Instance, jobs: bool, host: str, port: int, options: dict[str, object]) -> None:
    """Serve for phones on the same network: they ask for an encrypted address before they open camera and position."""
    names = own_names() if host == EVERYWHERE else tuple(dict.fromkeys((host, *own_names())))
    found = certificates(instance.settings.home / "tls", names)
    app = create_app(instance)
    server = _server(app, host=LOOPBACK, port=0, url_scheme="https", **options)
    with _listening(host, port):
        front = Front.open(host, port, server.effective_port, found)
    address = f"https://{names[0]}:{front.port}"
    phone.install(app, phone.Access(address, found.authority))
    click.echo(address)
    click.echo(phone.printed(f"{address}/phone"))
    click.echo("用手机扫码打开,按页面提示信任证书。Scan it with a phone, and trust the certificate as the page says.")
    try:
        _run(instance, server, jobs)
    finally:
        front.close()


def _server(app: Flask, **options: object) -> waitress.server.BaseWSGIServer:
    # Looking ahead tells a stream that its page has been left. How large a body may be, each address says for itself.
    limit = UPLOAD_LIMIT + HEADER_ROOM
    return waitress.create_server(app, ident=None, max_request_body_size=limit, channel_request_lookahead=1, **options)


@contextmanager
def _listening(host: str, port: int) -> Iterator[None]:
    """Say so, and end with the exit code of a bad environment, where an address is taken."""
    try:
        yield
    except OSError as error:
        click.echo(f"{host}:{port}: {error.strerror}", err=True)
        click.echo("端口已被占用?请用 --port 换一个。Is the port taken? Name another one with --port.", err=True)
        sys.exit(ENVIRONMENT)


def _run(instance: Instance, server: waitress.server.BaseWSGIServer, jobs: bool) -> None:
    signal.signal(signal.SIGTERM, _stop)
    beside = instance.start_jobs() if jobs else None
    try:
        server.run()
    finally:
        instance.live.close()
        server.close()
        if beside is not None:
            beside.stop()


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Turn the signal into the way out that finishes what is being served."""
    raise SystemExit(0)
