"""How a phone gets in: the address as a QR code, and the certificate that it must trust first."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import segno
from flask import Blueprint, Flask, Response, current_app, render_template

from web.problems import NOT_FOUND, RequestRefused

if TYPE_CHECKING:
    from pathlib import Path

blueprint = Blueprint("phone", __name__)

_EXTENSION: Final = "youju_phone"


@dataclass(frozen=True)
class Access:
    """The encrypted address of this server, and the certificate of the authority that vouches for it."""

    address: str
    authority: Path


def install(app: Flask, access: Access) -> None:
    """Tell the pages how phones get in."""
    app.extensions[_EXTENSION] = access


def printed(address: str) -> str:
    """Return the address as a QR code for a terminal."""
    out = io.StringIO()
    segno.make(address, error="m").terminal(out, compact=True)
    return out.getvalue()


def _access() -> Access | None:
    return cast("Access | None", current_app.extensions.get(_EXTENSION))


@blueprint.get("/phone")
def show() -> str:
    """Show the address to scan and how to trust it; nobody has to be signed in for that."""
    access = _access()
    code = access and segno.make(access.address, error="m").svg_inline(scale=6, border=2, svgclass="qr")
    return render_template("phone.html", access=access, code=code)


@blueprint.get("/phone/authority.crt")
def authority() -> Response:
    """Give the certificate to trust; it is no secret."""
    access = _access()
    if access is None:
        raise RequestRefused(404, NOT_FOUND.at())
    answer = Response(access.authority.read_bytes(), mimetype="application/x-x509-ca-cert")
    answer.headers["Content-Disposition"] = 'attachment; filename="youju-authority.crt"'
    return answer
