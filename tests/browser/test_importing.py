"""Importing records in a browser: a file is chosen, its columns are said, its rows are looked at, taken, given back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from engine.jobs.importing import take_rows

PAGE = "/a/sales_management/customer/imports"
TABLE = "工商全称,行业,所在地#,规模\n仁和医院#,医疗器械,杭州,\n德安诊所#,,宁波,\n同济门诊#,医疗器械,上海,\n"


def carried_on(instance, id):
    """Do what the jobs do beside the pages."""
    execution = instance.services.execution
    while execution.attempt(lambda connection: take_rows(execution, connection, id)):
        pass


@pytest.mark.parametrize("width", [390, 1280])
def test_a_file_becomes_customers_and_what_was_refused_comes_back(signed_in, instance, tmp_path, width):
    file = tmp_path / f"客户{width}.csv"
    file.write_bytes(TABLE.replace("#", str(width)).encode("gb18030"))
    page = signed_in("rep", viewport={"width": width, "height": 844})
    page.goto("/a/sales_management/customer/")
    page.get_by_role("link", name="导入").click()
    page.set_input_files("#import-file", str(file))
    page.get_by_role("button", name="读取文件").click()
    expect(page.get_by_label("工商全称", exact=True)).to_have_value("legal_name")
    expect(page.get_by_label(f"所在地{width}", exact=True)).to_have_value("")
    page.get_by_label(f"所在地{width}", exact=True).select_option("city")
    page.get_by_role("button", name="再看一遍").click()
    expect(page.get_by_role("status").filter(has_text="前 3 行中")).to_contain_text("1 行不能导入")
    expect(page.locator("#column-2")).to_have_value("city")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="导入 3 行").click()
    expect(page.get_by_text("正在导入")).to_be_visible()
    carried_on(instance, page.url.rpartition("/")[2])
    expect(page.get_by_text("导入完成,1 行没有导入。")).to_be_visible()
    expect(page.get_by_role("table")).to_contain_text("德安诊所")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with page.expect_download() as handed:
        page.get_by_role("link", name="下载未导入的行").click()
    given = handed.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert given[0] == f"工商全称,行业,所在地{width},规模,原行号,没有导入的原因"
    assert given[1].startswith(f"德安诊所{width},,宁波,,3,")
    page.get_by_role("link", name="查看记录").click()
    expect(page.get_by_role("link", name=f"仁和医院{width}")).to_be_visible()
    page.goto(PAGE)
    expect(page.get_by_role("link", name=file.name)).to_contain_text("未导入 1")


def test_what_is_no_table_is_said_on_the_page_that_asked_for_it(signed_in, tmp_path):
    file = tmp_path / "leer.csv"
    file.write_text("\n\n")
    page = signed_in("rep")
    page.goto(PAGE)
    page.set_input_files("#import-file", str(file))
    page.get_by_role("button", name="读取文件").click()
    expect(page.get_by_role("alert")).to_contain_text("第一行没有列名")
