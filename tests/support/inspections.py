"""A neutral app about inspections of sites, whose records hold everything that can be captured."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.kernel.clocks import moment_text
from engine.packs.capturing import picture
from engine.runtime.views import RecordView, Viewer
from tests.support import apps

if TYPE_CHECKING:
    from tests.support.sites import Site

APP, FORM = "plant", "inspection"
INSPECTOR, CLERK, GUEST = (APP, "inspector"), (APP, "clerk"), (APP, "guest")
HERE = {"lat": "28.68", "lng": "115.89", "accuracy_m": "12"}


def documents(**photo: Any) -> apps.Documents:
    """Return the app; ``photo`` are properties of the field of photos."""
    site = apps.form(
        "site",
        apps.field("name"),
        apps.field("gate", "location"),
        title="{{name}}",
    )
    inspection = apps.form(
        FORM,
        apps.field("name"),
        apps.field("site", "reference", form="site"),
        apps.field("photos", "photo", required="submit", **photo),
        apps.field("files", "attachment", max_count=3),
        apps.field("plans", "image"),
        apps.field("note", "audio", min_seconds=1, max_seconds=60),
        apps.field("notes", "audio", max_count=5),
        apps.field("signed", "signature"),
        apps.field("arrived", "location", geofence={"center": "site.gate", "metres": 500}),
        apps.field("shot_at", "location", taken_from="photos", set_by="system"),
        apps.field("metres_off", "number", metres_between={"from": "shot_at", "to": "site.gate"}, set_by="system"),
        apps.field("shown_before", "boolean", seen_before="photos", set_by="system"),
        apps.field("code", "scan", codes="ean"),
        apps.field("secret_files", "attachment"),
        apps.field(
            "findings",
            "lines",
            fields=[apps.field("what"), apps.field("picture", "image"), apps.field("shot", "photo", position=False)],
        ),
        title="{{name}}",
        workflow=FORM,
    )
    flow = apps.workflow(
        FORM,
        [apps.state("draft", "draft"), apps.state("done", "won")],
        [apps.transition("submit", ["draft"], "done")],
    )
    everything = apps.role("inspector", apps.access("site"), apps.access(FORM))
    own = apps.role("clerk", apps.access("site"), apps.access(FORM, rows="owner = me"))
    blind = apps.role("guest", apps.access(FORM, "read", hidden_fields=["secret_files"]))
    return apps.app(site, inspection, flow, key=APP, roles=[everything, own, blind])


@dataclass
class Inspections:
    """A site with the app, and short words for what its people do."""

    site: Site
    anna: Viewer
    ben: Viewer
    guest: Viewer

    @classmethod
    def on(cls, site: Site, **photo: Any) -> Inspections:
        site.publish(documents(**photo))
        return cls(site, site.person("anna", INSPECTOR), site.person("ben", CLERK), site.person("guest", GUEST))

    @property
    def files(self):
        return self.site.services.files

    def send(self, viewer: Viewer | None = None, name: str = "a.png", content: bytes | None = None) -> str:
        """Send a file and return its id."""
        body = picture(name) if content is None else content
        return self.files.receive(viewer or self.anna, io.BytesIO(body), name).id

    def token(self, viewer: Viewer | None = None, device: str | None = None) -> str:
        return self.files.issue_tokens(viewer or self.anna, 1, device)[0].token

    def photo(self, viewer: Viewer | None = None, name: str = "p.png", **more: Any) -> dict[str, Any]:
        """Return a photo as it would be taken now."""
        made = {
            "file": self.send(viewer, name),
            "token": self.token(viewer),
            "captured_at": moment_text(self.site.business.moment),
            **HERE,
            "device_id": "phone-1",
            "device_id_type": "install_id",
        }
        return {**made, **more}

    def inspect(self, viewer: Viewer | None = None, transition: str | None = None, **fields: Any) -> RecordView:
        return self.site.services.records.create(viewer or self.anna, APP, FORM, fields, transition)

    def change(self, record: RecordView, viewer: Viewer | None = None, **fields: Any) -> RecordView:
        return self.site.services.records.update(viewer or self.anna, APP, FORM, record.id, fields, None)
