"""Documents of a record on its page and over the API: offered, made, and handed out safely."""

from __future__ import annotations

import io

from pypdf import PdfReader

from tests.integration.web.deals import APP
from tests.integration.web.test_api import problems
from tests.integration.web.test_held_pages import at, read


def words(answer):
    return PdfReader(io.BytesIO(answer.get_data())).pages[0].extract_text()


def test_a_document_is_offered_on_the_page_and_made_in_its_language(signed_in, deals):
    debt, rep = deals.debt("12.50"), signed_in("rep")
    page = rep.get(at(debt))
    assert "打印/下载" in read(page)
    assert f'href="{at(debt)}/documents/letter"' in page.get_data(as_text=True)
    made = rep.get(f"{at(debt)}/documents/letter")
    assert (made.status_code, made.content_type) == (200, "application/pdf")
    assert made.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E5%82%AC")
    assert (made.headers["X-Content-Type-Options"], made.headers["Cache-Control"]) == ("nosniff", "private, no-store")
    assert "sandbox" in made.headers["Content-Security-Policy"]
    text = words(made)
    assert "催款函" in text
    assert "12.5" in text


def test_a_document_is_listed_and_made_over_the_api(api_of, deals):
    debt, rep = deals.debt("5.00"), api_of("rep")
    path = f"/{APP}/debt/{debt.id}/documents"
    labels = {"zh": "催款函", "en": "Letter"}
    assert rep("GET", path).get_json() == {"items": [{"key": "letter", "labels": labels, "type": "pdf"}]}
    made = rep("GET", f"{path}/letter")
    assert made.content_type == "application/pdf"
    assert "5" in words(made)
    for wrong in (f"{path}/nothing", f"/{APP}/debt/no-record/documents", f"/{APP}/deal/{debt.id}/documents/letter"):
        assert problems(rep("GET", wrong), 404) == {"": "DECIDE-001"}
