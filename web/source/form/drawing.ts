/** A judgement becomes what the page shows: fields come and go, marks of what must be filled, what is computed. */

import { show, type Value } from "../../../engine/language/backends/javascript/source/language.ts";
import { each, form, part, slotOf, speech, steadily, word } from "./page.ts";
import type { Judgement, Standing } from "./judging.ts";
import type { Sent, SentField } from "./sent.ts";

const GROUPS = /\B(?=(\d{3})+(?!\d))/g;

/** A value as people read it, in those kinds that need no more than the value (web/display.py). */
export const words = (value: Value | undefined, { kind, type, scale = 0 }: SentField): string | undefined => {
  if (value === undefined || type === undefined) return undefined;
  if (value === null) return "";
  switch (kind) {
    case "number":
    case "money":
    case "percent": {
      const [whole, decimals = ""] = String(show(value, type)).split(".") as [string, string?];
      const bare = kind === "percent" || (kind === "number" && scale > 2);
      const places = bare ? decimals.replace(/0+$/, "") : decimals.padEnd(scale, "0");
      const digits = whole.replace("-", "").replace(GROUPS, ",") + (places && `.${places}`);
      const sign = whole.startsWith("-") ? "-" : "";
      return kind === "money" ? `${sign}¥${digits}` : kind === "percent" ? `${sign}${digits}%` : sign + digits;
    }
    case "boolean":
      return word(value ? "yes" : "no");
    case "text":
    case "long_text":
    case "date":
      return String(show(value, type));
    default:
      return undefined;
  }
};

/** What becomes of the server's part: a field that comes up with a default has to ask for it. */
export interface Drawn {
  readonly asks: boolean;
}

const awake = (slot: HTMLElement): void => {
  const source = slot.querySelector<HTMLTemplateElement>(":scope > template[data-dormant]");
  if (!source) return;
  source.replaceWith(source.content.cloneNode(true));
  htmx.process(slot);
};

const dormantOf = (slot: HTMLElement): ParentNode =>
  slot.querySelector<HTMLTemplateElement>(":scope > template[data-dormant]")?.content ?? slot;

// ":scope" finds nothing in what a template holds, so its children are asked one by one.
const isReadOnly = (slot: HTMLElement): boolean =>
  [...dormantOf(slot).children].some((child) => child.matches(".read-only"));

const hasContent = (slot: HTMLElement): boolean => !slot.querySelector(":scope > template[data-dormant]");

const setMust = (slot: HTMLElement, required: boolean): void => {
  const label = slot.querySelector<HTMLElement>("label, legend");
  if (!label || label.closest(".pill") || isReadOnly(slot)) return;
  const marks = label.querySelector(".must");
  if (required && !marks) {
    const mark = part("must");
    mark.className = "must";
    (label.querySelector(":scope > span") ?? label).append(" ", mark);
  }
  if (!required) marks?.remove();
  const own = `#${CSS.escape(`f-${slot.dataset["field"] ?? ""}`)}:is(input, select, textarea)`;
  const target = slot.querySelector("[role=radiogroup]") ?? slot.querySelector(own);
  if (required) target?.setAttribute("aria-required", "true");
  else target?.removeAttribute("aria-required");
};

const setWords = (root: ParentNode | null, text: string): void => {
  const shown = root?.querySelector<HTMLElement>(":scope > p");
  if (shown && shown.textContent !== (text || "—")) shown.textContent = text || "—";
};

class Drawing {
  asks = false;
  readonly #sent: Sent;

  constructor(sent: Sent) {
    this.#sent = sent;
  }

