"""Makes what a scenario or demo says was captured: the file, sent in by its user, and for a photo its token.

``{"capture": "photo", "lat": "28.68", "lng": "115.89"}`` is a photo taken now at that place; without a place it has
none, and with ``"live": false`` it comes from an album; no two are alike, but those of one ``name`` are one picture.
``{"capture": "image", "name": "front.png"}`` and
``attachment`` are files of that name, ``{"capture": "audio", "seconds": "6"}`` is a recording, ``signature`` one.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator

from engine.kernel.canonical import Json
from engine.kernel.clocks import moment_text
from engine.runtime.services import Services
from engine.runtime.views import Viewer

DEVICE = {"device_id": "demo-device", "device_id_type": "install_id"}
PLACE = ("lat", "lng", "accuracy_m")
WIDTH, HEIGHT = 160, 120
_SAMPLES = 800
"""A tenth of a second of silence: how long a recording is, its value says."""


def capture(services: Services, viewer: Viewer, document: Json) -> Json:
    """Return the fields of a step with everything captured made, and sent in by the viewer."""
    match document:
        case {"capture": "photo", **said}:
            return _photo(services, viewer, said)
        case {"capture": "audio", **said}:
            return {"file": _sent(services, viewer, "note.wav", _silence()), **said}
        case {"capture": "signature", **said}:
            return {"file": _sent(services, viewer, "signature.png", picture("signature")), **said}
        case {"capture": "image" | "attachment", "name": str(name)}:
            return _sent(services, viewer, name, _content(name))
        case dict():
            return {key: capture(services, viewer, inner) for key, inner in document.items()}
        case list():
            return [capture(services, viewer, inner) for inner in document]
        case _:
            return document


def _photo(services: Services, viewer: Viewer, said: Json) -> Json:
    """Return a photo that is taken now; one that is not live has neither token nor time."""
    name, placed = str(said.get("name", "photo.png")), {key: said[key] for key in PLACE if key in said}
    if said.get("live") is False:
        return {"file": _sent(services, viewer, name, picture(f"{viewer.name}/{name}")), **placed}
    token = services.files.issue_tokens(viewer, 1, DEVICE["device_id"], DEVICE["device_id_type"])[0]
    drawn = name if "name" in said else token.token
    file = _sent(services, viewer, name, picture(f"{viewer.name}/{drawn}"))
    taken = moment_text(services.execution.clocks.business())
    return {"file": file, "token": token.token, "captured_at": taken, **placed, **DEVICE}


def _sent(services: Services, viewer: Viewer, name: str, content: bytes) -> str:
    """Return the file of a content that the viewer sends; what they sent before is the file that it was."""
    return services.files.receive(viewer, io.BytesIO(content), name).id


def _content(name: str) -> bytes:
    """Return a content of the type that the name ends in: a picture, a page, or a line of text."""
    ending = name.rpartition(".")[2].lower()
    if ending in ("png", "jpg", "jpeg", "webp", "gif"):
        return picture(name)
    return _page(name) if ending == "pdf" else f"{name}\n".encode()


def picture(seed: str) -> bytes:
    """Return a PNG with a sky over a ground, whose colours come of the seed."""
    sky, ground = (hashlib.sha256(f"{part}/{seed}".encode()).digest()[:3] for part in ("sky", "ground"))
    rows = b"".join(b"\0" + (_tinted(sky, row) if row < HEIGHT * 3 // 5 else ground) * WIDTH for row in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _tinted(colour: bytes, row: int) -> bytes:
    """Return the colour as light as it is so far down."""
    return bytes(255 - (255 - part) * (HEIGHT - row) // (2 * HEIGHT) for part in colour)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _silence() -> bytes:
    """Return a WAV without a sound: 8,000 samples a second, one byte each."""
    form = struct.pack("<HHIIHH", 1, 1, 8_000, 8_000, 1, 8)
    data = b"\x80" * _SAMPLES
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _page(name: str) -> bytes:
    """Return a PDF of one page that says its name, as far as that is ASCII."""
    said = name.encode("ascii", "replace").decode().replace("\\", "").replace("(", "").replace(")", "")
    stream = f"BT /F1 18 Tf 40 780 Td ({said}) Tj ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    written = "".join(["%PDF-1.4\n", *(f"{number} 0 obj{body}endobj\n" for number, body in enumerate(objects, 1))])
    table = "".join(f"{at:010d} 00000 n \n" for at in _places(written, len(objects)))
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    trailer = f"trailer<</Root 1 0 R/Size {len(objects) + 1}>>\nstartxref\n{len(written)}\n%%EOF\n"
    return (written + head + table + trailer).encode()


def _places(written: str, count: int) -> Iterator[int]:
    """Go through the places at which the objects begin."""
    return (written.index(f"{number} 0 obj") for number in range(1, count + 1))
