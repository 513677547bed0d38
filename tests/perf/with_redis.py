"""Runs a command with a private Redis of this run in YOUJU_REDIS_URL.

python -m tests.perf.with_redis python -m tests.perf.with_postgresql youju bench jobs
"""

import os
import subprocess
import sys

from tests.support.redis_server import running_redis


def main() -> int:
    """Return the exit code of the command."""
    with running_redis() as server:
        environment = os.environ | {"YOUJU_REDIS_URL": server.url()}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
