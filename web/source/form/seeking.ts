/** One of many: a drop-down opens a box to type in, and pills are sifted by what is typed. Names of people are known by
 * their pinyin too, which the server reads. Without this file a drop-down is a drop-down, and all pills are there. */

import { openDialog } from "../parts/dialogs.ts";
import { each, form, part, word } from "./page.ts";

const ASK_AFTER_MS = 160;
const LETTERS = /^[a-z][a-z' ]*$/i;

const has = (label: string, text: string): boolean => label.toLowerCase().includes(text.toLowerCase());

/** The people whose names the letters may spell; nobody where the server cannot be asked. */
const spelled = async (text: string, signal: AbortSignal): Promise<ReadonlySet<string>> => {
  try {
    const from = (document.getElementById("form-parts") as HTMLTemplateElement).content;
    const address = from.querySelector<HTMLElement>("[data-part=seek]")!.dataset["people"]!;
    const answer = await fetch(`${address}?q=${encodeURIComponent(text)}`, { signal });
    return new Set(answer.ok ? ((await answer.json()) as string[]) : []);
  } catch {
    return new Set();
  }
};

const none: ReadonlySet<string> = new Set();
let timer = 0;
let asked = new AbortController();

/** Tell at once what the text itself finds, and a little later what it spells. */
const look = (text: string, people: boolean, then: (ids: ReadonlySet<string>) => void): void => {
  clearTimeout(timer);
  asked.abort();
  const own = (asked = new AbortController());
  then(none);
  if (!people || !LETTERS.test(text)) return;
  timer = setTimeout(() => {
    void spelled(text, own.signal).then((ids) => {
      if (!own.signal.aborted && ids.size) then(ids);
    });
  }, ASK_AFTER_MS);
};

class Seeker {
  readonly #dialog = part<HTMLDialogElement>("seek");
  readonly #input = this.#dialog.querySelector("input")!;
  readonly #list = this.#dialog.querySelector<HTMLElement>("[role=listbox]")!;
  /** Which drop-down it is for; by its id, for the server may draw the field again meanwhile. */
  #id = "";

  constructor() {
    this.#input.addEventListener("input", () => this.#look());
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    this.#dialog.addEventListener("click", (event) => {
      const on = event.target as Element;
      const option = on.closest<HTMLElement>("[role=option]");
      if (option) this.#pick(option);
      else if (on === this.#dialog || on.closest("[data-close]")) this.#dialog.close();
    });
  }

  open(select: HTMLSelectElement): void {
    this.#id = select.id;
    this.#input.value = "";
    const label = select.labels[0]?.firstChild?.textContent?.trim() ?? select.getAttribute("aria-label") ?? "";
    for (const named of [this.#dialog, this.#input, this.#list]) named.setAttribute("aria-label", label);
    select.focus({ preventScroll: true });
    openDialog(this.#dialog, "seek");
    this.#look();
    this.#input.focus();
  }

  #select(): HTMLSelectElement | null {
    return document.getElementById(this.#id) as HTMLSelectElement | null;
  }

  #look(): void {
    const text = this.#input.value.trim();
    look(text, this.#select()?.hasAttribute("data-people") ?? false, (ids) => this.#show(text, ids));
  }

  #show(text: string, ids: ReadonlySet<string>): void {
    const select = this.#select();
    const clears = !text && !!select?.value && select.getAttribute("aria-required") !== "true";
    const known = [...(select?.options ?? [])].filter((one) =>
      one.value ? has(one.label, text) || ids.has(one.value) : clears,
    );
    const items = known.map((one, number) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.id = `seek-found-${number}`;
      item.dataset["value"] = one.value;
      item.textContent = one.value ? one.label : word("nobody");
      return item;
    });
    if (!items.length) {
      const said = document.createElement("li");
      said.className = "none";
      said.setAttribute("role", "presentation");
      said.textContent = word("nothing_found", { text });
      items.push(said);
    }
    this.#list.replaceChildren(...items);
    this.#mark(known.findIndex((one) => !text && one.value !== "" && one.selected));
  }

  /** Mark one of them as the one that Enter takes: where none is asked for, the first that is a choice. */
  #mark(wanted: number): void {
    const items = each<HTMLElement>(this.#list, "[role=option]");
    const at = wanted >= 0 ? wanted : items.findIndex((item) => item.dataset["value"]);
    items.forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
    if (at < 0) return this.#input.removeAttribute("aria-activedescendant");
    this.#input.setAttribute("aria-activedescendant", items[at]!.id);
    items[at]!.scrollIntoView({ block: "nearest" });
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault(); // Once is enough: otherwise the first one empties the box.
      return this.#dialog.close();
    }
    const items = each<HTMLElement>(this.#list, "[role=option]");
    if (event.isComposing || !items.length) return;
    const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.#mark((at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length);
    } else if (event.key === "Enter" && event.target === this.#input && at >= 0) {
      event.preventDefault();
      this.#pick(items[at]!);
    }
  }

  #pick(option: HTMLElement): void {
    const select = this.#select();
    this.#dialog.close();
    if (!select) return;
    select.value = option.dataset["value"] ?? "";
    for (const kind of ["input", "change"]) select.dispatchEvent(new Event(kind, { bubbles: true }));
  }
}

const sift = (box: HTMLInputElement): void => {
  const text = box.value.trim();
  const pills = each<HTMLElement>(box.closest("fieldset")!, ".pills > .pill");
  look(text, box.hasAttribute("data-people"), (ids) => {
    for (const pill of pills) {
      const own = pill.querySelector("input")!;
      pill.hidden = !own.checked && !has(pill.textContent ?? "", text) && !ids.has(own.value);
    }
  });
};

const reveal = (): void => {
  for (const box of each<HTMLInputElement>(form!, "[data-sift][hidden]")) {
    box.hidden = false;
    if (box.value) sift(box);
  }
};

const OPENING = new Set(["Enter", " ", "F4"]);

/** Follow the drop-downs and the pills in which one is looked for. */
export const followSeeking = (): void => {
  let seeker: Seeker | undefined;
  const open = (select: HTMLSelectElement): void => (seeker ??= new Seeker()).open(select);
  form!.dataset["seeks"] = "";
  reveal();
  new MutationObserver(reveal).observe(form!, { childList: true, subtree: true });
  form!.addEventListener("click", (event) => {
    const select = (event.target as Element).closest("[data-seek]")?.querySelector("select");
    if (select) open(select);
  });
  form!.addEventListener("keydown", (event) => {
    const select = event.target as HTMLSelectElement;
    if (!select.closest("[data-seek]") || event.ctrlKey || event.metaKey) return;
    const opens = OPENING.has(event.key) || (event.altKey && event.key === "ArrowDown");
    if (opens) event.preventDefault();
    // A letter goes on into the box that opens.
    if (opens || (event.key.length === 1 && !event.altKey)) open(select);
  });
  form!.addEventListener("input", (event) => {
    const box = event.target as HTMLInputElement;
    if (box.matches("[data-sift]")) sift(box);
  });
};
