"""The journal's format is final: these digests were right when it was made, and must be right for ever."""

from __future__ import annotations

import pytest

from engine.storage import journal_format as form

ENTRY = {
    "id": "01912d68-783e-7a03-8467-5661c1243ad4",
    "at": 1_790_000_000_123,
    "actor": "u1",
    "rule": None,
    "command": "c1",
    "app": "library",
    "subject": "book",
    "record": "b1",
    "version": 1,
    "action": "create",
    "revision": 3,
    "reason": "盘点",
    "digests": '{"title":"00"}',
}


def test_digests_are_as_ever_when_computed_again():
    salt = "000102030405060708090a0b0c0d0e0f"
    assert form.value_digest(salt, "石头记") == VALUE
    assert form.entry_digest(ENTRY) == ENTRY_DIGEST
    entries = form.entries_digest([ENTRY_DIGEST, VALUE])
    assert entries == BATCH
    seal = form.seal_hash(1, form.NO_HASH, 2, entries, 1_790_000_001_000)
    assert seal == SEAL
    key = bytes(range(32))
    assert (form.seal_mac(key, seal), form.head_mac(key, 1, seal), form.witness_mac(key, 1, seal)) == MACS


@pytest.mark.parametrize("column", form.SEALED_COLUMNS)
def test_the_digest_is_another_one_when_a_sealed_column_differs(column):
    assert form.entry_digest({**ENTRY, column: "other"}) != form.entry_digest(ENTRY)


def test_the_digest_stays_when_only_the_payload_shrinks():
    assert form.entry_digest({**ENTRY, "payload": "{}"}) == form.entry_digest({**ENTRY, "payload": '{"a":1}'})


VALUE = "1e3405a0b9d6b30ba4ccd9220159eadade6648eea06b4102e4aac2f69595b19d"
ENTRY_DIGEST = "8df99ad12ab69244a1e3a441e83aa0ffa372b7d8d3d366b2d0c59d11462504f2"
BATCH = "91a05432b02a8e5e6575f7908336c1ad9a5aae88a8d4a1578c588453989fe467"
SEAL = "910b7af57760ab6264d9b750ed2347594ad0967f161d7531dcfa794008ccb780"
MACS = (
    "198ca8c4f76951cff0dfaba6c44dcf958d3cbd0535648eaf1da281629aea789f",
    "ef0618cb90b9803059a234132907c7e125179115afe97455a519017cb94c3a8a",
    "c7b50ec400a54eb620a6903b8f4a5be574dee171c40c8fb10cf029c34df7d236",
)
"""Computed from docs/reference/journal.md by another program."""
