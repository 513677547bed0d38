"""Named formats and globs as regular expressions for the evaluator, so that it need not know what each format is."""

from __future__ import annotations

import re

from engine.kernel.canonical import Json
from engine.language import formats, globs
from engine.language.operations import Op
from engine.language.tree import Literal, Operation

_EMAIL = f"(?=.{{1,{formats.EMAIL_LENGTH}}}$)(?=[^@]{{0,{formats.LOCAL_LENGTH}}}@){formats.EMAIL}"
_SIGNS = re.compile(r"[\\^$.*+?()\[\]{}|/]")
"""What has a meaning in a regular expression of JavaScript; it allows no backslash before anything else."""


def test_of(node: Operation, text: Json) -> Json:
    """Return the test of a text against a format or a glob; the evaluator holds patterns against the whole text."""
    match node.op, node.arguments:
        case Op.IS_EMAIL, _:
            return ["fits", text, _EMAIL]
        case Op.IS_PHONE, _:
            return ["fits", text, formats.PHONE]
        case Op.IS_USCC, _:
            return ["and", ["fits", text, formats.USCC], ["checked", text, formats.USCC_CHARACTERS]]
        case _, (_, Literal(str() as pattern)):
            return ["fits", text, _glob(pattern)]
        case _:
            raise TypeError(node.op)


def _glob(pattern: str) -> str:
    """Return the regular expression; what a part between stars has found is never given up again."""
    parts = [""]
    for piece in globs.pieces_of(pattern):
        if piece is globs.Wild.ANY:
            parts.append("")
        else:
            parts[-1] += "." if piece is globs.Wild.ONE else _SIGNS.sub(r"\\\g<0>", str(piece))
    first, *rest = parts
    # A look-ahead that has matched is not tried again, and \N takes exactly what it found.
    between = "".join(f"(?=(.*?{part}))\\{number}" for number, part in enumerate(rest[:-1], 1))
    return first + between + "".join(f".*{part}" for part in rest[-1:])
