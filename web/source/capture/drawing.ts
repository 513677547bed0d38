// What a field holds, drawn: pictures, players and names, those on their way with how far they are, each with its remedies.
import { writeDown } from "./audio.ts";
import { type Entry, type Field, type Pending, type Value, fileOf, part, readList, several, write } from "./field.ts";
import { drop } from "./sending.ts";
import { clock, fact, word } from "./words.ts";

/** Draw what the field holds into its list. */
export function drawHeld(field: Field): void {
  const list = field.root.querySelector<HTMLElement>("[data-items]");
  if (!list) return;
  const items = [
    ...readList(field).map((entry) => stored(field, entry)),
    ...field.pending.map((one) => onItsWay(field, one)),
  ];
  const same = list.children.length === items.length && items.every((item, at) => item.isEqualNode(list.children[at]!));
  if (!same) list.replaceChildren(...items);
  list.hidden = !items.length;
}

const PLAYED = "audio";
const looked = (field: Field): boolean => ["photo", "image", "signature"].includes(field.kind);

function stored(field: Field, entry: Value): HTMLElement {
  const file = fileOf(entry);
  const source = field.previews.get(file) ?? `/files/${file}`;
  const item = shape(field, source, nameOf(field.kind, entry, field.names.get(file) ?? ""));
  item.dataset["file"] = file;
  item.dataset["name"] = field.names.get(file) ?? "";
  if (field.kind === PLAYED) drawWords(item, file, entry as Entry);
  const remove = item.querySelector<HTMLButtonElement>("[data-remove-item]")!;
  remove.dataset["file"] = file;
  return item;
}

function onItsWay(field: Field, one: Pending): HTMLElement {
  const item = shape(field, one.preview, one.name);
  item.dataset["on"] = one.failed ? "failed" : "its-way";
  const bar = item.querySelector<HTMLProgressElement>("progress")!;
  bar.hidden = Boolean(one.failed);
  bar.setAttribute("value", one.sent.toFixed(2));
  const how = one.failed ? word("not_sent") : word("sending", { share: `${Math.round(one.sent * 100)}%` });
  const named = field.kind === "attachment" ? `${one.name} · ` : "";
  item.querySelector<HTMLElement>("[data-facts]")!.textContent = named + how;
  item.querySelector<HTMLButtonElement>("[data-remove-item]")!.dataset["pending"] = String(field.pending.indexOf(one));
  return item;
}

function shape(field: Field, source: string, name: string): HTMLElement {
  const item = part<HTMLElement>(looked(field) ? "picture" : field.kind === PLAYED ? "sound" : "file");
  const picture = item.querySelector<HTMLImageElement>("img");
  const player = item.querySelector<HTMLAudioElement>("audio");
  if (picture) {
    picture.setAttribute("src", source);
    picture.alt = field.root.dataset["label"] ?? "";
  }
  if (player) player.setAttribute("src", source);
  item.querySelector<HTMLElement>("[data-facts]")!.textContent = name;
  const remove = item.querySelector<HTMLButtonElement>("[data-remove-item]")!;
  remove.setAttribute("aria-label", word("remove", { name: name || (field.root.dataset["label"] ?? "") }));
  return item;
}

function nameOf(kind: string, entry: Value, name: string): string {
  const facts = (entry && typeof entry === "object" && !Array.isArray(entry) ? entry : {}) as Entry;
  if (kind === "photo") return photoWords(facts);
  if (kind === "signature") return "";
  return kind === PLAYED ? clock(Number(facts["seconds"] ?? 0)) : name;
}

/** When a photo was taken, and how sure its place is. */
function photoWords(facts: Entry): string {
  const at = new Date(String(facts["captured_at"]));
  const time = Number.isNaN(at.getTime())
    ? ""
    : new Intl.DateTimeFormat("sv-SE", { timeZone: fact("zone") || "Asia/Shanghai", timeStyle: "short" }).format(at);
  const known = facts["lat"] !== null && facts["lat"] !== undefined;
  const metres = Math.round(Number(facts["accuracy_m"] ?? 0));
  const where = !known ? word("without_place") : metres ? word("located", { metres }) : word("has_place");
  return [time, where].filter(Boolean).join(" · ");
}

function drawWords(item: HTMLElement, file: string, entry: Entry): void {
  const box = item.querySelector<HTMLTextAreaElement>("textarea");
  if (!box) return;
  const text = typeof entry["transcript"] === "string" ? entry["transcript"] : "";
  box.textContent = text;
  box.dataset["of"] = file;
  item.querySelector("details")!.toggleAttribute("open", Boolean(text));
}

/** A box with what was said has been left. */
export function noteWords(field: Field, box: HTMLTextAreaElement): void {
  writeDown(field, box.dataset["of"] ?? "", box.value.trim());
}

/** Take out what a button stands beside. */
export function removeItem(field: Field, button: HTMLButtonElement): void {
  const waiting = field.pending[Number(button.dataset["pending"] ?? -1)];
  if (waiting) {
    drop(field, waiting);
    field.draw();
  } else if (several(field)) {
    const held = readList(field);
    const at = held.findIndex((entry) => fileOf(entry) === button.dataset["file"]);
    write(
      field,
      held.filter((_, place) => place !== at),
    );
  } else write(field, null);
}
