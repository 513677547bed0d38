"""The zip around an archive: written so that the same members give the same bytes, read so that nothing is believed.

Nothing is unpacked to a path, nothing is held in memory but a piece, and what is read is first held to the manifest.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

from engine.catalog.documents import document_problems
from engine.kernel.canonical import Json, compact, pretty
from engine.kernel.problems import EngineError, Problem
from engine.kernel.strict_json import Unread, read_json
from engine.packs.archives import form, problems
from engine.packs.archives.form import Manifest, Member
from engine.runtime.exporting import DEEPEST, is_deeper

if TYPE_CHECKING:
    from pathlib import Path

PIECE: Final = 1 << 18
_BEGINNING: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name: when an archive was made is no part of it."""

_UNIX: Final = 3
_MODE: Final = 0o600 << 16
_ENCRYPTED: Final = 0x1
_PACKINGS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
SHOWN: Final = 20
"""How many problems of one archive are told at once."""


Progress = Callable[[int], object]
"""Told how many bytes have been read."""


@dataclass
class ZipWriter:
    """Writes members one after the other, the manifest last."""

    target: zipfile.ZipFile
    members: list[Member] = field(default_factory=list)

    def add(self, name: str, pieces: Iterable[bytes], *, packed: bool = True) -> None:
        """Write one member; pictures and recordings, which are packed as they are, are only stored."""
        digest, size = hashlib.sha256(), 0
        with self.target.open(_info(name, packed=packed), "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                member.write(piece)
        self.members.append(Member(name, size, digest.hexdigest()))

    def finish(self, apps: Iterable[str]) -> Manifest:
        """Write the manifest of all that was written."""
        made = Manifest(tuple(apps), tuple(self.members))
        with self.target.open(_info(form.MANIFEST, packed=True), "w", force_zip64=True) as member:
            member.write(pretty(made.as_json()).encode())
        return made


def _info(name: str, *, packed: bool) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _BEGINNING)
    info.create_system, info.external_attr = _UNIX, _MODE
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    return info


@contextmanager
def written(file: IO[bytes]) -> Iterator[ZipWriter]:
    """Give a writer to a file that can be gone back in."""
    with zipfile.ZipFile(file, "w") as target:
        yield ZipWriter(target)


@dataclass(frozen=True)
class Content:
    """A member that is being read; EngineError where it turns out to be damaged."""

    source: IO[bytes]
    where: str
    progress: Progress

    def read(self, size: int) -> bytes:
        """Return at most so many of the bytes that come next."""
        with _damage_told(self.where):
            piece = self.source.read(size)
        self.progress(len(piece))
        return piece

    def readline(self, size: int) -> bytes:
        """Return the next line, or so many bytes of it."""
        with _damage_told(self.where):
            line = self.source.readline(size)
        self.progress(len(line))
        return line


@dataclass(frozen=True)
class ZipReader:
    """Reads the members of an archive whose manifest has been read; ``where`` is what problems call it."""

    source: zipfile.ZipFile
    where: str
    manifest: Manifest
    progress: Progress

    def document(self, name: str) -> Json:
        """Return what a small member says; EngineError where it is no strict JSON."""
        limit = form.LONGEST_LINE
        with self.open(name) as member:
            raw = member.read(limit + 1)
        if len(raw) > limit:
            raise EngineError(problems.TOO_LARGE.at(f"{self.where}/{name}", name=name, got=len(raw), limit=limit))
        read = _read(raw)
        if isinstance(read, Unread):
            raise EngineError(problems.BAD_LINE.at(f"{self.where}/{name}:{read.line}", reason=read.reason))
        return read

    def lines(self, name: str, change: Callable[[bytes], bytes] | None = None) -> Iterator[tuple[int, dict[str, Json]]]:
        """Go through the objects of a member, each with the number of its line, from 1.

        ``change`` is made to a line before it is read. EngineError with the first line that is no strict JSON object.
        """
        number = 0
        with self.open(name) as member:
            while line := member.readline(form.LONGEST_LINE + 1):
                number += 1
                place = f"{self.where}/{name}:{number}"
                if len(line) > form.LONGEST_LINE:
                    raise EngineError(problems.TOO_LARGE.at(place, name=name, got=len(line), limit=form.LONGEST_LINE))
                read = _read(line if change is None else change(line))
                if isinstance(read, Unread):
                    raise EngineError(problems.BAD_LINE.at(place, reason=read.reason))
                if not isinstance(read, dict):
                    raise EngineError(problems.BAD_LINE.at(place, reason=type(read).__name__))
                yield number, read

    @contextmanager
    def open(self, name: str) -> Iterator[Content]:
        """Open a member for reading; EngineError where it is damaged."""
        with _damage_told(self.where):
            member = self.source.open(name)
        with member:
            yield Content(member, self.where, self.progress)

    def verify(self) -> None:
        """Hold every member to the manifest, before anything is done with it; EngineError with all that differ."""
        found: list[Problem] = []
        for member in self.manifest.members:
            digest, size = hashlib.sha256(), 0
            with self.open(member.name) as content:
                while piece := content.read(PIECE):
                    digest.update(piece)
                    size += len(piece)
            if (size, digest.hexdigest()) != (member.size, member.sha256):
                place, got = f"{self.where}/{member.name}", digest.hexdigest()[:12]
                found.append(problems.OTHER_CONTENT.at(place, name=member.name, wanted=member.sha256[:12], got=got))
        if found:
            raise EngineError(found[:SHOWN])


