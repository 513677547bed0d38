"""Keeping what runs the jobs alive beside the web: processes of their own, started again when one ends by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.runtime.settings import ON, REDIS_URL, TEST_CLOCK, Settings

PARENT = "YOUJU_SUPERVISOR"
"""The environment variable that tells a jobs process whose end is its own."""

PAUSE_SECONDS = 1.0
STOP_SECONDS = 10.0


@dataclass
class JobsProcess:
    """The supervised processes that run the jobs of an instance, one for each command of ``commands``."""

    settings: Settings
    commands: tuple[str, ...] = ("worker",)
    _stop: threading.Event = field(default_factory=threading.Event)
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @classmethod
    def start(cls, settings: Settings) -> JobsProcess:
        """Start what the settings ask for, and a thread that watches each: with a queue, a scheduler and a worker."""
        made = cls(settings) if settings.redis_url is None else cls(settings, ("scheduler", "worker"))
        for command in made.commands:
            threading.Thread(target=made._watch, args=(command,), name=f"{command}-watcher", daemon=True).start()
        return made

    def stop(self) -> None:
        """Ask the processes to finish what they are doing and end; end those by force that do not."""
        self._stop.set()
        running = [process for process in self._processes.values() if process.poll() is None]
        for process in running:
            process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _watch(self, command: str) -> None:
        environment = {
            **os.environ,
            "YOUJU_HOME": str(self.settings.home),
            "YOUJU_DATABASE_URL": self.settings.database_url,
            REDIS_URL: self.settings.redis_url or "",
            TEST_CLOCK: ON if self.settings.test_clock else "",
            PARENT: str(os.getpid()),
        }
        while not self._stop.is_set():
            line = [sys.executable, "-m", "engine.cli", command]
            process = subprocess.Popen(line, env=environment)  # noqa: S603 - our own command, no input in it
            self._processes[command] = process
            process.wait()
            self._stop.wait(PAUSE_SECONDS)


def is_orphan(environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether this process was started by a supervisor that is no longer there."""
    supervisor = (os.environ if environment is None else environment).get(PARENT)
    return supervisor is not None and int(supervisor) != os.getppid()
