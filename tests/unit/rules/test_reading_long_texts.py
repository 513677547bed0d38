"""Long texts of rules: twice the text is twice the work."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.rules.text import comments
from engine.rules.text.reading import read_rules

COMMENTS = Path(comments.__file__).name


def steps_to_read(source):
    """Return how many steps of the interpreter placing the comments takes."""
    steps = 0

    def inside(frame, event, _):
        nonlocal steps
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return inside

    def entering(frame, event, argument):
        return inside(frame, event, argument) if Path(frame.f_code.co_filename).name == COMMENTS else None

    before = sys.gettrace()
    sys.settrace(entering)
    try:
        read_rules(source)
    finally:
        sys.settrace(before)
    return steps


ONE_RULE = 'rule "a" on created for f then '


@pytest.mark.parametrize(
    "text",
    [
        lambda count: ONE_RULE + ",".join(["release # c\n"] * count),
        lambda count: ONE_RULE + ",".join(["\n# c\nrelease"] * count),
        lambda count: ONE_RULE + "if a then (" + ",".join(["release # c\n"] * count) + ")",
        lambda count: "".join(f"# c\n# d\n{ONE_RULE}release # {number}\n\n" for number in range(count)),
        lambda count: "# c\n" * count + f"{ONE_RULE}release\n" * 2,
        lambda count: f"{ONE_RULE}release\n" * 2 + "# c\n" * count,
        lambda count: "# far above\n\n" + f"{ONE_RULE}release\n" * count,
    ],
)
def test_twice_the_comments_are_twice_the_work_when_a_text_is_long(text):
    assert steps_to_read(text(160)) < 2.5 * steps_to_read(text(80))
