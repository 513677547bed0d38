"""A process that has everything imported and forks one child per life of an instance; knows nothing of what they do.

It reads a request a line: ``{"call": "module:function", …}``, lets a child call that with the request, and answers how
the child ended. Nothing is open here when it forks: no database, no thread.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

LONGEST_SECONDS = 60


def main() -> None:
    """Import what the arguments name, then serve until the other end is closed."""
    for name in sys.argv[1:]:
        module = importlib.import_module(name)
        if hasattr(module, "warm"):
            module.warm()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _live(json.loads(line))
        _, status = os.waitpid(child, 0)
        ended = {"signal": os.WTERMSIG(status)} if os.WIFSIGNALED(status) else {"exit": os.WEXITSTATUS(status)}
        print(json.dumps(ended), flush=True)  # noqa: T201 - the answer


def _live(request: dict[str, Any]) -> NoReturn:
    """Be the child: whatever it prints goes to the errors, whatever it raises into the file ``trouble``."""
    gc.disable()  # a short life; to look through all that it has in common with its parent would copy that
    os.dup2(2, 1)
    signal.alarm(LONGEST_SECONDS)
    try:
        module, _, name = request["call"].partition(":")
        getattr(sys.modules[module], name)(request)
    except BaseException:  # noqa: BLE001 - the child ends here, and its last words are the finding
        Path(request["trouble"]).write_text(traceback.format_exc(), encoding="utf-8")
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
