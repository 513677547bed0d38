"""Runs a command with a private PostgreSQL of this run in YOUJU_DATABASE_URL.

python -m tests.perf.with_postgresql youju bench lang
"""

import os
import subprocess
import sys

from tests.support.postgres import running_postgres


def main() -> int:
    """Return the exit code of the command."""
    with running_postgres() as server:
        environment = os.environ | {"YOUJU_DATABASE_URL": server.create("bench")}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
