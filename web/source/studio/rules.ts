// The sentence of a rule: one word is open at a time, fields are put into texts, and problems lead to their line.

const OPEN = "details.word[open]";

const close = (word: Element | null): void => {
  if (word instanceof HTMLDetailsElement) word.open = false;
};

/** Keep the editor of a word within the page: it opens to the left where there is no room to the right. */
const place = (word: HTMLDetailsElement): void => {
  const panel = word.querySelector<HTMLElement>(".word-panel");
  if (!panel) return;
  word.classList.remove("at-end");
  const { left, right } = panel.getBoundingClientRect();
  const over = right - document.documentElement.clientWidth;
  if (over > 0 && left - over > 0) word.classList.add("at-end");
  word.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest" });
};

const insert = (button: HTMLElement): void => {
  const into = document.getElementById(button.dataset["into"] ?? "");
  if (!(into instanceof HTMLTextAreaElement)) return;
  into.setRangeText(button.dataset["insert"] ?? "", into.selectionStart, into.selectionEnd, "end");
  into.focus();
  into.dispatchEvent(new Event("change", { bubbles: true }));
};

const lead = (button: HTMLElement): void => {
  const text = document.getElementById("text");
  if (!(text instanceof HTMLTextAreaElement)) return;
  const lines = text.value.split("\n").slice(0, Number(button.dataset["line"]) - 1);
  const at = lines.reduce((sum, line) => sum + line.length + 1, 0) + Number(button.dataset["column"]) - 1;
  text.focus();
  text.setSelectionRange(at, at);
};

export const tapWords = (studio: HTMLElement): void => {
  studio.addEventListener(
    "toggle",
    (event) => {
      const word = event.target;
      if (!(word instanceof HTMLDetailsElement) || !word.open || !word.matches(".word")) return;
      for (const other of studio.querySelectorAll(OPEN)) if (other !== word) close(other);
      place(word);
      const typed = word.querySelector<HTMLElement>("textarea, input:not([type=hidden], [type=checkbox])");
      typed?.focus();
      if (typed instanceof HTMLTextAreaElement) typed.setSelectionRange(typed.value.length, typed.value.length);
    },
    true,
  );
  studio.addEventListener("submit", (event) => {
    const word = (event.target as HTMLElement).closest(OPEN);
    close(word);
    word?.querySelector("summary")?.focus();
  });
  studio.addEventListener("mousedown", (event) => {
    // The text that a field goes into keeps the focus.
    if (event.target instanceof Element && event.target.closest("[data-insert]")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest<HTMLElement>("[data-insert], [data-line]");
    if (button?.hasAttribute("data-insert")) insert(button);
    if (button?.hasAttribute("data-line")) lead(button);
    if (target?.isConnected && !target.closest("details.word")) close(studio.querySelector(OPEN));
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const word = studio.querySelector(OPEN);
    close(word);
    word?.querySelector("summary")?.focus();
  });
};
