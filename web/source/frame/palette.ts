// The command palette: the search of the server in a dialog, by keyboard and by finger.

const PAUSE_MS = 140;
const WAYS = "a, button";

export function keepPalette(): void {
  const dialog = document.getElementById("palette") as HTMLDialogElement | null;
  if (dialog) new Palette(dialog).listen();
}

class Palette {
  readonly #dialog: HTMLDialogElement;
  readonly #input: HTMLInputElement;
  readonly #found: HTMLElement;
  #timer = 0;
  #asked = new AbortController();

  constructor(dialog: HTMLDialogElement) {
    this.#dialog = dialog;
    this.#input = dialog.querySelector("input") as HTMLInputElement;
    this.#found = dialog.querySelector(".found") as HTMLElement;
  }

  listen(): void {
    for (const opener of document.querySelectorAll<HTMLElement>("[data-palette]")) {
      opener.addEventListener("click", (event) => this.#open(event, ""));
      opener.addEventListener("input", (event) => {
        const box = opener as HTMLInputElement;
        this.#open(event, box.value);
        box.value = "";
      });
    }
    addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") this.#open(event, "");
    });
    this.#input.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#ask(), PAUSE_MS);
    });
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    this.#dialog.addEventListener("submit", (event) => {
      if (this.#found.contains(event.target as Node)) return;
      event.preventDefault();
      this.#ways()[0]?.click();
    });
    this.#dialog.addEventListener("click", (event) => {
      const on = event.target as HTMLElement;
      if (on === this.#dialog || on.closest("[data-close]")) this.#dialog.close();
    });
  }

  #open(event: Event, text: string): void {
    event.preventDefault();
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#input.value = text;
    this.#input.focus();
    void this.#ask();
  }

  #ways(): HTMLElement[] {
    return [...this.#found.querySelectorAll<HTMLElement>(WAYS)];
  }

  async #ask(): Promise<void> {
    this.#asked.abort();
    this.#asked = new AbortController();
    const address = `${this.#dialog.dataset["from"] ?? "/search"}?q=${encodeURIComponent(this.#input.value)}`;
    const headers = { "HX-Request": "true", "HX-Current-URL": location.pathname + location.search };
    try {
      const answer = await fetch(address, { headers, signal: this.#asked.signal });
      if (answer.status === 401) location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      this.#found.innerHTML = await answer.text();
      this.#ways()[0]?.classList.add("chosen");
    } catch (error) {
      if ((error as Error).name !== "AbortError") this.#found.textContent = this.#dialog.dataset["failed"] ?? "";
    }
  }

  /** Arrows move the focus through what was found; whatever else is typed there goes on in the box. */
  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const ways = this.#ways();
    const at = ways.indexOf(document.activeElement as HTMLElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      // From the box one arrow goes to the second: the first is chosen by Enter already.
      const to = at < 0 && event.key === "ArrowDown" ? Math.min(1, ways.length - 1) : next;
      (ways[to] ?? this.#input).focus();
    } else if (at >= 0 && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      this.#input.focus();
    }
  }
}
