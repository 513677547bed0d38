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

/** Fields of a form: places are ``forms/visit.json#/fields/3/…``, or have the field's key instead. */
const markFields = (studio: HTMLElement, told: HTMLElement[]): void => {
  const form = studio.querySelector<HTMLElement>("[data-form]")?.dataset["form"];
  const under = (item: HTMLElement, place: string): string | undefined =>
    [item.dataset["key"], item.dataset["number"]]
      .filter((name) => name !== undefined)
      .map((name) => below(place, `forms/${form}.json#/fields/${name}`))
      .find((rest) => rest !== undefined);
  for (const row of studio.querySelectorAll<HTMLElement>(".element"))
    row.toggleAttribute(
      "data-wrong",
      told.some((item) => under(row, placeOf(item)) !== undefined),
    );
  const panel = studio.querySelector<HTMLElement>(".panel[data-key]");
  for (const item of panel ? told : []) {
    const property = under(panel!, placeOf(item))?.split(/[/.]/)[0];
    const control = property ? panel!.querySelector(`form[data-property="${CSS.escape(property)}"]`) : null;
    control?.append(noteOf(item));
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
  for (const note of studio.querySelectorAll(".panel .problem")) note.remove();
  if (studio.querySelector(".panel[data-at]")) markParts(studio, told);
  else markFields(studio, told);
};
