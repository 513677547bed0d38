"""``youju serve`` as a process: it says where it is, answers, and goes when told to."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

COMMAND = "from web.commands import serve; serve()"


@pytest.fixture
def start(tmp_path):
    running = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "YOUJU_HOME": str(tmp_path / "home"), "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def test_it_serves_until_it_is_told_to_stop_when_started(start):
    process = start("--port", "0", "--no-jobs")
    address = process.stdout.readline().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
    with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:  # noqa: S310 - our own address
        assert answer.status == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_it_says_so_when_its_port_is_taken(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start("--port", str(taken.getsockname()[1]), "--no-jobs")
        _, said = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "--port" in said
    assert "Traceback" not in said


def test_a_file_of_some_size_gets_through_when_it_is_sent(start):
    process = start("--port", "0", "--no-jobs")
    address = process.stdout.readline().strip()
    request = urllib.request.Request(f"{address}/api/v1/files", b"x" * 2_000_000, method="POST")  # noqa: S310 - our own
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=20)  # noqa: S310
    assert caught.value.code == 401  # who sent it is asked, not how large it is
    caught.value.close()
