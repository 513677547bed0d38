/** Folded sections say in one line what is filled in them. */

import { each, form, speech } from "./page.ts";

const MOST = 3;

const wordsOf = (slot: HTMLElement): string => {
  const chosen = each<HTMLInputElement>(slot, "input:checked")
    .filter((box) => box.value)
    .map((box) => box.parentElement!.textContent!.trim());
  if (chosen.length) return chosen.join("/");
  const select = slot.querySelector("select");
  if (select?.value) return select.selectedOptions[0]!.textContent!.trim();
  const typed = slot.querySelector<HTMLInputElement>(
    "input:not([type=hidden], [type=file], [type=checkbox], [type=radio]), textarea",
  );
  return typed?.value.trim() ?? slot.querySelector(".read-only > p")?.textContent ?? "";
};

const summarize = (section: HTMLElement): void => {
  const hint = section.querySelector<HTMLElement>("summary .told");
  if (!hint) return;
  const told = each<HTMLElement>(section, "[data-field]:not([hidden])").map(wordsOf).filter(Boolean);
  const more = told.length > MOST ? "…" : "";
  hint.textContent = told.length
    ? told.slice(0, MOST).join(speech === "zh" ? "、" : ", ") + more
    : hint.dataset["none"]!;
};

/** Keep the lines of folded sections true. */
export const followSections = (): void => {
  for (const details of each<HTMLDetailsElement>(form!, "[data-section] details"))
    details.addEventListener("toggle", () => {
      if (!details.open) summarize(details);
    });
};
