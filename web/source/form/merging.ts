/** The server draws the form again; only fields that it changed are replaced, and never what somebody is typing in. */

import { controlsOf, each, form, isComposing, say, slotOf, slots, steadily, whenComposed } from "./page.ts";

const REFRESH_AFTER_MS = 120;

let timer = 0;
let sentShapes = new Map<string, string>();
let sentTexts = new Map<string, string>();
let drawnAgain: () => void = () => undefined;

const shapeOf = (slot: HTMLElement): string =>
  controlsOf(slot)
    .map((control) => `${control.name}/${control.type}`)
    .join("\n");

const shapes = (root: ParentNode): Map<string, string> =>
  new Map(slots(root).map((slot) => [slot.dataset["field"]!, shapeOf(slot)]));

const textOf = (slot: HTMLElement): string =>
  controlsOf(slot)
    .map((control) => (control instanceof HTMLInputElement && control.checked ? `${control.value}+` : control.value))
    .join("\n");

const texts = (root: ParentNode): Map<string, string> =>
  new Map(slots(root).map((slot) => [slot.dataset["field"]!, textOf(slot)]));

/** Ask the server to look at the form, soon. */
export const refresh = (): void => {
  clearTimeout(timer);
  timer = setTimeout(() => whenComposed(() => htmx.trigger(form!, "youju:refresh")), REFRESH_AFTER_MS);
};

/** Ask no more: the form is on its way, and what is still answered changes nothing in it. */
export const stopRefreshing = (): void => clearTimeout(timer);

const copyTyped = (from: HTMLElement, to: HTMLElement): void => {
  const targets = controlsOf(to);
  controlsOf(from).forEach((control, number) => {
    const target = targets[number]!;
    if (control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type))
      (target as HTMLInputElement).checked = control.checked;
    else if (control.type === "file") return;
    else if (control.type !== "hidden" || control.closest("[data-combo], [data-capture]")) target.value = control.value;
  });
};

const replaceSlot = (old: HTMLElement, fresh: HTMLElement): void => {
  const active = document.activeElement;
  const focused = active && old.contains(active) ? (active as HTMLInputElement) : null;
  const selection = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
  // What was typed after the server was asked it does not know: its own value, a default, gives way.
  const { value = "", field = "" } = fresh.dataset;
  const isTyped = !value || value === old.dataset["value"] || textOf(old) !== sentTexts.get(field);
  if (isTyped && shapeOf(old) === shapeOf(fresh)) copyTyped(old, fresh);
  old.replaceWith(fresh);
  const again = focused?.id ? (document.getElementById(focused.id) as HTMLInputElement | null) : null;
  if (!again) return;
  again.focus({ preventScroll: true });
  if (selection && selection[0] !== null && again.type !== "email") {
    again.setSelectionRange(selection[0]!, selection[1]!);
  }
};

const mergeSlot = (fresh: HTMLElement, replaced: HTMLElement[]): void => {
  const key = fresh.dataset["field"]!;
  const old = slotOf(key);
  if (!old) return;
  const sameValue = !fresh.dataset["value"] || fresh.dataset["value"] === old.dataset["value"];
  if (fresh.dataset["state"] === old.dataset["state"] && sameValue) return;
  if (shapeOf(old) !== sentShapes.get(key)) {
    refresh();
    return;
  }
  replaceSlot(old, fresh);
  replaced.push(fresh);
};

const mergeSection = (section: HTMLElement): void => {
  const shown = form!.querySelector<HTMLElement>(`[data-section="${CSS.escape(section.dataset["section"]!)}"]`);
  if (!shown) return;
  shown.hidden = section.hidden;
  const details = shown.querySelector("details");
  if (details && section.querySelector("details[open]")) details.open = true;
};

const merge = (fragment: ParentNode): HTMLElement[] => {
  const body = fragment.querySelector("#form-body");
  if (!body) return [];
  const replaced: HTMLElement[] = [];
  steadily(() => {
    for (const fresh of slots(body)) mergeSlot(fresh, replaced);
    each<HTMLElement>(body, "[data-section]").forEach(mergeSection);
    const [notes, old] = [body.querySelector("#form-notes"), document.getElementById("form-notes")];
    if (notes && old && notes.innerHTML !== old.innerHTML) old.replaceWith(notes);
    drawnAgain();
  });
  return replaced;
};

/** Let the server's drawings be merged in; `then` is told each time. */
export const followServer = (then: () => void): void => {
  drawnAgain = then;
  htmx.defineExtension("form-merge", {
    isInlineSwap: (style: string) => style === "merge",
    handleSwap: (style: string, _: Element, fragment: ParentNode) => (style === "merge" ? merge(fragment) : false),
  });
  form!.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target !== form) return;
    sentShapes = shapes(form!);
    sentTexts = texts(form!);
  });
  form!.addEventListener("htmx:beforeSwap", (event) => {
    if ((event.target as Element).id !== "form-body") return;
    say("");
    if (isComposing()) whenComposed(refresh);
    if (isComposing() || form!.hasAttribute("aria-busy")) (event as CustomEvent).detail.shouldSwap = false;
  });
  form!.addEventListener("htmx:sendError", () => say(form!.dataset["offline"]!));
  form!.addEventListener("htmx:responseError", (event) => {
    if ((event as CustomEvent).detail.xhr.status === 401) say(form!.dataset["signedOut"]!);
  });
};