def _read(raw: bytes) -> Json | Unread:
    """Return strict JSON that can be written again: no database keeps half of a character, which JSON can name."""
    read = read_json(raw)
    if isinstance(read, Unread):
        return read
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and is_deeper(read, DEEPEST):
        return Unread(1, 1, "values are nested too deeply")
    if b"\\u" in raw:
        try:
            compact(read).encode()
        except UnicodeEncodeError:
            return Unread(1, 1, "half of a character (a lone surrogate)")
    return read


@contextmanager
def opened(path: Path, progress: Progress) -> Iterator[ZipReader]:
    """Open an archive; EngineError with all that is foreign, missing, too large or packed too tightly."""
    with _damage_told(path.name):
        source = zipfile.ZipFile(path)
    with source:
        found = list(_directory_problems(source, path))[:SHOWN]
        if found:
            raise EngineError(found)
        reader = ZipReader(source, path.name, _manifest(source, path.name), progress)
        found = list(_disagreements(source, reader))[:SHOWN]
        if found:
            raise EngineError(found)
        yield reader


@contextmanager
def _damage_told(where: str) -> Iterator[None]:
    """Turn what a damaged zip does to its reader into a problem."""
    try:
        yield
    except _DAMAGED as error:
        raise EngineError(problems.NO_ARCHIVE.at(where, reason=str(error).partition("\n")[0][:120])) from error


def _directory_problems(source: zipfile.ZipFile, path: Path) -> Iterator[Problem]:
    """Go through what is wrong with the members by what the zip says of them."""
    seen: set[str] = set()
    total = packed = 0
    for info in source.infolist():
        place = f"{path.name}/{info.filename[:120]}"
        if not form.is_known(info.filename) or info.flag_bits & _ENCRYPTED or info.compress_type not in _PACKINGS:
            yield problems.FOREIGN_MEMBER.at(place, name=info.filename[:120])
        if info.filename in seen:
            yield problems.MEMBER_TWICE.at(place, name=info.filename)
        yield from _grown(place, info.filename, info.file_size, info.compress_size)
        seen.add(info.filename)
        total, packed = total + info.file_size, packed + info.compress_size
    if form.MANIFEST not in seen:
        yield problems.MISSING_MEMBER.at(path.name, name=form.MANIFEST)
    if total > form.MOST_BYTES:
        yield problems.TOO_LARGE.at(path.name, name=path.name, got=total, limit=form.MOST_BYTES)
    yield from _grown(path.name, path.name, total, packed)  # a thousand small bombs fill a disk like one
    if packed > path.stat().st_size:  # members that lie over each other
        yield problems.TOO_TIGHT.at(path.name, name=path.name, times=packed // max(1, path.stat().st_size))


def _grown(place: str, name: str, size: int, packed: int) -> Iterator[Problem]:
    """Find what grows beyond reason when it is unpacked."""
    if size > form.LOOKED_AT and size > form.MOST_TIMES * max(1, packed):
        yield problems.TOO_TIGHT.at(place, name=name, times=size // max(1, packed))


def _manifest(source: zipfile.ZipFile, where: str) -> Manifest:
    place = f"{where}/{form.MANIFEST}"
    with _damage_told(where), source.open(form.MANIFEST) as member:
        raw = member.read(form.LARGEST_MANIFEST + 1)
    if len(raw) > form.LARGEST_MANIFEST:
        limit = form.LARGEST_MANIFEST
        raise EngineError(problems.TOO_LARGE.at(place, name=form.MANIFEST, got=len(raw), limit=limit))
    said = _read(raw)
    if isinstance(said, Unread):
        raise EngineError(problems.BAD_LINE.at(f"{place}:{said.line}", reason=said.reason))
    found = document_problems(form.KIND, place, said)
    if found:
        raise EngineError(found[:SHOWN])
    made = form.manifest_of(said)
    if made.digest != said["digest"]:
        wanted, got = said["digest"][:12], made.digest[:12]
        raise EngineError(problems.OTHER_CONTENT.at(f"{place}#/digest", name=form.MANIFEST, wanted=wanted, got=got))
    return made


def _disagreements(source: zipfile.ZipFile, reader: ZipReader) -> Iterator[Problem]:
    """Go through the members that are there and not named, or named and not there."""
    there = {info.filename for info in source.infolist()} - {form.MANIFEST}
    listed = [member.name for member in reader.manifest.members]
    for name in sorted(name for name, times in Counter(listed).items() if times > 1):
        yield problems.MEMBER_TWICE.at(f"{reader.where}/{form.MANIFEST}", name=name)
    for name in sorted(there - set(listed)):
        yield problems.FOREIGN_MEMBER.at(f"{reader.where}/{name}", name=name)
    for name in sorted(set(listed) - there):
        yield problems.MISSING_MEMBER.at(reader.where, name=name)