  field(field: SentField, standing: Standing, value: Value | undefined): void {
    const slot = slotOf(field.key);
    if (!slot || standing.visible === undefined) return;
    const readOnly = isReadOnly(slot);
    const text = field.computed && !field.unknown ? words(value, field) : undefined;
    if (field.computed && !field.unknown && text === undefined) this.asks = true;
    const worth = !readOnly || (text !== undefined ? text !== "" : hasContent(slot));
    const shows = standing.visible && worth;
    if (shows && slot.hidden) {
      this.asks ||= !hasContent(slot) && field.default !== undefined;
      awake(slot);
      slot.dataset["state"] = "";
      const folded = slot.closest("details");
      if (folded && standing.required) folded.open = true;
    }
    if (!shows && !slot.hidden) slot.dataset["state"] = "";
    slot.hidden = !shows;
    if (text !== undefined && readOnly) setWords(slot.querySelector(":scope > .read-only"), text);
    if (shows && standing.required !== undefined) setMust(slot, standing.required);
  }

  sections(): void {
    for (const section of each<HTMLElement>(form!, "[data-section]")) {
      const slots = each<HTMLElement>(section, "[data-field]");
      if (slots.length) section.hidden = slots.every((slot) => slot.hidden);
    }
  }

  lines(field: SentField, rows: Value | undefined, tokens: readonly string[]): void {
    const computed = field.lines!.filter((inner) => inner.computed !== undefined && !inner.unknown);
    tokens.forEach((token, number) => {
      const row = (rows as readonly { readonly [key: string]: Value }[] | null | undefined)?.[number];
      for (const inner of computed) {
        const text = words(row?.[inner.key], inner);
        if (text !== undefined) setWords(document.getElementById(`f-${field.key}-${token}-${inner.key}`), text);
      }
    });
  }

  all(judgement: Judgement, tokens: ReadonlyMap<string, readonly string[]>): void {
    const { row } = judgement.now;
    for (const field of this.#sent.fields) {
      this.field(field, judgement.standings[field.key]!, row[field.key]);
      if (field.lines) this.lines(field, row[field.key], tokens.get(field.key) ?? []);
    }
    this.sections();
  }
}

/** Draw a judgement; what has the focus stays where it is. */
export const draw = (sent: Sent, judgement: Judgement, tokens: ReadonlyMap<string, readonly string[]>): Drawn => {
  const drawing = new Drawing(sent);
  steadily(() => drawing.all(judgement, tokens));
  return drawing;
};

const isFilled = (slot: HTMLElement): boolean =>
  each<HTMLInputElement>(slot, "input, select, textarea").some((control) => {
    if (["checkbox", "radio"].includes(control.type)) return control.checked && control.value !== "";
    if (control.type === "hidden")
      return control.closest("[data-capture], [data-combo]") !== null && control.value !== "";
    return control.type !== "search" && control.value.trim() !== "";
  });

/** Say what is typed and no longer applies: it is told before it is lost, as the server does. */
export const tellParked = (sent: Sent, judgement: Judgement): void => {
  const notes = document.getElementById("form-notes")!;
  const gone = sent.fields.filter(({ key }) => {
    const slot = slotOf(key);
    return (
      judgement.standings[key]?.visible === false &&
      slot &&
      !isReadOnly(slot) &&
      hasContent(slot) &&
      isFilled(slot) &&
      !isDefault(slot, key)
    );
  });
  each(notes, "[data-parked]").forEach((told) => told.remove()); // Ours, or the server's.
  if (!gone.length) return;
  const banner = part("parked");
  const labels = gone.map(
    ({ key }) => slotOf(key)!.querySelector("label, legend")?.firstChild?.textContent?.trim() ?? key,
  );
  banner.querySelector("strong")!.textContent = labels.join(speech === "zh" ? "、" : ", ");
  for (const { key } of gone) {
    const mark = document.createElement("input");
    Object.assign(mark, { type: "hidden", name: "_parked", value: key });
    banner.append(mark);
  }
  notes.append(banner);
};

const isDefault = (slot: HTMLElement, key: string): boolean => {
  const given = slot.querySelector<HTMLInputElement>(`input[name="_d.${CSS.escape(key)}"]`)?.value;
  if (given === undefined) return false;
  const values = new FormData(form!).getAll(`f.${key}`);
  return values.at(-1) === given;
};
