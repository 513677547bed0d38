/** Type-ahead for references: a combobox after the ARIA pattern. What may be chosen the server finds. */

import { each, form, isLed } from "./page.ts";

const FIND_AFTER_MS = 180;

interface Parts {
  readonly combo: HTMLElement;
  readonly list: HTMLElement;
  readonly chosen: HTMLInputElement | null;
  readonly was: HTMLInputElement;
  readonly many: boolean;
}

const partsOf = (input: HTMLInputElement): Parts => {
  const combo = input.closest<HTMLElement>("[data-combo]")!;
  return {
    combo,
    list: combo.querySelector<HTMLElement>("[role=listbox]")!,
    chosen: combo.querySelector("[data-chosen]"),
    was: combo.querySelector<HTMLInputElement>("[data-was]")!,
    many: combo.dataset["many"] === "yes",
  };
};
const isCombo = (target: EventTarget | null): target is HTMLInputElement =>
  target instanceof HTMLInputElement && target.getAttribute("role") === "combobox";
const optionsOf = (list: HTMLElement): HTMLElement[] => each<HTMLElement>(list, "[role=option]");

const close = (input: HTMLInputElement): void => {
  partsOf(input).list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
};

const mark = (input: HTMLInputElement, option: HTMLElement | undefined): void => {
  for (const other of optionsOf(partsOf(input).list)) other.setAttribute("aria-selected", String(other === option));
  if (!option) {
    input.removeAttribute("aria-activedescendant");
    return;
  }
  input.dataset["stood"] = option.dataset["id"] ?? "";
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
};

const addChip = (combo: HTMLElement, id: string, title: string): void => {
  const boxes = each<HTMLInputElement>(combo, ".chosen input");
  const already = boxes.find((box) => box.value === id);
  if (already) {
    already.checked = true;
    return;
  }
  const source = combo.querySelector<HTMLTemplateElement>("template[data-chip]")!;
  const chip = source.content.firstElementChild!.cloneNode(true) as HTMLElement;
  chip.querySelector("input")!.value = id;
  chip.querySelector("span")!.textContent = title;
  combo.querySelector(".chosen")!.append(chip);
};

const pick = (input: HTMLInputElement, option: HTMLElement): void => {
  const link = option.querySelector<HTMLAnchorElement>("a[href]");
  if (link) {
    link.click();
    return;
  }
  const { combo, chosen, was, many } = partsOf(input);
  const { id = "", title = "" } = option.dataset;
  if (many) {
    addChip(combo, id, title);
    input.value = "";
    was.value = "";
  } else {
    chosen!.value = id;
    was.value = title;
    input.value = title;
  }
  close(input);
  (chosen ?? combo.querySelector<HTMLInputElement>("input[type=hidden]")!).dispatchEvent(
    new Event("change", { bubbles: true }),
  );
};

const finders = new WeakMap<Element, number>();
const findSoon = (input: HTMLInputElement, delay: number): void => {
  clearTimeout(finders.get(input));
  finders.set(
    input,
    setTimeout(() => htmx.trigger(input, "youju:find"), delay),
  );
};

const typed = (input: HTMLInputElement): void => {
  const { chosen, was, combo } = partsOf(input);
  combo.querySelector("[data-candidates]")?.remove();
  if (chosen && input.value.trim() !== was.value) {
    const had = chosen.value;
    chosen.value = "";
    if (had && !input.value.trim()) chosen.dispatchEvent(new Event("change", { bubbles: true }));
  }
  findSoon(input, FIND_AFTER_MS);
};

const step = (event: KeyboardEvent, input: HTMLInputElement): void => {
  const { list } = partsOf(input);
  const options = list.hidden ? [] : optionsOf(list);
  if (options.length) clearTimeout(finders.get(input));
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!options.length) return findSoon(input, 0);
    const by = event.key === "ArrowDown" ? 1 : -1;
    mark(input, options[(at + by + options.length) % options.length] ?? options[0]);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    pick(input, options[at]!);
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    close(input);
  }
};

const show = (list: HTMLElement): void => {
  const input = list.closest("[data-combo]")!.querySelector<HTMLInputElement>("[role=combobox]")!;
  if (document.activeElement !== input) return;
  const options = optionsOf(list);
  options.forEach((option, number) => {
    option.id = `${list.id}-${number}`;
  });
  // A late answer must not take away what somebody has moved to meanwhile.
  const stood = input.hasAttribute("aria-activedescendant") ? input.dataset["stood"] : undefined;
  if (stood)
    mark(
      input,
      options.find((option) => option.dataset["id"] === stood),
    );
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  list.scrollIntoView({ block: "nearest" });
};

/** Follow what is typed into references. */
export const followChoices = (): void => {
  // What was typed before this script began nobody has looked for.
  const active = document.activeElement;
  if (isCombo(active) && active.value.trim() !== partsOf(active).was.value) typed(active);
  form!.addEventListener("input", (event) => {
    if (isCombo(event.target) && !(event as InputEvent).isComposing) typed(event.target);
  });
  form!.addEventListener("compositionend", (event) => {
    if (isCombo(event.target)) typed(event.target);
  });
  form!.addEventListener("focusin", (event) => {
    if (isCombo(event.target) && !event.target.value && !isLed()) findSoon(event.target, 0);
  });
  form!.addEventListener("focusout", (event) => {
    if (!isCombo(event.target)) return;
    clearTimeout(finders.get(event.target));
    close(event.target);
  });
  form!.addEventListener("mousedown", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[role=option]");
    if (!option) return;
    event.preventDefault();
    pick(option.closest("[data-combo]")!.querySelector<HTMLInputElement>("[role=combobox]")!, option);
  });
  form!.addEventListener("htmx:afterSwap", (event) => {
    const list = event.target as HTMLElement;
    if (list.getAttribute("role") === "listbox") show(list);
  });
  form!.addEventListener("keydown", (event) => {
    if (!event.isComposing && isCombo(event.target)) step(event, event.target);
  });
};
