/** What stands in the controls of the form, as the values that would be posted (web/filling/posted.py). */

import { valueOfText } from "./parsing.ts";
import { form } from "./page.ts";
import type { Json, Sent, SentField, Values } from "./sent.ts";
import type { Zone } from "../../../engine/language/backends/javascript/source/language.ts";

const SEVERAL = new Set(["multi_choice", "persons", "references"]);
const CAPTURED = new Set(["photo", "image", "attachment", "audio", "signature", "location"]);

/** The values of a form, and the fields in which a text is typed that names no record yet. */
export interface Given {
  readonly values: Values;
  readonly open: ReadonlySet<string>;
}

class Reader {
  readonly #data = new FormData(form!);
  readonly #names = [...new Set([...this.#data.keys()])];
  readonly open = new Set<string>();
  readonly #zone: Zone;

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  has(name: string): boolean {
    return this.#data.has(name);
  }

  #texts(name: string): string[] {
    return this.#data.getAll(name).filter((one): one is string => typeof one === "string" && one !== "");
  }

  /** A reference's text that is not the title of what is chosen. */
  #isOpen(name: string): boolean {
    const text = String(this.#data.get(`${name}._text`) ?? "").trim();
    const was = String(this.#data.get(`${name}._was`) ?? "").trim();
    return text !== "" && !(this.#texts(name).length && text === was);
  }

  value(name: string, field: SentField): Json {
    const texts = this.#texts(name);
    const last = texts.at(-1) ?? "";
    if (field.kind === "reference" || field.kind === "references") {
      if (this.#isOpen(name)) {
        this.open.add(field.key);
        if (field.kind === "reference") return null;
      }
    }
    if (SEVERAL.has(field.kind)) return texts.length ? [...new Set(texts)] : null;
    if (field.kind === "boolean") return last === "true" ? true : last === "false" ? false : null;
    if (CAPTURED.has(field.kind)) return captured(last);
    return valueOfText(last, field.kind, this.#zone);
  }

  lines(field: SentField): { lines: readonly Values[] | null; tokens: readonly string[] } {
    const start = `f.${field.key}.`;
    const own = this.#names.filter((name) => name.startsWith(start));
    const lines: Values[] = [];
    const tokens: string[] = [];
    for (const token of new Set(own.map((name) => name.slice(start.length).split(".")[0]!))) {
      const id = this.#data.get(`${start}${token}.id`);
      const opened = this.open.size;
      const drawn = field.lines!.filter((inner) => this.has(`${start}${token}.${inner.key}`));
      const entries = drawn.map((inner) => [inner.key, this.value(`${start}${token}.${inner.key}`, inner)] as const);
      const blank = entries.every(([, value]) => value === null || value === false);
      if (blank && id === null && this.open.size === opened) continue;
      const kept = id === null ? entries.filter(([, value]) => value !== null) : entries;
      lines.push({ ...(id === null ? {} : { id: String(id) }), ...Object.fromEntries(kept) });
      tokens.push(token);
    }
    return { lines: lines.length ? lines : null, tokens };
  }
}

const captured = (text: string): Json => {
  try {
    return text ? (JSON.parse(text) as Json) : null;
  } catch {
    return text;
  }
};

/** Read the form. `tokens` get the names of the lines that count, in order, by sub-table. */
export const readForm = (sent: Sent, zone: Zone, tokens: Map<string, readonly string[]>): Given => {
  const reader = new Reader(zone);
  const values: Record<string, Json> = {};
  for (const field of sent.fields) {
    const name = `f.${field.key}`;
    if (field.lines) {
      const read = reader.lines(field);
      tokens.set(field.key, read.tokens);
      if (reader.has(name) || read.lines) values[field.key] = read.lines as Json;
    } else if (reader.has(name)) values[field.key] = reader.value(name, field);
    // Of a new record what is blank is not sent, so that a default may fill it; a default that was taken out is. What the
    // server makes of a default that only it knows is drawn already: blank is blank.
    const waits = sent.new && field.default !== 0 && !reader.has(`_d.${field.key}`);
    if (waits && values[field.key] === null) delete values[field.key];
  }
  return { values, open: reader.open };
};
