// Shows what is wrong with a design beside the control or the part that it is about, by the place that is told of it.

const noteOf = (item: HTMLElement): HTMLElement => {
  const note = document.createElement("p");
  note.className = "problem";
  note.textContent = item.textContent;
  return note;
};

/** Return what of a place is below a beginning of it; undefined where it is elsewhere. */
const below = (place: string, start: string): string | undefined =>
  place === start ? "" : place.startsWith(`${start}/`) ? place.slice(start.length + 1) : undefined;

const placeOf = (item: HTMLElement): string => item.dataset["place"] ?? "";

/** Where the problems of an element begin: a field's by its form, those of other elements as the page says it. */
const placesOf = (item: HTMLElement, form: string | undefined): string[] => {
  const said = item.dataset["places"];
  if (said !== undefined) return said.split(" ");
  return [item.dataset["key"], item.dataset["number"]]
    .filter((name) => name !== undefined)
    .map((name) => `forms/${form}.json#/fields/${name}`);
};

/** Return the control that sets what a place within a panel names, the most exact one: `score/into`, else `score`. */
const exactControl = (panel: HTMLElement, rest: string): Element | null => {
  const names = rest.split(/[/.]/);
  for (let length = names.length; length > 0; length--) {
    const property = CSS.escape(names.slice(0, length).join("."));
    const control = panel.querySelector(`[data-property="${property}"]`);
    if (control) return control;
  }
  return null;
};

/** Fields of a form, and elements that name their places: these are ``forms/visit.json#/fields/3/…``, or have a key. */
const markElements = (studio: HTMLElement, told: HTMLElement[]): void => {
  const form = studio.querySelector<HTMLElement>("[data-form]")?.dataset["form"];
  const under = (item: HTMLElement, place: string): string | undefined =>
    placesOf(item, form)
      .map((start) => below(place, start))
      .find((rest) => rest !== undefined);
  for (const row of studio.querySelectorAll<HTMLElement>(".element, .route-ends[data-places]"))
    row.toggleAttribute(
      "data-wrong",
      told.some((item) => under(row, placeOf(item)) !== undefined),
    );
  for (const panel of studio.querySelectorAll<HTMLElement>(".panel:is([data-key], [data-places]), .panel-of"))
    for (const item of told) {
      const rest = under(panel, placeOf(item));
      if (rest) exactControl(panel, rest)?.append(noteOf(item));
    }
};

/** Return the control within a part that sets what a place names; the part itself where there is none. */
const controlOf = (part: HTMLElement, rest: string): HTMLElement => {
  const steps = rest.split("/");
  const controls = [...part.querySelectorAll<HTMLElement>("form[data-property]")];
  const named = (form: HTMLElement): string => (form.dataset["property"] ?? "").replace(/^(metric_|send\/)/, "");
  return controls.find((form) => form.closest("[data-at]") === part && steps.includes(named(form))) ?? part;
};

/** Return what of a place is below a part, by its number or by its key. */
const within = (part: HTMLElement, place: string): string | undefined =>
  [part.dataset["at"], part.dataset["by"]]
    .filter((start) => start !== undefined)
    .map((start) => below(place, start))
    .find((rest) => rest !== undefined);

/** Parts that say where they are in the documents (``data-at``, ``data-by``), and what they show (``data-of``). */
const markParts = (studio: HTMLElement, told: HTMLElement[]): void => {
  for (const row of studio.querySelectorAll<HTMLElement>(".element[data-at]"))
    row.toggleAttribute(
      "data-wrong",
      told.map(placeOf).some((place) => (within(row, place) ?? below(place, row.dataset["of"] ?? "-")) !== undefined),
    );
  const parts = [...studio.querySelectorAll<HTMLElement>(".panel[data-at], .panel [data-at]")];
  const deep = parts.sort((one, other) => other.dataset["at"]!.length - one.dataset["at"]!.length);
  for (const item of told) {
    const part = deep.find((one) => within(one, placeOf(item)) !== undefined);
    const rest = part ? within(part, placeOf(item))! : "";
    // A board says nothing of what is wrong with one of its parts: the row of that part does.
    if (!part || rest.startsWith("widgets/")) continue;
    controlOf(part, rest).append(noteOf(item));
    if (part instanceof HTMLDetailsElement) part.open = true;
  }
};

/** Mark what something is wrong with, in the rows of the design and in the panel of what is chosen. */
export const markPlaces = (studio: HTMLElement, aside: HTMLElement): void => {
  const told = [...aside.querySelectorAll<HTMLElement>("[data-place]")];
  for (const item of told) {
    const [file, path] = placeOf(item).split("#");
    const steps = (path ?? "").replace(/^\//, "").replace(/[.[\]]+/g, "/");
    item.dataset["place"] = `${file}#${steps && "/"}${steps}`;
  }
  for (const note of studio.querySelectorAll(":is(.panel, .panel-of) .problem")) note.remove();
  if (studio.querySelector(".panel[data-at]")) markParts(studio, told);
  else markElements(studio, told);
};
