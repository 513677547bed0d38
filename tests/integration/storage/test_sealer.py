"""The witness outside of the database only ever moves on."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError
from engine.storage.sealer import Sealer
from engine.storage.witness import Witness, advance_witness, read_witness, write_witness
from tests.support.archive import KEY, REAL, Archive


@pytest.fixture
def archive(library, tmp_path):
    made = Archive(library, tmp_path)
    made.fill()
    yield made
    made.raw.dispose()


def test_the_witness_stays_when_a_late_holder_comes_with_an_older_seal(archive, monkeypatch):
    """The first sealer has committed its seal and stops; another takes the lease, seals on, and the first wakes up."""
    later = Sealer(archive.library.database, KEY, archive.witness, "two", lambda: REAL + 200_000)
    advance, slept = advance_witness, []

    def late(path, key, witness):
        if not slept:
            slept.append(witness)
            archive.library.create("member", {"name": "后来的"})
            assert later.seal() == 1
        return advance(path, key, witness)

    monkeypatch.setattr("engine.storage.sealer.advance_witness", late)
    with pytest.raises(EngineError, match="STORE-051"):
        archive.sealer.seal()
    assert (slept[0].number, read_witness(archive.witness, KEY).number) == (4, 5)
    assert archive.verify().holds


def test_the_witness_moves_on_when_a_seal_is_newer(tmp_path):
    path = tmp_path / "journal.head"
    assert advance_witness(path, KEY, Witness(1, "a"))
    assert advance_witness(path, KEY, Witness(3, "c"))
    assert not advance_witness(path, KEY, Witness(2, "b"))
    assert not advance_witness(path, KEY, Witness(3, "d"))
    assert read_witness(path, KEY) == Witness(3, "c")


def test_the_witness_is_not_replaced_when_it_was_written_with_another_key(tmp_path):
    path = tmp_path / "journal.head"
    write_witness(path, b"another key", Witness(1, "a"))
    with pytest.raises(EngineError, match="AUDIT-017"):
        advance_witness(path, KEY, Witness(2, "b"))
