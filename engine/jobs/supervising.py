"""Keeping a jobs process alive beside the web: a process of its own, started again when it ends by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.runtime.settings import ON, TEST_CLOCK, Settings

PARENT = "YOUJU_SUPERVISOR"
"""The environment variable that tells a jobs process whose end is its own."""

PAUSE_SECONDS = 1.0
STOP_SECONDS = 10.0


@dataclass
class JobsProcess:
    """One supervised jobs process."""

    settings: Settings
    _stop: threading.Event = field(default_factory=threading.Event)
    _process: subprocess.Popen[bytes] | None = None
    _watcher: threading.Thread | None = None

    @classmethod
    def start(cls, settings: Settings) -> JobsProcess:
        """Start a process and the thread that watches it."""
        made = cls(settings)
        made._watcher = threading.Thread(target=made._watch, name="jobs-watcher", daemon=True)
        made._watcher.start()
        return made

    def stop(self) -> None:
        """Ask the process to finish what it is doing and end; end it by force if it does not."""
        self._stop.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _watch(self) -> None:
        environment = {
            **os.environ,
            "YOUJU_HOME": str(self.settings.home),
            "YOUJU_DATABASE_URL": self.settings.database_url,
            TEST_CLOCK: ON if self.settings.test_clock else "",
            PARENT: str(os.getpid()),
        }
        while not self._stop.is_set():
            command = [sys.executable, "-m", "engine.cli", "worker"]
            self._process = subprocess.Popen(command, env=environment)  # noqa: S603 - our own command, no input in it
            self._process.wait()
            self._stop.wait(PAUSE_SECONDS)


def is_orphan(environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether this process was started by a supervisor that is no longer there."""
    supervisor = (os.environ if environment is None else environment).get(PARENT)
    return supervisor is not None and int(supervisor) != os.getppid()
