/** Problems in the page: beside their controls, in the summary over the form, and as what is still missing in the bar. */

import { each, form, part, speech, slotOf, word } from "./page.ts";
import type { Found, Sent } from "./sent.ts";

const LINE = /^(\w+)\[(\d+)\](?:\.(\w+))?$/;

export type Tokens = ReadonlyMap<string, readonly string[]>;

/** The field that a problem is of. */
export const fieldOfPath = (path: string): string => path.split(/[.[]/)[0]!;

/** The id of the control that a problem is about: `items[1].price` is one of the second line. */
export const anchorOf = (path: string, tokens: Tokens): string => {
  const [, key, number, inner] = LINE.exec(path) ?? [];
  if (key === undefined) return `f-${path}`;
  const token = tokens.get(key)?.[Number(number)] ?? number;
  return inner ? `f-${key}-${token}-${inner}` : `f-${key}`;
};

const boxOf = (id: string): HTMLElement | null => {
  const control = document.getElementById(id);
  return (
    control?.closest<HTMLElement>(".field") ?? document.getElementById(`${id}-`)?.closest<HTMLElement>(".field") ?? null
  );
};

const describe = (control: Element, id: string, on: boolean): void => {
  const ids = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  if (on) ids.push(id);
  if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
};

const marked = (box: HTMLElement, id: string): Element[] => {
  const control = document.getElementById(id);
  const group = box.querySelector("[role=radiogroup]");
  return [control, group].filter((one): one is HTMLElement => one instanceof HTMLElement && one !== null);
};

/** What the page judges; other problems only the server finds. */
const JUDGED = new Set([
  "FORM-002",
  "FORM-003",
  "FORM-005",
  "FORM-006",
  "FORM-007",
  "FORM-008",
  "FORM-009",
  "FORM-013",
]);

/**
 * Put these messages beside a control in place of those that stand there. What only the server finds stays, unless the
 * field has `changed` since.
 */
export const tellField = (id: string, found: readonly Found[], changed: boolean): void => {
  const box = boxOf(id);
  if (!box) return;
  const name = `${id}-problem`;
  let told = document.getElementById(name);
  for (const old of each<HTMLElement>(told ?? box, ":scope > p[data-code]"))
    if (told && (changed || JUDGED.has(old.dataset["code"]!))) old.remove();
  if (found.length && !told) {
    told = document.createElement("div");
    told.className = "problem";
    told.id = name;
    box.append(told);
  }
  for (const one of found) {
    const line = part("problem");
    line.dataset["code"] = one.code;
    line.querySelector("span")!.textContent = one.message[speech];
    told!.append(line);
  }
  const any = !!told?.childElementCount;
  if (told && !any) told.remove();
  box.classList.toggle("wrong", any);
  for (const control of marked(box, id)) {
    if (any) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    describe(control, name, any);
  }
};

/** The messages that stand beside a control now. */
export const toldOf = (id: string): string[] =>
  each<HTMLElement>(document.getElementById(`${id}-problem`) ?? document.createElement("p"), "p[data-code]").map(
    (line) => line.dataset["code"]!,
  );

/** What is said of a field in which there is nothing, or less than it takes; everything else is wrong, not left. */
const LEFT = new Set(["FORM-002", "CAPT-002", "FLOW-018"]);
const isLeft = ({ code }: Found): boolean => LEFT.has(code);

const labelOf = (key: string): string => {
  const slot = slotOf(key);
  const label = slot?.querySelector("label, legend, .label")?.cloneNode(true) as HTMLElement | undefined;
  label?.querySelector(".must")?.remove();
  return label?.textContent?.trim() ?? key;
};

const isShown = (key: string): boolean => {
  const slot = slotOf(key);
  return !!slot?.childElementCount && !slot.hidden;
};

const sentence = ({ path, message }: Found): string => {
  const [, key, number] = LINE.exec(path) ?? [];
  if (key === undefined) return message[speech];
  return word("in_line", { field: labelOf(key), number: Number(number) + 1, message: message[speech] });
};

/** Put the summary of what is to be put right over the form, each a link to its control. */
export const summarize = (found: readonly Found[], tokens: Tokens): void => {
  const notes = document.getElementById("form-notes")!;
  document.getElementById("summary")?.remove();
  if (!found.length) return;
  const box = part("summary");
  box.id = "summary";
  const [one, many] = found.every(isLeft) ? ["one_left", "left"] : ["one_wrong", "wrong"];
  box.querySelector("h2")!.textContent = word(found.length === 1 ? one! : many!, { count: found.length });
  for (const problem of found) {
    const [item, link] = [document.createElement("li"), document.createElement("a")];
    link.href = `#${anchorOf(problem.path, tokens)}`;
    link.textContent = sentence(problem);
    item.append(link);
    box.querySelector("ul")!.append(item);
  }
  notes.prepend(box);
};

/** Say in the bar how much is still missing, and of what; of each of the `groups` one field would do. */
export const tellMissing = (found: readonly Found[], groups: readonly (readonly string[])[], sent: Sent): void => {
  const line = document.getElementById("form-missing");
  if (!line) return;
  const order = new Map(sent.fields.map(({ key }, number) => [key, number]));
  const keys = [...new Set(found.map(({ path }) => fieldOfPath(path)))].sort((a, b) => order.get(a)! - order.get(b)!);
  line.hidden = !keys.length && !groups.length;
  if (line.hidden) return;
  const shown = groups.map((group) => group.filter(isShown));
  const names = [...keys.map(labelOf), ...shown.map((group) => group.map(labelOf).join(word("or")))];
  const joint = speech === "zh" ? "、" : ", ";
  const named = names.slice(0, 3).join(joint) + (names.length > 3 ? "…" : "");
  const count = found.length + groups.length;
  const text = word(found.every(isLeft) ? "missing" : "to_mend", { count, fields: named });
  if (line.textContent !== text) line.textContent = text;
  line.dataset["first"] = `f-${keys[0] ?? shown[0]![0] ?? groups[0]![0]}`;
};

/** Whether a form has been refused before: then everything that is wrong shows. */
export const isTried = (): boolean => form!.querySelector("input[name=_tried]") !== null;

/** From now on everything that is wrong shows, here and on the server. */
export const setTried = (): void => {
  if (isTried()) return;
  const mark = document.createElement("input");
  mark.type = "hidden";
  mark.name = "_tried";
  mark.value = "1";
  form!.append(mark);
};
