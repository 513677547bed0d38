// Fields are put in order by mouse, finger or arrow keys; new ones come out of the palette the same way.
import Sortable from "sortablejs";
import { holdStill, send } from "./step";

const LISTS = "ol.elements";

const set = (form: HTMLFormElement, values: Record<string, string>): void => {
  for (const [name, value] of Object.entries(values)) {
    const input = form.elements.namedItem(name);
    if (input instanceof HTMLInputElement) input.value = value;
  }
};

const nextUid = (item: Element): string => {
  const next = item.nextElementSibling;
  return next instanceof HTMLElement ? (next.dataset["uid"] ?? "") : "";
};

const dropped = (studio: HTMLElement, item: HTMLElement, list: HTMLElement): void => {
  const place = { section: list.dataset["section"] ?? "", before: nextUid(item) };
  if (item.dataset["type"]) {
    const form = item.querySelector("form");
    const lines = list.dataset["lines"] ?? "";
    item.remove();
    if (!form) return;
    set(form, { ...place, lines });
    document.body.append(form);
    form.hidden = true;
    void send(studio, form).finally(() => form.remove());
    return;
  }
  const form = item.querySelector<HTMLFormElement>("form.grip-form");
  if (form) {
    set(form, { ...place, step: "" });
    void send(studio, form);
  }
};

const HELD = { onChoose: () => holdStill(true), onUnchoose: () => holdStill(false) };

const make = (studio: HTMLElement): void => {
  for (const list of studio.querySelectorAll<HTMLElement>(LISTS)) {
    if (Sortable.get(list)) continue;
    const inner = list.dataset["lines"] !== undefined;
    Sortable.create(list, {
      group: inner
        ? { name: `lines-${list.dataset["lines"]}`, put: (_to, _from, item) => item.dataset["type"] !== undefined }
        : { name: "fields", put: ["fields", "palette"] },
      handle: ".grip",
      draggable: ".element",
      ...HELD,
      animation: 120,
      delayOnTouchOnly: true,
      delay: 80,
      onAdd: ({ item, to }) => dropped(studio, item, to),
      onUpdate: ({ item, to }) => dropped(studio, item, to),
    });
  }
  for (const list of studio.querySelectorAll<HTMLElement>(".palette-types")) {
    if (Sortable.get(list)) continue;
    Sortable.create(list, {
      group: { name: "palette", pull: "clone", put: false },
      ...HELD,
      sort: false,
      delayOnTouchOnly: true,
      delay: 150,
      animation: 120,
    });
  }
};

/** Make the lists of the page follow the pointer, and the grips the arrow keys. */
export const drag = (studio: HTMLElement): void => {
  make(studio);
  studio.addEventListener("drawn", () => make(studio));
  studio.addEventListener("keydown", (event) => {
    const grip = event.target instanceof Element ? event.target.closest(".grip") : null;
    const step = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const form = grip?.closest("form");
    if (!form || !step) return;
    event.preventDefault();
    set(form, { section: "", before: "", step });
    void send(studio, form);
  });
};
