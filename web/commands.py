"""The command ``serve``: serves the instance over HTTP until it is told to stop; the rest of its life is not ours."""

from __future__ import annotations

from typing import Final

import click
import waitress  # type: ignore[import-untyped]

from engine.boot import open_instance, read_settings
from web.app import BODY_LIMIT, create_app

LOOPBACK: Final = "127.0.0.1"
PROXY_HEADERS: Final = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}


@click.command()
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 128), help="Requests served at once.")
@click.option("--trusted-proxy", metavar="ADDRESS", help="Believe the forwarded headers of this proxy.")
def serve(host: str, port: int, threads: int, trusted_proxy: str | None) -> None:
    """Serve the pages and the API."""
    app = create_app(open_instance(read_settings()))
    click.echo(f"http://{host}:{port}")
    waitress.serve(
        app,
        host=host,
        port=port,
        threads=threads,
        ident=None,
        max_request_body_size=BODY_LIMIT + 64 * 1024,
        clear_untrusted_proxy_headers=True,
        **({"trusted_proxy": trusted_proxy, "trusted_proxy_headers": PROXY_HEADERS} if trusted_proxy else {}),
    )
