/** Lines of a sub-table: one more, one less, one up or down. Without this file each is a button that goes to the server. */

import { each, focusable, form } from "./page.ts";

const tokenOf = (source: HTMLTemplateElement): string => {
  let number = 1;
  while (form!.querySelector(`[name^="f.${CSS.escape(source.dataset["of"]!)}.n${number}."]`)) number += 1;
  return `n${number}`;
};

const add = (button: HTMLElement): void => {
  const group = button.closest("fieldset")!;
  const source = group.querySelector<HTMLTemplateElement>("template[data-line]")!;
  const made = document.createElement("template");
  made.innerHTML = source.innerHTML.replaceAll("__line__", tokenOf(source)).trim();
  const line = made.content.firstElementChild as HTMLElement;
  group.querySelector("[data-lines]")!.append(line);
  htmx.process(line);
  focusable(line).focus();
};

const remove = (button: HTMLElement): void => {
  const next = button.closest("fieldset")!.querySelector<HTMLElement>("[data-add]")!;
  button.closest("[data-line-of]")!.remove();
  next.focus();
};

const move = (button: HTMLElement): void => {
  const line = button.closest<HTMLElement>("[data-line-of]")!;
  const up = button.dataset["move"] === "up";
  const other = up ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (up) other.before(line);
  else other.after(line);
  button.focus();
};

/** Say in each line which it is, and take away the buttons that lead nowhere. */
export const numberLines = (): void => {
  for (const group of each<HTMLElement>(form!, "[data-lines]")) {
    const lines = [...group.children] as HTMLElement[];
    lines.forEach((line, number) => {
      line.setAttribute("aria-label", `${line.dataset["label"] ?? ""} ${number + 1}`);
      for (const button of each<HTMLButtonElement>(line, ":scope > .line-acts [data-move]"))
        button.disabled = button.dataset["move"] === "up" ? !number : number === lines.length - 1;
    });
  }
};

/** Follow the buttons of lines; `changed` hears which sub-table is another now. */
export const followLines = (changed: (key: string) => void): void => {
  form!.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-add], [data-remove], [data-move]");
    if (!button) return;
    event.preventDefault();
    const key = button.closest<HTMLElement>("[data-field]")?.dataset["field"] ?? "";
    if (button.matches("[data-add]")) add(button);
    else if (button.matches("[data-remove]")) remove(button);
    else move(button);
    numberLines();
    changed(key);
  });
  numberLines();
};
