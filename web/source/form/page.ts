/** The form of a page and its parts: fields, controls, what is said in it. Every other file here works on this. */

declare global {
  const htmx: {
    trigger(target: Element, name: string): void;
    process(target: Element): void;
    defineExtension(name: string, extension: object): void;
  };
}

export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const found = document.getElementById("record-form");
/** The form, where the page has one. */
export const form = found instanceof HTMLFormElement ? found : null;

export const each = <T extends Element>(root: ParentNode, selector: string): T[] => [
  ...root.querySelectorAll<T>(selector),
];

export const slots = (root: ParentNode): HTMLElement[] => each<HTMLElement>(root, "[data-field]");
export const slotOf = (key: string): HTMLElement | null =>
  form!.querySelector<HTMLElement>(`[data-field="${CSS.escape(key)}"]`);
export const controlsOf = (root: ParentNode): Control[] => each<Control>(root, "input, select, textarea");

/** The first control in a group that takes the focus, or what is given itself. */
export const focusable = (target: HTMLElement): HTMLElement =>
  target.matches("fieldset, div")
    ? (target.querySelector<HTMLElement>("input:not([type=hidden]):not([tabindex='-1']), select, textarea, button") ??
      target)
    : target;

let leading = false;
/** Whether the focus is just being led somewhere, rather than put there by somebody. */
export const isLed = (): boolean => leading;

/** Bring a control into sight, out of a folded section if need be, and give it the focus. */
export const goTo = (id: string): void => {
  const target = document.getElementById(id);
  if (!target) return;
  const folded = target.closest("details");
  if (folded) folded.open = true;
  leading = true;
  focusable(target).focus({ preventScroll: true });
  leading = false;
  target.scrollIntoView({ block: "center" });
};

/** A copy of a part that the server drew for this page. */
export const part = <T extends HTMLElement>(name: string): T => {
  const kit = document.getElementById("form-parts") as HTMLTemplateElement;
  return kit.content.querySelector(`[data-part="${name}"]`)!.cloneNode(true) as T;
};

/** A sentence that the server worded for this page; `{name}` places are filled. */
export const word = (name: string, values: { readonly [key: string]: string | number } = {}): string => {
  const kit = document.getElementById("form-parts") as HTMLTemplateElement;
  const text = kit.content.querySelector<HTMLElement>(`[data-word="${name}"]`)!.textContent!;
  return text.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));
};

/** Say something where screen readers hear it. */
export const say = (text: string): void => {
  const live = document.getElementById("form-live");
  if (live && live.textContent !== text) live.textContent = text;
};

export const speech = document.documentElement.lang.startsWith("zh") ? "zh" : "en";

/** What the field of a control is called in the form: `f.items.n1.price` is of `items`. */
export const fieldOf = (name: string): string => name.split(".")[1] ?? "";

let composing = false;
let waiting: (() => void) | null = null;

/** Do something at once, or when what is being composed (Chinese, say) is finished. */
export const whenComposed = (work: () => void): void => {
  if (composing) waiting = work;
  else work();
};
export const isComposing = (): boolean => composing;

export const followComposition = (): void => {
  form!.addEventListener("compositionstart", () => {
    composing = true;
  });
  form!.addEventListener("compositionend", () => {
    composing = false;
    const work = waiting;
    waiting = null;
    work?.();
  });
};

/** Keep what has the focus where it is on the screen while something above it comes or goes. */
export const steadily = (work: () => void): void => {
  const active = document.activeElement;
  const held = active && form!.contains(active) ? active : null;
  const before = held?.getBoundingClientRect().top;
  work();
  if (!held?.isConnected || before === undefined) return;
  const moved = held.getBoundingClientRect().top - before;
  if (Math.abs(moved) > 1) scrollBy(0, moved);
};
