"""A Node process that evaluates trees: it is found, started and asked here; what it is asked, the language says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.language.backends import javascript
from engine.storage import problems

NODE_VARIABLE = "YOUJU_NODE"
LEAST_NODE = 20

_PATIENCE_SECONDS = 5

_PROGRAM = Path(javascript.__file__).parent / "built" / "lines.mjs"


class Evaluator:
    """A running Node process; it takes one request after the other."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Take over a process that answers each line with one line."""
        self._process = process

    def answer(self, trees: Sequence[Json], world: Json | None = None) -> list[Json]:
        """Return for each tree the values for all rows of the world; without one, of the world sent last.

        A value that the process could not give is ``{"unknown": …}`` or ``{"failed": …}``, and so may be all values of
        one tree. Raises ``EngineError`` when the process has ended.
        """
        request: dict[str, Json] = {"trees": trees} if world is None else {"trees": trees, "world": world}
        reply = self._exchange(json.dumps(request).encode() + b"\n")
        if not reply.endswith(b"\n"):
            raise EngineError(problems.NODE_ENDED.at("", status=self._process.wait()))
        answers = json.loads(reply)
        if not isinstance(answers, list):
            raise EngineError(problems.NODE_REFUSED.at("", reason=str(answers)))
        return answers

    def _exchange(self, line: bytes) -> bytes:
        writing, reading = self._process.stdin, self._process.stdout
        if writing is None or reading is None:
            return b""
        try:
            # The process answers only what it has read to the line's end, so that neither side waits for the other.
            writing.write(line)
            writing.flush()
        except (BrokenPipeError, ValueError):
            return b""
        return reading.readline()


@contextmanager
def evaluator(node: str) -> Iterator[Evaluator]:
    """Run the evaluator in that Node.js until the block ends."""
    process = subprocess.Popen([node, str(_PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
    try:
        yield Evaluator(process)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the process go: it ends by itself when there is nothing more to read."""
    try:
        process.communicate(timeout=_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


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
