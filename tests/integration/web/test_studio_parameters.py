"""Parameters in the studio: defined in the draft, and set on their own page once they are published."""

from __future__ import annotations

STUDIO = "/a/library/studio/parameters/"


def text(answer):
    return answer.get_data(as_text=True)


def test_a_parameter_is_defined_and_can_be_set_once_it_is_published(root, librarian, instance):
    def post(path="", **data):
        seen = text(root.get(STUDIO)).split('name="seen" value="')[1].split('"')[0]
        return root.post(f"{STUDIO}{path}", {"seen": seen, "language": "zh", **data})

    def listed():
        return instance.services.studio.design(admin, "library").documents["parameters.json"]["parameters"]

    admin = instance.directory.viewer(next(one.id for one in instance.directory.everybody() if one.name == "root"))
    assert post(name="提醒天数", type="number").status_code == 303
    uid = listed()[-1]["uid"]
    post(uid, key="default", value="7")
    assert post(uid, key="min", value="many").status_code == 422
    assert post(uid, key="type", value="text").status_code == 400
    assert (listed()[-1]["key"], listed()[-1]["default"]) == ("ti_xing_tian_shu", "7")
    drafts = instance.services.drafts
    drafts.publish(admin, "library", drafts.show(admin, "library").version)
    assert "提醒天数" in text(librarian.get("/a/library/parameters/"))
    assert post(f"{uid}/remove").status_code == 303
    assert uid not in {one["uid"] for one in listed()}
    assert librarian.get(STUDIO).status_code == 404
