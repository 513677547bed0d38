"""The page's half of a form, built from its sources and run in Node."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import web
from tests.support.node import node, told_beside

SOURCE = Path(web.__file__).parent / "source" / "form"
ROOT = Path(web.__file__).parents[1]


@cache
def _built() -> Path:
    """Return the bundle of what parses and judges, made once a process."""
    out = Path(mkdtemp()) / "page.mjs"
    entry = f"""
      export * from {json.dumps(str(SOURCE / "parsing.ts"))};
      export * from {json.dumps(str(SOURCE / "judging.ts"))};
      export {{ zoneOf, show }} from {json.dumps(str(ROOT / "engine/language/backends/javascript/source/language.ts"))};
    """
    code = f"""
      const {{ build }} = await import({json.dumps((ROOT / "node_modules/esbuild/lib/main.js").as_uri())});
      await build({{ stdin: {{ contents: {json.dumps(entry)}, loader: "ts", resolveDir: {json.dumps(str(ROOT))} }},
        bundle: true, format: "esm", target: "es2022", outfile: {json.dumps(str(out))} }});
    """
    subprocess.run([node(), "--input-type=module", "--eval", code], check=True, capture_output=True)
    return out


def page(code: str, given: object = None):
    """Return what ``code`` returns; it sees the page's half as ``form``."""
    return told_beside(_built(), "form", code, given)
