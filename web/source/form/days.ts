/** Days and texts in one tap: today, Friday, "send the figures"; the server says which buttons a field has. */

import { each, form } from "./page.ts";

const pad = (number: number): string => String(number).padStart(2, "0");
const iso = (day: Date): string => `${day.getFullYear()}-${pad(day.getMonth() + 1)}-${pad(day.getDate())}`;

/** The day that a word means, seen from a day. */
export const dayOf = (word: string, from: Date): string => {
  const day = new Date(from.getFullYear(), from.getMonth(), from.getDate());
  const weekday = (day.getDay() + 6) % 7;
  const ahead: { readonly [word: string]: number } = {
    today: 0,
    tomorrow: 1,
    in_a_week: 7,
    friday: weekday <= 4 ? 4 - weekday : 11 - weekday,
    next_monday: 7 - weekday,
  };
  if (word === "month_end") return iso(new Date(day.getFullYear(), day.getMonth() + 1, 0));
  day.setDate(day.getDate() + (ahead[word] ?? 0));
  return iso(day);
};

const reveal = (): void => {
  for (const group of each<HTMLElement>(form!, "[data-days][hidden]")) group.hidden = false;
};

/** Follow the buttons that stand for a day or a text; without this file they are not there. */
export const followDays = (): void => {
  reveal();
  new MutationObserver(reveal).observe(form!, { childList: true, subtree: true });
  // What is typed over is not taken over any more.
  form!.addEventListener("input", (event) => {
    (event.target as Element).closest(".field")?.querySelector("[data-carried]")?.remove();
  });
  form!.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-day], [data-text]");
    if (!button) return;
    event.preventDefault();
    const input = document.getElementById(button.dataset["for"]!) as HTMLInputElement;
    input.value = button.dataset["text"] ?? dayOf(button.dataset["day"]!, new Date());
    for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
    input.focus({ preventScroll: true });
  });
};
