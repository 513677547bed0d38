"""A monitor with the token reads how the instance stands; nobody else reads anything."""

from __future__ import annotations

import dataclasses
import re

import pytest

from engine.boot import open_instance
from engine.runtime.settings import read_settings
from web.app import create_app

TOKEN = "the monitor's word"


@pytest.fixture
def asked(instance):
    """Ask for the metrics of an instance with a token."""
    settings = dataclasses.replace(instance.settings, metrics_token=TOKEN)
    client = create_app(dataclasses.replace(instance, settings=settings)).test_client()

    def ask(authorization=f"Bearer {TOKEN}"):
        return client.get("/metrics", headers={"Authorization": authorization} if authorization else {})

    return ask


def figures(response):
    lines = [line for line in response.get_data(as_text=True).splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_the_figures_are_there_when_the_token_is_shown(asked):
    assert asked().status_code == 200
    response = asked()
    found = figures(response)
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    assert response.headers["Cache-Control"] == "no-store"
    assert found["youju_up"] == found["youju_queue_up"] == 1
    assert found["youju_dead_letters"] == 0
    assert found["youju_outbox_waiting"] >= 0
    assert found['youju_http_requests_total{method="GET",status="200"}'] >= 1
    described = set(re.findall(r"^# HELP (\S+) \S", response.get_data(as_text=True), re.MULTILINE))
    assert {name for name in found if "{" not in name} <= described


@pytest.mark.parametrize("authorization", [None, "", f"Basic {TOKEN}", "Bearer ", f"Bearer {TOKEN}x", "Bearer ü"])
def test_nothing_is_told_when_the_token_is_another(asked, authorization):
    answered = asked(authorization)
    assert answered.status_code == 401
    assert "youju_up" not in answered.get_data(as_text=True)


def test_there_is_no_such_address_when_no_token_is_named(instance):
    assert create_app(instance).test_client().get("/metrics").status_code == 404


def test_one_figure_is_left_when_the_database_is_gone(tmp_path):
    settings = read_settings({"YOUJU_HOME": str(tmp_path / "lost"), "YOUJU_METRICS_TOKEN": TOKEN})
    lost = open_instance(settings)
    client = create_app(lost).test_client()
    lost.close()
    (tmp_path / "lost").rename(tmp_path / "away")
    found = figures(client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}))
    assert {name: value for name, value in found.items() if "http" not in name} == {"youju_up": 0}
