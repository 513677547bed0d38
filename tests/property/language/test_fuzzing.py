"""The coverage-guided fuzzer finds nothing in a short run; `python -m tests.fuzz.parser` runs it for longer."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
RUNS = 15_000


def test_parser_ends_in_problems_with_a_place_when_inputs_are_guided_by_coverage(tmp_path):
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.parser",
        str(tmp_path),
        f"-runs={RUNS}",
        "-seed=1",
        "-print_final_stats=1",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {RUNS} runs" in done.stderr
