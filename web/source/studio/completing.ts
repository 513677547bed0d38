// Proposes what may be written while somebody writes a condition or a formula: fields, parameters and functions.
type Name = { written: string; labels: string; hint: string };

const WORD = /[\p{L}\p{N}_.]+$/u;
const MOST = 8;

const names = new Map<string, Promise<readonly Name[]>>();

const namesOf = (from: string): Promise<readonly Name[]> => {
  const found = names.get(from) ?? fetch(from).then((answer) => (answer.ok ? (answer.json() as Promise<Name[]>) : []));
  names.set(from, found);
  return found;
};

const fitting = (all: readonly Name[], word: string): Name[] => {
  const wanted = word.toLowerCase();
  const rank = (name: Name): number => {
    const [written, labels] = [name.written.toLowerCase(), name.labels.toLowerCase()];
    if (written.startsWith(wanted) || labels.startsWith(wanted)) return 0;
    return written.includes(wanted) || labels.includes(wanted) ? 1 : 2;
  };
  return all
    .filter((name) => rank(name) < 2)
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, MOST);
};

class Proposals {
  readonly #area: HTMLTextAreaElement;
  readonly #list = document.createElement("ul");
  #found: Name[] = [];
  #at = -1;

  constructor(area: HTMLTextAreaElement) {
    this.#area = area;
    this.#list.className = "proposals";
    this.#list.id = `${area.id}-proposals`;
    this.#list.setAttribute("role", "listbox");
    this.#list.hidden = true;
    this.#list.addEventListener("pointerdown", (event) => {
      const item = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-at]") : null;
      if (!item) return;
      event.preventDefault();
      this.#at = Number(item.dataset["at"]);
      this.take();
    });
  }

  get word(): string {
    return WORD.exec(this.#area.value.slice(0, this.#area.selectionStart))?.[0] ?? "";
  }

  show(found: Name[]): void {
    this.#found = found;
    this.#at = found.length ? 0 : -1;
    this.#draw();
  }

  hide(): void {
    this.show([]);
  }

  get open(): boolean {
    return !this.#list.hidden;
  }

  move(by: number): void {
    this.#at = (this.#at + by + this.#found.length) % this.#found.length;
    this.#draw();
  }

  /** Write the proposal in place of the word that was begun. */
  take(): void {
    const name = this.#found[this.#at];
    if (!name) return;
    const end = this.#area.selectionStart;
    this.#area.setRangeText(name.written, end - this.word.length, end, "end");
    if (name.written.endsWith("()")) {
      const inside = this.#area.selectionStart - 1;
      this.#area.setSelectionRange(inside, inside);
    }
    this.hide();
  }

  #draw(): void {
    // A page that was drawn anew knows nothing of the list.
    if (!this.#list.isConnected) this.#area.after(this.#list);
    this.#area.setAttribute("role", "combobox");
    this.#area.setAttribute("aria-autocomplete", "list");
    this.#area.setAttribute("aria-controls", this.#list.id);
    this.#list.replaceChildren(
      ...this.#found.map((name, number) => {
        const item = document.createElement("li");
        item.id = `${this.#list.id}-${number}`;
        item.dataset["at"] = String(number);
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", String(number === this.#at));
        const written = document.createElement("span");
        written.textContent = name.written;
        const hint = document.createElement("span");
        hint.className = "hint";
        hint.textContent =
          name.labels === name.written ? name.hint : [name.labels, name.hint].filter(Boolean).join(" · ");
        item.append(written, hint);
        return item;
      }),
    );
    this.#list.hidden = !this.#found.length;
    this.#area.setAttribute("aria-expanded", String(this.open));
    if (this.open) this.#area.setAttribute("aria-activedescendant", `${this.#list.id}-${this.#at}`);
    else this.#area.removeAttribute("aria-activedescendant");
  }
}

const known = new WeakMap<HTMLTextAreaElement, Proposals>();

const proposalsOf = (area: HTMLTextAreaElement): Proposals => {
  const found = known.get(area) ?? new Proposals(area);
  known.set(area, found);
  return found;
};

const areaOf = (event: Event): HTMLTextAreaElement | null =>
  event.target instanceof HTMLTextAreaElement && event.target.dataset["language"] ? event.target : null;

/** Propose names in every area of the studio in which the language is written. */
export const complete = (studio: HTMLElement): void => {
  // What may be written is another matter in a part of the page that is about the records of another form.
  const from = (area: HTMLElement): string | undefined =>
    (area.closest<HTMLElement>("[data-names]") ?? studio.querySelector<HTMLElement>("[data-names]"))?.dataset["names"];
  studio.addEventListener("input", (event) => {
    const area = areaOf(event);
    const address = area ? from(area) : undefined;
    if (!area || !address) return;
    const proposals = proposalsOf(area);
    const word = proposals.word;
    if (!word || (event as InputEvent).isComposing) return proposals.hide();
    void namesOf(address).then((all) => {
      if (proposals.word === word && document.activeElement === area) proposals.show(fitting(all, word));
    });
  });
  studio.addEventListener("keydown", (event) => {
    const area = areaOf(event);
    const proposals = area && known.get(area);
    if (!proposals?.open) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) proposals.move(step);
    else if (event.key === "Enter" || event.key === "Tab") proposals.take();
    else if (event.key === "Escape") proposals.hide();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  studio.addEventListener("focusout", (event) => {
    const area = areaOf(event);
    if (area) known.get(area)?.hide();
  });
  // What fields there are is another matter once the draft has changed.
  studio.addEventListener("drawn", (event) => {
    if ((event as CustomEvent<{ changed: boolean }>).detail.changed) names.clear();
  });
};
