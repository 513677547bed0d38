"""The witness: a file outside the database that names the newest seal, so that the chain's end cannot vanish unseen."""

from __future__ import annotations

import fcntl
import hmac
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.kernel.canonical import pretty
from engine.kernel.problems import EngineError
from engine.storage import problems
from engine.storage.journal_format import NO_HASH, WITNESS_FORMAT, witness_mac


@dataclass(frozen=True, slots=True)
class Witness:
    """The number and hash of the newest seal that was seen; number 0 before the first."""

    number: int
    hash: str


NOTHING_SEALED = Witness(0, NO_HASH)


def read_witness(path: Path, key: bytes) -> Witness | None:
    """Return what the file says, or None where there is none.

    Raises ``EngineError`` (AUDIT-017) where the file was not written with this key.
    """
    try:
        content = json.loads(path.read_bytes())
        witness = Witness(content["number"], content["hash"])
        mac = str(content["mac"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError(problems.WITNESS_FORGED.at(path.name)) from error
    if not hmac.compare_digest(mac.encode(), witness_mac(key, witness.number, witness.hash).encode()):
        raise EngineError(problems.WITNESS_FORGED.at(path.name))
    return witness


def advance_witness(path: Path, key: bytes, witness: Witness) -> bool:
    """Write the witness unless the file names this seal or a newer one already; tell whether it was written.

    Raises ``EngineError`` (AUDIT-017) where the file was not written with this key.
    """
    with _alone(path.parent):
        seen = read_witness(path, key)
        if seen is not None and seen.number >= witness.number:
            return False
        write_witness(path, key, witness)
        return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes from looking and writing at the same time; the lock ends with the process at the latest."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_witness(path: Path, key: bytes, witness: Witness) -> None:
    """Put the witness in place of the one before: whole or not at all, whenever the process is killed."""
    content = {
        "format": WITNESS_FORMAT,
        "number": witness.number,
        "hash": witness.hash,
        "mac": witness_mac(key, witness.number, witness.hash),
    }
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(pretty(content))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
