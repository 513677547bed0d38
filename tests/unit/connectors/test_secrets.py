"""Secrets by reference: kept sealed, told by name alone, taken out of what others say."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from engine.connectors.secrets import Secrets, hidden
from engine.kernel.problems import EngineError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_secret_comes_back_when_it_was_kept(tmp_path: Path) -> None:
    Secrets(tmp_path).keep("erp_token", "s3cret-value")
    Secrets(tmp_path).keep("other", "another")
    assert Secrets(tmp_path)["erp_token"] == "s3cret-value"
    assert Secrets(tmp_path).names() == ("erp_token", "other")


def test_nothing_of_a_secret_is_readable_when_it_lies_in_the_folder(tmp_path: Path) -> None:
    Secrets(tmp_path).keep("erp_token", "s3cret-value")
    for file in tmp_path.iterdir():
        assert b"s3cret-value" not in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_environment_goes_first_when_both_know_a_secret(tmp_path: Path) -> None:
    Secrets(tmp_path).keep("erp_token", "of the file")
    both = Secrets(tmp_path, {"YOUJU_SECRET_ERP_TOKEN": "of the environment", "YOUJU_SECRET_EMPTY": ""})
    assert both["erp_token"] == "of the environment"
    assert both.names() == ("erp_token",)


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_a_secret_is_asked_for_by_name_when_it_is_not_set(tmp_path: Path, name: str) -> None:
    with pytest.raises(EngineError) as caught:
        Secrets(tmp_path, {"YOUJU_SECRET_EMPTY": ""})[name]
    assert caught.value.problems[0].code == "CONN-013"


def test_a_secret_is_gone_when_it_was_removed(tmp_path: Path) -> None:
    kept = Secrets(tmp_path)
    kept.keep("erp_token", "s3cret-value")
    kept.keep("erp_token", None)
    assert kept.names() == ()


@pytest.mark.parametrize("name", ["ERP", "a-b", "", "1a", "../a", "a" * 42])
def test_a_name_is_refused_when_no_document_could_say_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(EngineError) as caught:
        Secrets(tmp_path).keep(name, "value")
    assert caught.value.problems[0].code == "CONN-014"


def test_the_file_is_told_to_be_unreadable_when_the_key_is_another(tmp_path: Path) -> None:
    Secrets(tmp_path).keep("erp_token", "s3cret-value")
    (tmp_path / "secrets.key").unlink()
    with pytest.raises(EngineError) as caught:
        Secrets(tmp_path)["erp_token"]
    assert caught.value.problems[0].code == "CONN-015"


def test_secrets_are_taken_out_when_others_repeat_them() -> None:
    assert hidden("token s3cret-value and s3cret", ["s3cret", "s3cret-value"]) == "token *** and ***"
    assert hidden("a cat", ["a"]) == "a cat"


def test_a_secret_is_not_shown_when_what_holds_it_is_printed(tmp_path: Path) -> None:
    assert "s3cret" not in repr(Secrets(tmp_path, {"YOUJU_SECRET_A": "s3cret"}))
