"""What is captured in forms: photos with place and token, signatures, voice notes, places, codes and files."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.browser.conftest import PASSWORD
from tests.browser.test_axe import judged
from tests.support.apps import app, field, form

NEW = "/a/field_work/inspection/new"
HERE = {"permissions": ["geolocation"], "geolocation": {"latitude": 28.682, "longitude": 115.891, "accuracy": 12}}
PDF = {"name": "manual.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020244013b")
RIGHT_CODE, WRONG_CODE = "6901234567892", "6901234567893"


@pytest.fixture(scope="module", autouse=True)
def _field_work(instance):
    """An app with a field of each kind that is captured, and somebody who works with it."""
    inspection = form(
        "inspection",
        field("name"),
        field("photos", "photo", required="create", max_count=2),
        field("sketch", "photo", position=False, max_count=1),
        field("spot", "location"),
        field("note", "audio", min_seconds=2),
        field("code", "scan", codes="ean"),
        field("pictures", "image"),
        field("papers", "attachment", max_count=2),
        field("sign", "signature"),
        field("parts", "lines", fields=[field("part"), field("shown", "image")]),
        title="{{name}}",
    )
    publish(instance.services.execution, app(inspection, key="field_work"), Actor(None))
    instance.directory.add_user("ada", "王小满", PASSWORD)
    instance.directory.grant("ada", "field_work", "staff")


@pytest.fixture
def filling(signed_in):
    """Open the form as somebody who lets the page know where they are, unless told otherwise."""

    def begin(**more):
        page = signed_in("ada", **{**HERE, **more})
        page.goto(NEW)
        return page

    return begin


@pytest.fixture
def saved(instance, viewer):
    """Return the fields of the record whose page is open."""

    def read(page):
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status").filter(has_text="已记好")).to_be_visible()
        identifier = page.url.split("?")[0].rsplit("/", 1)[1]
        return instance.records.read(viewer("ada"), "field_work", "inspection", identifier).fields

    return read


def slot(page, key):
    return page.locator(f"[data-field={key}]")


def shoot(page, key="photos"):
    """Take a photo, as a hand does: open the camera, wait for the place, press."""
    slot(page, key).locator("[data-main]").click()
    camera = page.get_by_role("dialog", name="相机")
    expect(camera.get_by_text("已定位 ±12米")).to_be_visible()
    camera.get_by_role("button", name="按下快门").click()
    expect(camera).to_be_hidden()


def colour(picture):
    """Return red, green and blue of a point near the upper edge of a picture; the fake camera shows green."""
    return picture.evaluate(
        """async (image) => {
          await image.decode();
          const pen = document.createElement("canvas").getContext("2d");
          pen.drawImage(image, 0, 0, 40, 30);
          return [...pen.getImageData(20, 3, 1, 1).data];
        }"""
    )


def test_a_photo_is_kept_with_place_and_token_when_it_is_taken_in_the_page(filling, saved):
    page = filling()
    shoot(page)
    expect(slot(page, "photos").locator("li")).to_contain_text("已定位 ±12米")
    (photo,) = saved(page)["photos"]
    assert (photo["lat"], photo["lng"], photo["accuracy_m"]) == ("28.682", "115.891", "12")
    assert photo["token"]
    assert photo["trust"] == "online"
    assert photo["device_id_type"] == "install_id"
    picture = page.locator(".facts a[data-large] img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    expect(page.locator(".facts .hint > span").nth(1)).to_have_text("28.682, 115.891 ±12米")
    expect(page.locator(".facts .hint > span").nth(2)).to_have_text("当场拍摄")


def test_the_shutter_asks_for_the_place_in_one_sentence_when_it_is_not_known(filling):
    page = filling(permissions=["camera"])
    slot(page, "photos").locator("[data-main]").click()
    camera = page.get_by_role("dialog", name="相机")
    expect(camera.get_by_text("未允许定位")).to_be_visible()
    camera.get_by_role("button", name="按下快门").click()
    expect(camera.locator("[data-sentence]")).to_contain_text("还差1项:照片没有定位")
    expect(camera).to_be_visible()
    page.context.grant_permissions(["geolocation", "camera"])
    camera.get_by_role("button", name="打开定位").click()
    expect(camera.get_by_text("已定位 ±12米")).to_be_visible()
    expect(camera.locator("[data-sentence]")).to_be_hidden()
    camera.get_by_role("button", name="按下快门").click()
    expect(slot(page, "photos").locator("li")).to_have_count(1)
    assert colour(slot(page, "photos").locator("img"))[1] > 100, "the picture is black"


def test_no_photo_is_taken_when_the_camera_is_taken_away(filling):
    page = filling(permissions=None)
    slot(page, "photos").locator("[data-main]").click()
    camera = page.get_by_role("dialog", name="相机")
    expect(camera.get_by_role("button", name="按下快门")).to_be_enabled()
    page.context.grant_permissions(["geolocation"])
    expect(camera.locator("[data-sentence]")).to_contain_text("相机正被别的程序占用")
    expect(camera.get_by_role("button", name="按下快门")).to_be_disabled()
    expect(camera.get_by_role("button", name="再试")).to_be_visible()


def test_a_photo_needs_no_place_when_its_field_asks_for_none(filling, saved):
    page = filling(permissions=["camera"])
    slot(page, "sketch").get_by_role("button", name="拍照").click()
    page.get_by_role("dialog", name="相机").get_by_role("button", name="按下快门").click()
    expect(slot(page, "sketch").get_by_role("button", name="重拍")).to_be_visible()
    page.context.grant_permissions(["geolocation", "camera"])
    shoot(page)
    assert saved(page)["sketch"][0]["lat"] is None


def test_no_photo_comes_from_an_album_when_the_form_is_looked_through(filling):
    page = filling()
    expect(slot(page, "photos").locator("[data-main]")).to_be_visible()
    expect(slot(page, "photos").locator("input[type=file]")).to_have_count(0)


def test_the_form_is_refused_in_words_when_the_photo_is_missing_and_taken_when_it_is_there(filling, saved):
    page = filling()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#summary").get_by_role("link")).to_have_text([re.compile("photos的中文")])
    expect(slot(page, "photos").locator(".problem")).to_be_visible()
    shoot(page)
    expect(slot(page, "photos").locator("li")).to_contain_text("已定位")
    expect(slot(page, "photos").locator(".problem")).to_have_count(0)
    assert len(saved(page)["photos"]) == 1


def test_a_photo_is_removed_and_another_takes_its_place_when_the_field_is_full(filling, saved):
    page = filling()
    shoot(page)
    expect(slot(page, "photos").get_by_role("button", name="再拍一张")).to_be_visible()
    shoot(page)
    expect(slot(page, "photos").locator("li")).to_have_count(2)
    expect(slot(page, "photos").locator("[data-main]")).to_be_hidden()
    slot(page, "photos").get_by_role("button", name="移除").first.click()
    expect(slot(page, "photos").locator("li")).to_have_count(1)
    expect(slot(page, "photos").locator("[data-main]")).to_be_focused()
    assert len(saved(page)["photos"]) == 1


def test_a_photo_waits_and_goes_by_itself_when_the_network_fails_and_comes_back(filling, saved, watch):
    page = filling()
    page.route("**/api/v1/files", lambda route: route.abort())
    slot(page, "photos").locator("[data-main]").click()
    page.get_by_role("dialog").get_by_text("已定位 ±12米").wait_for()
    page.get_by_role("button", name="按下快门").click()
    expect(slot(page, "photos").locator("[data-sentence]")).to_have_text("已存手机,有网自动发")
    expect(slot(page, "photos").locator("li")).to_contain_text("还没上传")
    page.unroute("**/api/v1/files")
    watch.faults[:] = [fault for fault in watch.faults if "net::ERR_FAILED" not in fault]
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(slot(page, "photos").locator("li")).to_contain_text("已定位")
    assert len(saved(page)["photos"]) == 1


def test_the_submit_waits_when_a_file_is_still_on_its_way(filling, saved):
    page = filling()
    page.route("**/api/v1/files", lambda route: (page.wait_for_timeout(700), route.continue_()))
    shoot(page)
    assert len(saved(page)["photos"]) == 1


def test_a_signature_is_kept_as_a_picture_when_it_is_written_and_a_stroke_taken_back(filling, saved):
    page = filling()
    shoot(page)
    slot(page, "sign").get_by_role("button", name="签名").click()
    pad = page.get_by_role("dialog", name="在这里签名")
    pad.get_by_role("button", name="完成").click()
    expect(pad.locator("[data-sentence]")).to_have_text("请先在框里签名")
    box = pad.locator("canvas").bounding_box()
    for row in (60, 120):
        page.mouse.move(box["x"] + 40, box["y"] + row)
        page.mouse.down()
        page.mouse.move(box["x"] + 200, box["y"] + row + 30, steps=8)
        page.mouse.up()
    pad.get_by_role("button", name="撤").click()
    pad.get_by_role("button", name="完成").click()
    picture = slot(page, "sign").locator("img")
    height = picture.evaluate("image => image.decode().then(() => image.naturalHeight / image.naturalWidth)")
    assert height < 0.5, "the stroke that was taken back is still there"
    expect(slot(page, "sign").get_by_role("button", name="重签")).to_be_visible()
    assert saved(page)["sign"]["file"]


def test_a_voice_note_is_kept_when_it_is_long_enough(filling, saved):
    page = filling()
    shoot(page)
    note = slot(page, "note")
    note.get_by_role("button", name="录音").click()
    note.get_by_role("button", name="停止").click()
    expect(note.locator("[data-sentence]")).to_contain_text("至少要 2 秒")
    note.get_by_role("button", name="录音").click()
    expect(note.locator("[data-clock]")).to_contain_text("0:02 / 1:00")
    note.get_by_role("button", name="停止").click()
    expect(note.locator("audio")).to_be_visible()
    note.get_by_text("说了什么").click()
    note.get_by_role("textbox", name="说了什么").fill("阀门漏水")
    note.get_by_role("textbox", name="说了什么").blur()
    kept = saved(page)["note"]
    assert float(kept["seconds"]) >= 2
    assert (kept["transcript"], kept["transcript_source"]) == ("阀门漏水", "manual")
    expect(page.locator(".facts audio")).to_be_visible()
    expect(page.locator(".facts")).to_contain_text("阀门漏水")


def test_files_are_kept_with_their_names_when_several_are_chosen(filling, saved):
    page = filling()
    shoot(page)
    papers = slot(page, "papers")
    papers.locator("input[type=file]").set_input_files([PDF, {**PDF, "name": "plan.pdf", "buffer": b"%PDF-1.5\n"}])
    expect(papers.locator("li")).to_have_text([re.compile("manual.pdf"), re.compile("plan.pdf")])
    expect(papers.locator("[data-json]")).to_have_value(re.compile(r"^\[.+,.+\]$"))  # both have arrived
    papers.locator("input[type=file]").set_input_files([{**PDF, "buffer": b"%PDF-1.6\n"}])
    expect(papers.locator("[data-sentence]")).to_have_text("这里最多 2 个")
    slot(page, "pictures").locator("input[type=file]").set_input_files([PDF])
    expect(slot(page, "pictures").locator("[data-sentence]")).to_contain_text("不是图片")
    assert len(saved(page)["papers"]) == 2
    expect(page.locator(".facts").get_by_role("link", name="manual.pdf")).to_be_visible()


def test_files_stand_in_the_order_in_which_they_were_chosen_when_the_later_arrives_first(filling, watch):
    page = filling()
    late = []

    def delayed(route):
        late.append(route)
        if len(late) == 2:
            late[1].continue_()
            page.wait_for_timeout(600)
            late[0].continue_()

    page.route("**/api/v1/files", delayed)
    papers = slot(page, "papers")
    papers.locator("input[type=file]").set_input_files([PDF, {**PDF, "name": "plan.pdf", "buffer": b"%PDF-1.5\n"}])
    expect(papers.locator("[data-json]")).to_have_value(re.compile(r"^\[.+,.+\]$"))
    expect(papers.locator("li")).to_have_text([re.compile("manual.pdf"), re.compile("plan.pdf")])


def test_a_new_line_is_blank_when_one_with_a_picture_was_taken_out(filling, saved):
    page = filling()
    shoot(page)
    parts = slot(page, "parts")
    add = parts.locator("[data-add]")
    add.click()
    parts.locator("input[type=file]").set_input_files(
        [{**PDF, "name": "a.gif", "mimeType": "image/gif", "buffer": GIF}]
    )
    expect(parts.locator("li img")).to_have_count(1)
    parts.locator("[data-remove]").click()
    add.click()
    expect(parts.locator("li img")).to_have_count(0)
    parts.locator("input[type=file]").set_input_files(
        [{**PDF, "name": "b.gif", "mimeType": "image/gif", "buffer": GIF}]
    )
    expect(parts.locator("li img")).to_have_count(1)
    expect(parts.locator("progress:visible")).to_have_count(0)
    (line,) = saved(page)["parts"]
    assert len(line["shown"]) == 1


def test_a_place_is_found_by_one_tap_and_forgotten_by_another(filling, saved):
    page = filling()
    shoot(page)
    spot = slot(page, "spot")
    spot.get_by_role("button", name="获取定位").click()
    expect(spot.locator("[data-place]")).to_have_text("28.682, 115.891 ±12米")
    spot.get_by_role("button", name="移除").click()
    expect(spot.locator("[data-place]")).to_be_hidden()
    spot.get_by_role("button", name="获取定位").click()
    expect(spot.get_by_role("button", name="重新定位")).to_be_visible()
    assert saved(page)["spot"]["lat"] == "28.682"


def test_a_code_is_judged_by_its_check_digit_when_it_is_typed(filling, saved):
    page = filling()
    shoot(page)
    code = slot(page, "code").get_by_role("textbox")
    code.fill(WRONG_CODE)
    code.blur()
    expect(slot(page, "code")).to_contain_text(re.compile("校验"))
    code.fill(RIGHT_CODE)
    code.blur()
    expect(slot(page, "code")).not_to_contain_text(re.compile("校验"))
    assert saved(page)["code"] == RIGHT_CODE


def test_pictures_open_large_by_key_when_the_record_is_read(filling, saved):
    page = filling()
    shoot(page)
    shoot(page)
    expect(slot(page, "photos").locator("progress:visible")).to_have_count(0)
    saved(page)
    page.locator(".facts a[data-large]").first.focus()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog", name="图片")
    expect(large).to_contain_text("1 / 2")
    page.keyboard.press("ArrowRight")
    expect(large).to_contain_text("2 / 2")
    expect(large).to_contain_text("当场拍摄")
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(page.locator(".facts a[data-large]").first).to_be_focused()


def test_a_picture_opens_large_when_its_page_was_drawn_again(filling, saved, instance, viewer):
    page = filling()
    shoot(page)
    expect(slot(page, "photos").locator("progress:visible")).to_have_count(0)
    saved(page)
    address = ("field_work", "inspection", page.url.split("?")[0].rsplit("/", 1)[1])
    version = instance.records.read(viewer("ada"), *address).version
    page.wait_for_timeout(1_500)  # the stream has begun
    instance.records.update(viewer("ada"), *address, {"name": "一号泵"}, version)
    expect(page.locator("h1")).to_have_text("一号泵")
    page.locator(".facts a[data-large]").click()
    large = page.get_by_role("dialog", name="图片")
    expect(large).to_be_visible()
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(page.locator(".facts a[data-large]")).to_be_focused()


def test_axe_finds_nothing_when_a_form_is_captured_and_its_record_read(filling, saved):
    page = filling(permissions=["camera"])
    slot(page, "photos").locator("[data-main]").click()
    page.get_by_role("dialog", name="相机").get_by_role("button", name="按下快门").click()
    found = {"camera": judged(page)}
    page.context.grant_permissions(["geolocation", "camera", "microphone"])
    page.get_by_role("button", name="打开定位").click()
    page.get_by_role("dialog").get_by_text("已定位").wait_for()
    page.get_by_role("button", name="按下快门").click()
    slot(page, "papers").locator("input[type=file]").set_input_files([PDF])
    expect(slot(page, "papers").locator("progress:visible")).to_have_count(0)
    found["form"] = judged(page)
    saved(page)
    page.locator(".facts a[data-large]").first.click()
    found["large"] = judged(page)
    assert found == {"camera": [], "form": [], "large": []}


def test_the_form_says_what_to_do_when_the_browser_runs_no_script(filling):
    page = filling(java_script_enabled=False)
    assert "允许 JavaScript" in slot(page, "photos").locator("noscript").inner_text()
    expect(slot(page, "photos").get_by_role("button", name="拍照")).to_be_hidden()
