// A field that is captured rather than typed: its value lives in a hidden input, and outlives a redrawing of the form.

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Entry = { [key: string]: Value };

/** Something on its way to the server: shown at once, sent as often as it takes. */
export interface Pending {
  readonly id: string;
  readonly blob: Blob;
  readonly name: string;
  readonly preview: string;
  /** What the value's entry says beside its file; null where the file alone is the entry. */
  readonly facts: Entry | null;
  /** Whether the browser keeps it, in case that the page is closed. */
  kept: Promise<boolean>;
  /** The same as far as it is known. */
  safe: boolean;
  /** Whether an earlier page captured it. */
  readonly back: boolean;
  /** Which it is, in the order in which they were captured. */
  turn: number;
  sent: number;
  failed: string;
  /** Whether sending the same once more may help, and who does so: the page by itself, or the person. */
  again: Again;
}

export type Again = "itself" | "asked" | "";

export interface Field {
  readonly name: string;
  readonly kind: string;
  readonly limits: Readonly<Record<string, Value>>;
  readonly pending: Pending[];
  /** Addresses of pictures and sounds that this page made itself, by file. */
  readonly previews: Map<string, string>;
  /** Names of files, by file. */
  readonly names: Map<string, string>;
  /** Which in order the files of this page were captured, whichever arrives first. */
  readonly turns: Map<string, number>;
  root: HTMLElement;
  /** What the person made of it here; null while it stands as it came. */
  own: string | null;
  draw: () => void;
  /** Ends what is being recorded now; null while nothing is. */
  stop: (() => void) | null;
}

const fields = new Map<string, Field>();

export const allFields = (): Field[] => [...fields.values()].filter((field) => field.root.isConnected);

/** Forget the fields of a line that was taken out, so that another one of its name begins blank; returns them. */
export function forgetWithin(removed: HTMLElement): Field[] {
  if (removed.isConnected) return [];
  const within = [...fields.values()].filter(({ root }) => removed.contains(root));
  for (const { name } of within) fields.delete(name);
  return within;
}

const inputOf = (root: HTMLElement): HTMLInputElement => root.querySelector<HTMLInputElement>("input[data-json]")!;

/** The field of a drawn control; a control that was drawn again takes over what its forerunner held. */
export function fieldOf(root: HTMLElement): Field {
  const input = inputOf(root);
  const known = fields.get(input.name);
  if (!known) {
    const made: Field = {
      name: input.name,
      kind: root.dataset["capture"] ?? "",
      limits: JSON.parse(root.dataset["limits"] ?? "{}"),
      pending: [],
      previews: new Map(),
      names: new Map(),
      turns: new Map(),
      root,
      own: null,
      draw: () => undefined,
      stop: null,
    };
    fields.set(input.name, made);
    noteNames(made);
    return made;
  }
  if (known.root !== root) {
    known.root = root;
    noteNames(known);
    if (known.own !== null) input.value = known.own;
  }
  return known;
}

function noteNames(field: Field): void {
  for (const item of field.root.querySelectorAll<HTMLElement>("li[data-file]"))
    if (item.dataset["name"]) field.names.set(item.dataset["file"] ?? "", item.dataset["name"]);
}

/** The value as it stands; what cannot be read is none. */
export function read(field: Field): Value {
  const text = inputOf(field.root).value;
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The value of a field that holds several. */
export function readList(field: Field): Value[] {
  const value = read(field);
  return Array.isArray(value) ? value : value === null ? [] : [value];
}

/** Put a value into the field; the form hears of it as of a typed one. */
export function write(field: Field, value: Value): void {
  const input = inputOf(field.root);
  const blank = value === null || value === "" || (Array.isArray(value) && !value.length);
  field.own = blank ? "" : JSON.stringify(value);
  input.value = field.own;
  field.draw();
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Somebody else put a value into the field: a draft that was kept, say. */
export function taken(field: Field): void {
  const text = inputOf(field.root).value;
  if (text === (field.own ?? text)) return;
  field.own = text;
  field.draw();
}

/** Say one sentence in the field, with what mends it; an empty one takes it back. */
export function say(field: Field, sentence: string, mend?: { label: string; act: () => void }): void {
  const line = field.root.querySelector<HTMLElement>("[data-say]");
  if (!line) return;
  line.hidden = !sentence;
  const text = line.querySelector<HTMLElement>("[data-sentence]")!;
  const button = line.querySelector<HTMLButtonElement>("[data-mend]")!;
  // What is said already is not read out again.
  if (text.textContent !== sentence) text.textContent = sentence;
  button.hidden = !mend;
  button.textContent = mend?.label ?? "";
  button.onclick = mend?.act ?? null;
}

/** A number that the field is limited by, or what holds without. */
export function limit(field: Field, name: string, otherwise: number): number {
  const value = Number(field.limits[name]);
  return field.limits[name] === undefined || Number.isNaN(value) ? otherwise : value;
}

/** Whether the field holds a list. */
export const several = (field: Field): boolean =>
  field.kind === "audio" ? limit(field, "max_count", 1) > 1 : ["photo", "image", "attachment"].includes(field.kind);

/** The file that an entry of a value names: the entry itself, or its part. */
export function fileOf(entry: Value): string {
  if (typeof entry === "string") return entry;
  const file = entry && typeof entry === "object" && !Array.isArray(entry) ? entry["file"] : null;
  return typeof file === "string" ? file : "";
}

/** A copy of a part that the page brings along as a template. */
export function part<T extends HTMLElement>(name: string): T {
  const kit = document.getElementById("capture-kit") as HTMLTemplateElement;
  const found = kit.content.querySelector<T>(`[data-part="${name}"]`);
  if (!found) throw new Error(`no part ${name}`);
  return document.importNode(found, true);
}
