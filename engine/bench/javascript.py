"""Times the closures of the JavaScript back end against what one would write by hand, in one Node process."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.bench.conditions import AROUND, CONDITIONS, SCOPE, made_rows
from engine.bench.measuring import ROUNDS, Line
from engine.kernel.canonical import Json
from engine.language.backends import javascript
from engine.language.backends.javascript.trees import to_json
from engine.language.compiling import compile_expression
from engine.storage.javascript import find_node

REACH = 2.0

_EVALUATOR = Path(javascript.__file__).parent / "built" / "language.mjs"
_PASSES = 5
"""How often a round goes through the rows: it must last long enough for the clock."""

_SCRIPT = """
import { readFileSync } from "node:fs";
import { compile } from EVALUATOR;

const { trees, rows, parameters, today, now, rounds, passes } = JSON.parse(readFileSync(0, "utf8"));
const s = { now, today, me: null, parameters, old: null, dayOf: () => null };
const byHand = [HANDS];
const middle = (numbers) => numbers.toSorted((x, y) => x - y)[numbers.length >> 1];

const counted = (holds) => {
  let count = 0;
  for (let pass = 0; pass < passes; pass++) for (const row of rows) if (holds(row, s)) count++;
  return count;
};
const timed = (holds) => {
  const start = performance.now();
  counted(holds);
  return (performance.now() - start) / 1000;
};

console.log(JSON.stringify(trees.map((tree, index) => {
  const [ours, theirs] = [compile(tree).holds, byHand[index]];
  if (counted(ours) !== counted(theirs)) throw new Error(`condition ${index}: ${counted(ours)} rows, by hand ${counted(theirs)}`);
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    const first = timed(round % 2 ? ours : theirs), second = timed(round % 2 ? theirs : ours);
    pairs.push(round % 2 ? [first, second] : [second, first]);
  }
  return [middle(pairs.map(([x]) => x)), middle(pairs.map(([, y]) => y)), middle(pairs.map(([x, y]) => x / y))];
})));
"""  # noqa: E501


def javascript_lines(count: int, rounds: int = ROUNDS) -> Iterator[Line]:
    """Yield a line for each condition over ``count`` records; without a Node.js, none."""
    node = find_node()
    if node is None:
        return
    found = _measured(node, count, rounds)
    for condition, (value, reference, ratio) in zip(CONDITIONS, found, strict=True):
        name = f"lang javascript {condition.name}"
        yield Line(name, value, f"≤ {REACH:g}×", ratio <= REACH, reference=reference, ratio=ratio)


def _measured(node: str, count: int, rounds: int) -> list[tuple[float, float, float]]:
    hands = ", ".join(f"(row, s) => {condition.javascript}" for condition in CONDITIONS)
    script = _SCRIPT.replace("EVALUATOR", json.dumps(_EVALUATOR.as_uri())).replace("HANDS", hands)
    work: Json = {
        "trees": [to_json(compile_expression(condition.source, SCOPE).tree) for condition in CONDITIONS],
        "rows": made_rows(count),
        "parameters": AROUND.parameters,
        "today": AROUND.today,
        "now": AROUND.now,
        "rounds": rounds,
        "passes": _PASSES,
    }
    with tempfile.TemporaryDirectory(prefix="youju-bench-") as folder:
        file = Path(folder) / "conditions.mjs"
        file.write_text(script, encoding="utf-8")
        done = subprocess.run(  # noqa: S603
            [node, str(file)], input=json.dumps(work), capture_output=True, text=True, check=True
        )
    return [(value, reference, ratio) for value, reference, ratio in json.loads(done.stdout)]
