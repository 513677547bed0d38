"""Functions about the record as a whole."""

from __future__ import annotations

from dataclasses import replace

from engine.kernel.problems import Text
from engine.language.functions import problems
from engine.language.functions.shape import Function, Invocation
from engine.language.tree import And, Node


def _complete(call: Invocation) -> Node:
    form = call.scope.form
    if form is None or form.complete is None or call.inside:
        return call.report.broken(problems.COMPLETE_NOT_HERE, call.at)
    if call.report.complete is None:
        made = form.complete
        if isinstance(made, And):
            made = And(tuple(replace(item, at=call.at) for item in made.items))
        call.report.complete = replace(made, at=call.at)
    return call.report.complete


RECORD_FUNCTIONS = (
    Function(
        "complete",
        ("填写完整",),
        (),
        _complete,
        Text(
            "现在必填的字段都填了吗;隐藏的字段不算,明细行的必填字段也算",
            "Whether all fields that are required now are filled; hidden ones do not count, those of lines do",
        ),
        (),
    ),
)
