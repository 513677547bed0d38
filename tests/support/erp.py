"""The demo ERP as whoever tries Youju starts it: a process of its own, met over HTTP alone."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
COMMAND = (sys.executable, "-m", "engine.cli", "demo-erp")


@dataclass(frozen=True)
class Erp:
    """A demo ERP that runs: ``told`` is what it printed."""

    told: dict[str, Any]
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        """The address that connectors call."""
        return str(self.told["url"])

    @property
    def token(self) -> str:
        """What opens it."""
        return str(self.told["token"])

    @property
    def listed(self) -> str:
        """What an administrator lists so that it may be called."""
        return self.url.split("/")[2]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Ask for a path, as nobody but a test does; return the status and the JSON of the answer."""
        connection = http.client.HTTPConnection(self.listed, timeout=PATIENCE)
        shown = {"Authorization": f"Bearer {self.token}", **headers}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), shown)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def fails(self, **failures: Any) -> None:
        """Change how it fails, from now on."""
        status, told = self.ask("PUT", "/_control/failures", failures)
        assert status == 200, told

    def rows(self, resource: str, query: str = "") -> list[Any]:
        """Return all rows of a resource."""
        found: list[Any] = []
        after = "0"
        while after is not None:
            _, page = self.ask("GET", f"/api/{resource}?limit=500&after={after}{query}")
            found += page["items"]
            after = page["next"]
        return found

    def requests(self) -> list[Any]:
        """Return what it was asked, the oldest first."""
        return list(self.ask("GET", "/_control/requests")[1]["latest"])


def environment(home: Path) -> dict[str, str]:
    """Return the environment in which the process runs: no setting of whoever runs the tests is in it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("YOUJU_")}
    return kept | {"YOUJU_HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}


@contextmanager
def running_erp(home: Path, *options: str) -> Iterator[Erp]:
    """Start a demo ERP on a free port and stop it in the end."""
    command = [*COMMAND, "--port", "0", "--json", *options]
    with subprocess.Popen(
        command, env=environment(home), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield Erp(_told(process), process)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _told(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    assert process.stderr is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line == "}\n":
            return dict(json.loads("".join(lines)))
    raise AssertionError(process.stderr.read())
