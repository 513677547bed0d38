"""Runs a piece of JavaScript in Node beside what is built, and gives back what it tells as JSON."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from engine.language.backends import javascript
from engine.storage.javascript import find_node

BUILT = Path(javascript.__file__).parent / "built"
LANGUAGE = BUILT / "language.mjs"


def node() -> str:
    """Return the Node.js of the tests."""
    found = find_node()
    assert found is not None, "no Node.js: make setup brings one"
    return found


def told_beside(module: Path, name: str, code: str, given: object = None):
    """Return what ``code`` returns; it sees a built module under that name and what is given as ``given``."""
    program = f"""
      import * as {name} from {json.dumps(module.as_uri())};
      let text = "";
      for await (const part of process.stdin) text += part;
      const given = JSON.parse(text);
      const result = await (async () => {{ {code} }})();
      process.stdout.write(JSON.stringify(result));
    """
    done = subprocess.run(
        [node(), "--input-type=module", "--eval", program],
        input=json.dumps(given).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def told(code: str, given: object = None):
    """Return what ``code`` returns; it sees the evaluator as ``language``."""
    return told_beside(LANGUAGE, "language", code, given)
