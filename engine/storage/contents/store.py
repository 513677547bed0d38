"""Keeps the contents of files by their SHA-256, whole or not at all; it knows neither names, owners nor records.

A content is written beside its place under a name of its own, brought to the disk and only then put in its place, so
that what has a place is whole. Its place follows from its digest alone: no name that anybody sends leads anywhere.
Another home for contents (S3) is one more class with these methods.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from engine.kernel.problems import EngineError
from engine.storage.contents.problems import GONE, TOO_LARGE

CHUNK = 1 << 20
HEAD = 512 * 1024
"""How much of a content's beginning is looked at to tell what it is."""

DAY_SECONDS = 86_400
_PART = "part-"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Received:
    """A content that has come in and waits to be put in its place: its digest, size in bytes and beginning."""

    sha256: str
    size: int
    head: bytes
    waits: Path | bytes
    known: bool = False
    """Whether it was in its place already when it came in: then it is not brought to the disk a second time."""


class Contents(Protocol):
    """A home for contents."""

    def received(self, source: IO[bytes], most: int) -> AbstractContextManager[Received]:
        """Take in a content of at most so many bytes (EngineError beyond); what is not placed goes with the block."""
        ...

    def place(self, received: Received) -> None:
        """Put a content in its place; it may be there already."""
        ...

    def open(self, sha256: str) -> IO[bytes]:
        """Open a content for reading, at any place of it; EngineError where it is not there."""
        ...

    def remove(self, sha256: str) -> None:
        """Let a content go; one that is not there is gone already."""
        ...

    def tidy(self) -> int:
        """Remove what was being taken in when its process died; return how many."""
        ...

    def settled(self, begins: str) -> list[str]:
        """Return the digests that begin so of contents that have been in their place for a day."""
        ...


@dataclass(frozen=True)
class FolderContents:
    """Contents in a folder of this machine, which only its owner may read."""

    folder: Path

    @contextmanager
    def received(self, source: IO[bytes], most: int) -> Iterator[Received]:
        """Take in a content under a name of its own."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self.folder / f"{_PART}{secrets.token_hex(16)}"
        try:
            with open(part, "xb", opener=_private) as file:
                digest, size, head = _copied(source, file, most)
                file.flush()
                known = self._is_whole(digest)
                if not known:
                    os.fsync(file.fileno())
            yield Received(digest, size, head, part, known)
        finally:
            part.unlink(missing_ok=True)

    def place(self, received: Received) -> None:
        """Rename it to its place and bring that to the disk."""
        place, part = self._place(received.sha256), Path(str(received.waits))
        if received.known:
            if place.exists():
                return
            _to_disk(part)  # it has been swept meanwhile
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.replace(place)
        for folder in (place.parent, self.folder):
            _to_disk(folder)

    def open(self, sha256: str) -> IO[bytes]:
        """Open the file."""
        try:
            return self._place(sha256).open("rb")
        except FileNotFoundError as error:
            raise EngineError(GONE.at()) from error

    def remove(self, sha256: str) -> None:
        """Delete the file."""
        self._place(sha256).unlink(missing_ok=True)

    def tidy(self) -> int:
        """Delete parts that are older than a day."""
        old = [part for part in self.folder.glob(f"{_PART}*") if _is_old(part)]
        for part in old:
            part.unlink(missing_ok=True)
        return len(old)

    def settled(self, begins: str) -> list[str]:
        """Look into one of the folders; ``begins`` is its name."""
        return sorted(path.name for path in self.folder.glob(f"{begins}/*") if _is_old(path))

    def _is_whole(self, sha256: str) -> bool:
        """Tell whether a content is in its place, and undamaged."""
        try:
            with self._place(sha256).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False

    def _place(self, sha256: str) -> Path:
        if not _DIGEST.fullmatch(sha256):
            raise EngineError(GONE.at())
        return self.folder / sha256[:2] / sha256


@dataclass(frozen=True)
class MemoryContents:
    """Contents of a throw-away instance, gone with it."""

    kept: dict[str, bytes] = field(default_factory=dict)

    @contextmanager
    def received(self, source: IO[bytes], most: int) -> Iterator[Received]:
        """Take in a content."""
        buffer = io.BytesIO()
        digest, size, head = _copied(source, buffer, most)
        yield Received(digest, size, head, buffer.getvalue())

    def place(self, received: Received) -> None:
        """Keep it."""
        self.kept[received.sha256] = bytes(received.waits) if isinstance(received.waits, bytes) else b""

    def open(self, sha256: str) -> IO[bytes]:
        """Return it as a file."""
        if sha256 not in self.kept:
            raise EngineError(GONE.at())
        return io.BytesIO(self.kept[sha256])

    def remove(self, sha256: str) -> None:
        """Forget it."""
        self.kept.pop(sha256, None)

    def tidy(self) -> int:
        """Find nothing: a process that dies leaves nothing."""
        return 0

    def settled(self, begins: str) -> list[str]:  # noqa: ARG002 - as every home
        """Find nothing: it does not live for a day."""
        return []


def _is_old(path: Path) -> bool:
    """Tell whether a file has not changed for a day; one that has just gone has not."""
    try:
        return path.stat().st_mtime < time.time() - DAY_SECONDS
    except FileNotFoundError:
        return False


def _copied(source: IO[bytes], target: IO[bytes], most: int) -> tuple[str, int, bytes]:
    """Copy a content, and return its digest, its size and how it begins; EngineError where it is too large."""
    digest, size, head = hashlib.sha256(), 0, b""
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > most:
            raise EngineError(TOO_LARGE.at("file", most=most // CHUNK))
        head += chunk[: max(0, HEAD - len(head))]
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest(), size, head


def _to_disk(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk: what was renamed is found again after the power failed."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
