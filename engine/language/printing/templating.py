"""Templates in the canonical style: their texts stay as they are, every expression in them is printed."""

from __future__ import annotations

from engine.language.printing.formatting import print_expression
from engine.language.printing.spelling import Speech
from engine.language.scope import Scope
from engine.language.templates import Place, compile_template


def print_template(source: str, scope: Scope, speech: Speech) -> str:
    """Return a template with every expression in the canonical style, the blanks around each kept.

    Raises ``EngineError`` with every problem of a template that does not compile.
    """
    printed, position = [], 0
    for place in sorted(compile_template(source, scope).places, key=lambda item: item.start):
        written = source[place.start : place.end]
        core = written.strip()
        before = written[: written.index(core)]
        joined = not before and (source[place.start - 1].isalnum() or core[:1] == "%")
        printed += [source[position : place.start], before or " " * joined]
        printed += [_printed(written, place, speech)]
        printed += [written[len(before) + len(core) :]]
        position = place.end
    return "".join([*printed, source[position:]])


def _printed(written: str, place: Place, speech: Speech) -> str:
    """Return an expression as it is printed; what a block goes over is printed as if it were counted."""
    if not place.rows:
        return print_expression(written, place.scope, speech, expects=place.expects)
    counted = print_expression(f"count({written})", place.scope, speech)
    return counted[counted.index("(") + 1 : -1]
