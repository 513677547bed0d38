"""The reference of documents is that of the schemas, and its links lead somewhere."""

from __future__ import annotations

import re

from docs import generate_documents


def test_reference_tells_of_every_document_when_generated():
    written = generate_documents.TARGET.read_text(encoding="utf-8")
    assert written == generate_documents.page(), "run: make documents"


def test_every_link_of_the_reference_leads_to_a_heading():
    page = generate_documents.page()
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors
