"""``youju demo-erp`` as it is run: what it prints, how it ends, and what goes over the wire when it fails."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.erp import COMMAND, Erp, environment, running_erp

if TYPE_CHECKING:
    from pathlib import Path

REFUSED, USAGE, ENVIRONMENT = 1, 2, 3
TOKEN = "of-the-test"


@pytest.fixture(scope="module")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erp]:
    with running_erp(tmp_path_factory.mktemp("erp"), "--anchor", "2026-03-18", "--token", TOKEN) as found:
        yield found


@pytest.fixture(autouse=True)
def _well(erp: Erp) -> None:
    erp.fails(fail=0, lost=0, wrong_json=0, slow=0, slow_ms=0)


def ended(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command, which has to end by itself."""
    return subprocess.run(
        [*COMMAND, *options], env=environment(home), text=True, capture_output=True, timeout=60, check=False
    )


def test_it_prints_what_connectors_have_to_know_when_it_starts(erp: Erp) -> None:
    assert erp.told["environment"] == {
        "YOUJU_EGRESS_ALLOW": erp.listed,
        "YOUJU_SECRET_ERP_URL": erp.url,
        "YOUJU_SECRET_ERP_TOKEN": TOKEN,
    }
    assert erp.ask("GET", "/api/ping") == (200, {"ok": True, "partner": "erp"})


def test_it_goes_on_with_its_rows_when_it_is_started_again(tmp_path: Path) -> None:
    voucher = {"voucher_date": "2026-03-18", "summary": "x", "amount": 5, "status": "draft"}
    with running_erp(tmp_path, "--anchor", "2026-03-18") as first:
        assert len(first.token) > 20
        assert first.ask("POST", "/api/vouchers", voucher)[0] == 201
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(10) == 0
    with running_erp(tmp_path) as again:
        assert again.rows("vouchers")[-1]["summary"] == "x"
    with running_erp(tmp_path, "--anchor", "2026-03-19", "--fresh") as fresh:
        assert fresh.rows("vouchers")[-1]["summary"] != "x"


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--fail", "0.8", "--lost", "0.4"], USAGE, "STAND-020"),
        (["--fail", "1.5"], USAGE, "--fail"),
        (["--slow", "soon"], USAGE, "--slow"),
        (["--document", "absent.json"], REFUSED, "STAND-001"),
        (["--database", "absent/folder/erp.db"], ENVIRONMENT, "STAND-023"),
    ],
)
def test_it_refuses_to_start_when_an_option_is_wrong(tmp_path: Path, options: list[str], code: int, says: str) -> None:
    done = ended(tmp_path, *options)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr


def test_it_refuses_to_start_when_its_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = ended(tmp_path, "--port", str(taken.getsockname()[1]))
    assert (done.returncode, "STAND-024" in done.stderr) == (ENVIRONMENT, True), done.stderr


def test_it_refuses_to_start_when_its_file_counts_from_another_day(tmp_path: Path) -> None:
    with running_erp(tmp_path, "--anchor", "2026-03-18"):
        pass
    done = ended(tmp_path, "--anchor", "2026-03-19")
    assert (done.returncode, "STAND-022" in done.stderr) == (REFUSED, True), done.stderr


def test_the_answer_is_no_json_when_it_is_to_be_broken(erp: Erp) -> None:
    erp.fails(wrong_json=1)
    with pytest.raises(json.JSONDecodeError):
        erp.ask("GET", "/api/ping")


def test_nothing_comes_back_when_the_answer_is_to_be_lost(erp: Erp) -> None:
    erp.fails(lost=1)
    with pytest.raises(http.client.RemoteDisconnected):
        erp.ask("GET", "/api/ping")


def test_the_controls_are_closed_when_another_name_leads_to_them(erp: Erp) -> None:
    status, told = erp.ask("GET", "/_control/requests", Host="elsewhere.example.com")
    assert (status, told["errors"][0]["code"]) == (404, "STAND-021")
    assert erp.ask("GET", "/_control/requests", Host="localhost:1")[0] == 200


@pytest.mark.parametrize("length", ["2000000", "-1", "x"])
def test_a_body_is_refused_when_it_is_too_long(erp: Erp, length: str) -> None:
    status, told = erp.ask("POST", "/api/vouchers", **{"Content-Length": length})
    assert (status, told["errors"][0]["code"]) == (422, "STAND-015")


def test_a_query_is_refused_when_it_is_endless(erp: Erp) -> None:
    query = "&".join(f"a{number}=1" for number in range(200))
    assert erp.ask("GET", f"/api/vouchers?{query}")[0] == 422


def test_an_id_is_one_part_of_the_path_when_it_is_escaped(erp: Erp) -> None:
    status, told = erp.ask("GET", "/api/vouchers/a%2Fb")
    assert (status, told["errors"][0]["path"]) == (404, "vouchers/a/b")


def test_others_are_answered_when_one_is_slow(erp: Erp) -> None:
    erp.fails(slow=1, slow_ms=3_000)
    waiting = http.client.HTTPConnection(erp.listed, timeout=10)
    waiting.request("GET", "/api/ping", headers={"Authorization": f"Bearer {TOKEN}"})
    erp.fails(slow=0)
    assert erp.ask("GET", "/api/ping")[0] == 200
    waiting.close()
