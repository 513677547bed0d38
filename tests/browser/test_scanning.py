"""Codes read by the camera: a worker with a policy of its own reads them where the browser cannot."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.browser.conftest import FAKE_DEVICES, PASSWORD, PHONE, chromium
from tests.support.apps import app, field, form

CODE = "6901234567892"
WIDTH, HEIGHT, MODULE = 640, 480, 5
LEFT = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
PARITY = ("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL")


def bars(code):
    """Return the modules of an EAN-13 as its standard has them, ``1`` for a dark one."""

    def right(digit):
        return LEFT[digit].translate(str.maketrans("01", "10"))

    first, *rest = map(int, code)
    left = [LEFT[d] if side == "L" else right(d)[::-1] for d, side in zip(rest[:6], PARITY[first], strict=True)]
    return "".join(["101", *left, "01010", *map(right, rest[6:]), "101"])


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A film of a camera that is held before a bar code."""
    dark = [module == "1" for module in bars(CODE) for _ in range(MODULE)]
    edge = (WIDTH - len(dark)) // 2
    row = bytes([235] * edge + [16 if one else 235 for one in dark] + [235] * (WIDTH - edge - len(dark)))
    white = bytes([235]) * WIDTH
    picture = white * 80 + row * (HEIGHT - 160) + white * 80 + bytes([128]) * (WIDTH * HEIGHT // 2)
    path = tmp_path_factory.mktemp("film") / "code.y4m"
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420\n".encode() + (b"FRAME\n" + picture) * 5)
    return path


@pytest.fixture(scope="module")
def browser(browser, film):
    """A browser whose camera shows the film."""
    film_flag = f"--use-file-for-fake-video-capture={film}"
    launched = browser.browser_type.launch(executable_path=chromium(), args=["--no-sandbox", *FAKE_DEVICES, film_flag])
    yield launched
    launched.close()


@pytest.fixture(scope="module", autouse=True)
def _counter(instance):
    """An app with a field for a code."""
    sale = form("sale", field("code", "scan", codes="ean"), title="{{code}}")
    publish(instance.services.execution, app(sale, key="counter"), Actor(None))
    instance.directory.add_user("ada", "王小满", PASSWORD)
    instance.directory.grant("ada", "counter", "staff")


def test_a_code_stands_in_its_box_when_the_camera_is_held_before_it(signed_in):
    page = signed_in("ada", viewport=PHONE)
    page.goto("/a/counter/sale/new")
    page.get_by_role("button", name="扫码").click()
    expect(page.locator("#f-code")).to_have_value(CODE)
    expect(page.get_by_role("dialog", name="扫码")).to_be_hidden()
    expect(page.locator("#f-code")).to_be_focused()


def test_only_the_reader_may_run_webassembly_when_policies_are_compared(signed_in):
    page = signed_in("ada")
    policies = {path: page.request.get(path).headers["content-security-policy"] for path in ("/", "/static/decoder.js")}
    assert "wasm-unsafe-eval" not in policies["/"]
    assert "wasm-unsafe-eval" in policies["/static/decoder.js"]
    assert page.request.get("/static/zxing_reader.wasm").headers["content-type"] == "application/wasm"


def test_the_box_says_to_type_the_number_when_the_reader_cannot_be_had(signed_in, watch):
    page = signed_in("ada")
    page.goto("/a/counter/sale/new")
    page.context.route("**/zxing_reader.wasm*", lambda route: route.abort())
    page.get_by_role("button", name="扫码").click()
    expect(page.get_by_role("dialog", name="扫码")).to_contain_text("请输入号码")
    page.keyboard.press("Escape")
    page.fill("#f-code", CODE)
    expected = ("ERR_FAILED", "wasm", "ArrayBuffer instantiation")
    watch.faults[:] = [fault for fault in watch.faults if not any(part in fault for part in expected)]
