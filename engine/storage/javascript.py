"""A Node process that evaluates trees: it is found, started and asked here; what it is asked, the language says."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from time import monotonic

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.language.backends import javascript
from engine.storage import problems

NODE_VARIABLE = "YOUJU_NODE"
LEAST_NODE = 20

PATIENCE_SECONDS = 30.0
"""How long a request may take before the process counts as lost."""

_LEAVE_SECONDS = 5
_AT_ONCE = 65_536

_PROGRAM = Path(javascript.__file__).parent / "built" / "lines.mjs"


class Evaluator:
    """A running Node process; it takes one request after the other, and another one takes over when it has ended."""

    def __init__(self, node: str, patience: float = PATIENCE_SECONDS) -> None:
        """Start the Node.js; a request that takes longer than ``patience``, in seconds, ends the process."""
        self._node, self._patience = node, patience
        self._process = _started(node)

    def answer(self, trees: Sequence[Json], world: Json | None = None) -> list[Json]:
        """Return for each tree the values for all rows of the world; without one, of the world sent last.

        A value that the process could not give is ``{"unknown": …}`` or ``{"failed": …}``, and so may be all values of
        one tree. Raises ``EngineError`` when the process has ended or took too long; the next request with a world
        finds a new one.
        """
        if world is not None and self._process.poll() is not None:
            self.close()
            self._process = _started(self._node)
        request: dict[str, Json] = {"trees": trees} if world is None else {"trees": trees, "world": world}
        reply = self._exchange(json.dumps(request).encode() + b"\n")
        if not reply.endswith(b"\n"):
            raise EngineError(problems.NODE_ENDED.at("", status=self._ended()))
        answers = json.loads(reply)
        if not isinstance(answers, list):
            raise EngineError(problems.NODE_REFUSED.at("", reason=str(answers)))
        return answers

    def close(self) -> None:
        """Let the process go: it ends by itself when there is nothing more to read."""
        try:
            self._process.communicate(timeout=_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def _exchange(self, line: bytes) -> bytes:
        """Return what the process answers; what is no whole line where it ended, or was ended for being slow."""
        writing, reading = self._process.stdin, self._process.stdout
        if writing is None or reading is None:
            return b""
        deadline = monotonic() + self._patience
        unwritten, reply = memoryview(line), bytearray()
        while not reply.endswith(b"\n"):
            # Both at once: who only wrote would wait for ever for a process that does not read.
            ready = _ready(reading.fileno(), writing.fileno() if unwritten else None, deadline - monotonic())
            if not ready:
                self._process.kill()
                break
            try:
                if writing.fileno() in ready:
                    unwritten = unwritten[os.write(writing.fileno(), unwritten) :]
                if reading.fileno() in ready:
                    read = os.read(reading.fileno(), _AT_ONCE)
                    reply += read
                    if not read:
                        break
            except BrokenPipeError:
                break
        return bytes(reply)

    def _ended(self) -> int:
        """Return the status of the process, which answers no more; it is ended where it does not end by itself."""
        try:
            return self._process.wait(_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def _started(node: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([node, str(_PROGRAM)], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
    if process.stdin is not None:
        os.set_blocking(process.stdin.fileno(), False)
    return process


def _ready(reading: int, writing: int | None, seconds: float) -> frozenset[int]:
    """Return which of the two can go on, or have ended; none where nothing happens for so long."""
    waiting = select.poll()
    waiting.register(reading, select.POLLIN)
    if writing is not None:
        waiting.register(writing, select.POLLOUT)
    return frozenset(found for found, _ in waiting.poll(max(seconds, 0) * 1000))


@contextmanager
def evaluator(node: str, patience: float = PATIENCE_SECONDS) -> Iterator[Evaluator]:
    """Run the evaluator in that Node.js until the block ends; no request takes longer than ``patience``, in seconds."""
    running = Evaluator(node, patience)
    try:
        yield running
    finally:
        running.close()


def find_node() -> str | None:
    """Return the Node.js to use: ``YOUJU_NODE``, else the one beside this Python, else one on the path, or None."""
    named = os.environ.get(NODE_VARIABLE)
    beside = shutil.which("node", path=sysconfig.get_path("scripts"))
    candidates = [named] if named else [beside, shutil.which("node")]
    return next((path for path in candidates if path is not None and _is_fit(path)), None)


@lru_cache(maxsize=8)
def _is_fit(path: str) -> bool:
    """Tell whether that is a Node.js that is new enough."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    number = done.stdout.strip().removeprefix("v").partition(".")[0]
    return number.isdecimal() and int(number) >= LEAST_NODE
