/**
 * How a form being filled stands: visible, required, computed, and what is wrong, worked out as the server does it
 * (engine/forms/filling.py, engine/decision/saving.py). It knows no page. What needs more than was sent is undefined.
 */

import {
  around,
  compile,
  Unknown,
  type Around,
  type Compiled,
  type Row,
  type Types,
  type Value,
} from "../../../engine/language/backends/javascript/source/language.ts";
import { readValue } from "./parsing.ts";
import type { Condition, Found, Json, Sent, SentField, Stage, Text, Values } from "./sent.ts";

/** How one field stands; undefined where the server has to say. */
export interface Standing {
  readonly visible: boolean | undefined;
  readonly required: boolean | undefined;
}

export interface Judged {
  readonly row: Row;
  readonly standings: { readonly [key: string]: Standing };
  readonly found: readonly Found[];
}

/** A form in its two stages: as it is now, and as its transition would find it. */
export interface Judgement {
  readonly now: Judged;
  readonly ahead: Judged;
  /** What to show: a field shows if it does so now, or if the transition will require it. */
  readonly standings: { readonly [key: string]: Standing };
}

type MutableRow = Record<string, Value | undefined>;
type Seen = { readonly [key: string]: boolean };

const REQUIRED = "FORM-002";
const INVALID = "FORM-013";
const THIS = "this";
const PARENT = "parent";

const known = <T>(work: () => T): T | undefined => {
  try {
    return work();
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
};

/** A condition that may be absent (then it is `otherwise`) or the server's (then nobody here knows). */
type Check = (row: Row) => boolean | undefined;

class Judge {
  readonly #sent: Sent;
  readonly #world: Around;
  readonly #made = new Map<Condition, Compiled>();
  readonly #held: { readonly [key: string]: readonly MutableRow[] };
  #main: Row = {};
  #shown: Row = {};

  constructor(sent: Sent) {
    this.#sent = sent;
    const base = around(sent.world, {} as Types);
    const [app, form] = sent.form;
    this.#world = {
      ...base,
      old: sent.new ? null : undefined,
      record: (ofApp, ofForm, id) =>
        ofApp === app && ofForm === form && id === THIS ? this.#main : base.record(ofApp, ofForm, id),
      related: (ofApp, ofForm, reference, id) => {
        const [outer, lines] = ofForm.split(".");
        const found = ofApp === app && outer === form && reference === PARENT && id === THIS && lines;
        if (!found) return base.related(ofApp, ofForm, reference, id);
        const rows = this.#shown[lines];
        if (rows === undefined) throw new Unknown(lines);
        return (rows ?? []) as readonly Row[];
      },
    };
    const lines = sent.fields.filter((field) => field.lines);
    this.#held = Object.fromEntries(lines.map((field) => [field.key, this.#heldLines(field)]));
  }

  /** How the form stands with these values; `seen` says what the server last said is visible. */
  judge(given: Values, seen: Seen): Judgement {
    const { now, ahead } = this.#sent.stages;
    let taken = given;
    for (;;) {
      const judged = {
        now: this.#judged(taken, now, seen, []),
        ahead: this.#judged(taken, ahead, seen, this.#sent.must),
      };
      const standings = this.#merged(judged.now, judged.ahead);
      const kept = Object.entries(taken).filter(([key]) => standings[key]?.visible !== false);
      if (kept.length === Object.keys(taken).length) return { ...judged, standings };
      taken = Object.fromEntries(kept);
    }
  }

  #merged(now: Judged, ahead: Judged): Judgement["standings"] {
    if (this.#sent.single) {
      const needs = new Set(this.#sent.needs);
      const needed = Object.entries(ahead.standings).map(
        ([key, { visible, required }]) => [key, { visible, required: needs.has(key) || required }] as const,
      );
      return Object.fromEntries(needed);
    }
    return Object.fromEntries(
      Object.entries(ahead.standings).map(([key, { visible, required }]) => {
        const shown = now.standings[key]!.visible;
        const wanted = visible === false || required === false ? false : visible && required;
        return [key, { visible: shown || wanted ? true : shown === undefined ? undefined : wanted, required }];
      }),
    );
  }

  #judged(given: Values, [state, draft]: Stage, seen: Seen, must: readonly string[]): Judged {
    const found: Found[] = [];
    const before = this.#blank();
    const read = this.#read(given, found);
    const row: MutableRow = { ...before, ...read.values, id: THIS };
    if (state === null) delete row["state"];
    else row["state"] = state;
    if (this.#sent.new) this.#defaults(this.#sent.fields, read.taken, row);
    this.#main = { ...row };
    for (const field of this.#sent.fields)
      if (field.lines) this.#fillLines(field, row, read.taken.has(field.key) ? given : {});
    this.#main = { ...row };
    this.#compute(row);
    const standings = this.#cleared(read.taken, before, row, draft, seen);
    this.#main = row;
    this.#shown = row;
    found.push(...this.#shortcomings(row, standings, draft));
    for (const key of must) {
      const field = this.#sent.fields.find((one) => one.key === key);
      if (field && row[key] === null) found.push({ code: REQUIRED, path: key, message: field.says[REQUIRED]! });
    }
    if (must === this.#sent.must) found.push(...this.#unfilled(given, row, standings));
    return { row, standings, found: distinct(found) };
  }

  /** What the transition asks for and is blank; of the fields that only the server judges that much is plain to see. */
  #unfilled(given: Values, row: Row, standings: Judged["standings"]): Found[] {
    const needed = new Set(this.#sent.single ? this.#sent.needs : []);
    return this.#sent.fields
      .filter(({ key }) => needed.has(key) && standings[key]!.visible)
      .filter(({ key, unknown }) => (unknown ? isBlank(given[key]) : row[key] === null))
      .map((field) => problem(field, REQUIRED, field.key));
  }

  /** The record before anybody typed; what the page does not know is not there. */
  #blank(): MutableRow {
    const row: MutableRow = {};
    for (const field of this.#sent.fields) {
      if (field.unknown) continue;
      if (field.lines) {
        row[field.key] = this.#held[field.key]!.length ? this.#held[field.key]! : null;
        continue;
      }
      const read = readValue(this.#sent.before[field.key] ?? null, field, this.#sent.before[field.key] ?? null);
      row[field.key] = "value" in read ? read.value : null;
    }
    return row;
  }

  #heldLines(field: SentField): readonly MutableRow[] {
    const lines = (this.#sent.before[field.key] ?? []) as readonly Values[];
    return lines.map((line) => this.#line(field, line, line, "", []));
  }

  /** Read what was typed; what cannot be read counts as not given. */
  #read(given: Values, found: Found[]): { values: MutableRow; taken: Set<string> } {
    const values: MutableRow = {};
    const taken = new Set<string>();
    for (const field of this.#sent.fields) {
      const raw = given[field.key];
      if (raw === undefined) continue;
      const before = this.#sent.before[field.key] ?? null;
      if (field.lines) {
        const lines = (raw ?? []) as readonly Values[];
        const wrong: Found[] = [];
        const read = lines.map((line, number) =>
          this.#line(field, line, this.#old(field, line), `${field.key}[${number}]`, wrong),
        );
        // One line that cannot be read keeps the server from reading any.
        if (!wrong.length) {
          taken.add(field.key);
          if (!field.unknown) values[field.key] = read.length ? read : null;
        }
        found.push(...wrong);
        continue;
      }
      const read = readValue(raw, field, before);
      if ("wrong" in read) {
        found.push(problem(field, read.wrong, field.key));
        continue;
      }
      taken.add(field.key);
      if (!field.unknown) values[field.key] = read.value;
    }
    return { values, taken };
  }

  #old(field: SentField, line: Values): Values {
    const held = (this.#sent.before[field.key] ?? []) as readonly Values[];
    return held.find((one) => one["id"] === line["id"]) ?? {};
  }

  #line(field: SentField, raw: Values, old: Values, place: string, found: Found[]): MutableRow {
    const row: MutableRow = { id: (raw["id"] as string) ?? null, [PARENT]: THIS };
    for (const inner of field.lines!) {
      const value = raw[inner.key] === undefined ? (old[inner.key] ?? null) : raw[inner.key]!;
      const read = readValue(value, inner, old[inner.key] ?? null);
      if ("wrong" in read) found.push(problem(inner, read.wrong, `${place}.${inner.key}`));
      else if (!inner.unknown) row[inner.key] = read.value;
    }
    return row;
  }

  #defaults(fields: readonly SentField[], given: ReadonlySet<string>, row: MutableRow): void {
    for (const field of fields) {
      if (field.default === undefined || given.has(field.key) || field.unknown) continue;
      const value = field.default === 0 ? undefined : this.#value(field.default, { ...row });
      if (value === undefined) delete row[field.key];
      else row[field.key] = value;
    }
  }

  #fillLines(field: SentField, row: MutableRow, given: Values): void {
    const lines = row[field.key] as readonly MutableRow[] | null | undefined;
    if (!lines) return;
    const raw = (given[field.key] ?? []) as readonly Values[];
    row[field.key] = lines.map((line, number) => {
      const filled: MutableRow = { ...line };
      if (filled["id"] === null && raw[number]) this.#defaults(field.lines!, new Set(Object.keys(raw[number])), filled);
      for (const key of field.order ?? []) {
        const value = this.#value(field.lines!.find((one) => one.key === key)!.computed!, filled as Row);
        if (value === undefined) delete filled[key];
        else filled[key] = value;
      }
      return filled as Row;
    });
  }

  #compute(row: MutableRow): void {
    for (const key of this.#sent.order) {
      this.#shown = row;
      const value = this.#value(this.#sent.fields.find((one) => one.key === key)!.computed!, row);
      if (value === undefined) delete row[key];
      else row[key] = value;
    }
    this.#shown = row;
  }

  /** Blank what is hidden and that nobody has just filled, and what that hides in turn; return how fields stand then. */
  #cleared(given: ReadonlySet<string>, before: Row, row: MutableRow, draft: boolean, seen: Seen): Judged["standings"] {
    const cleared = new Set<string>();
    for (;;) {
      this.#main = row;
      this.#shown = row;
      const standings = this.#standings(row, draft, seen);
      const gone = Object.keys(standings).filter((key) => {
        const [held, filled] = [before[key] ?? null, row[key] !== null];
        const own = !given.has(key) || same(row[key], held);
        return standings[key]!.visible === false && filled && own && !cleared.has(key);
      });
      if (!gone.length) return standings;
      for (const key of gone) cleared.add(key);
      for (const key of cleared) row[key] = null;
      this.#compute(row);
      for (const key of cleared) row[key] = null;
    }
  }

  #standings(row: Row, draft: boolean, seen: Seen): Judged["standings"] {
    const open: Record<string, boolean | undefined> = {};
    for (const [key, condition] of Object.entries(this.#sent.sections)) open[key] = this.#check(condition, true)(row);
    return Object.fromEntries(
      this.#sent.fields.map((field) => {
        const section = field.section === undefined ? true : open[field.section];
        const own = this.#check(field.visible, true)(row);
        const decided = section === false || own === false ? false : section && own;
        const visible = decided ?? seen[field.key];
        return [field.key, { visible, required: visible === false ? false : this.#required(field, row, draft) }];
      }),
    );
  }

  #required(field: SentField, row: Row, draft: boolean): boolean | undefined {
    if (field.required === "create") return true;
    if (draft || (field.system && field.computed === undefined)) return false;
    return field.required === "submit" || this.#check(field.requiredWhen, false)(row);
  }

  #shortcomings(row: Row, standings: Judged["standings"], draft: boolean): Found[] {
    const found: Found[] = [];
    for (const field of this.#sent.fields) {
      const { visible, required } = standings[field.key]!;
      const value = row[field.key];
      if (!visible || value === undefined) continue;
      if (value === null) {
        if (required) found.push(problem(field, REQUIRED, field.key));
        continue;
      }
      found.push(...this.#unmet(field, row, field.key));
      if (field.lines)
        (value as readonly Row[]).forEach((line, number) => found.push(...this.#ofLine(field, line, number, draft)));
    }
    return found;
  }

  #ofLine(field: SentField, line: Row, number: number, draft: boolean): Found[] {
    return field.lines!.flatMap((inner) => {
      const [value, place] = [line[inner.key], `${field.key}[${number}].${inner.key}`];
      if (value === undefined) return [];
      if (value !== null) return this.#unmet(inner, line, place);
      return this.#required(inner, line, draft) ? [problem(inner, REQUIRED, place)] : [];
    });
  }

  #unmet(field: SentField, row: Row, path: string): Found[] {
    return (field.validations ?? []).flatMap(([condition, message]) =>
      this.#check(condition, true)(row) === false ? [{ code: INVALID, path, message }] : [],
    );
  }

  #check(condition: Condition | undefined, otherwise: boolean): Check {
    if (condition === undefined) return () => otherwise;
    if (condition === 0) return () => undefined;
    const { holds } = this.#compiled(condition);
    return (row) => known(() => holds(row, this.#world));
  }

  #value(condition: Condition, row: Row): Value | undefined {
    return condition === 0 ? undefined : known(() => this.#compiled(condition).evaluate(row, this.#world));
  }

  #compiled(condition: Exclude<Condition, 0>): Compiled {
    let made = this.#made.get(condition);
    if (!made) this.#made.set(condition, (made = compile(condition)));
    return made;
  }
}

const problem = (field: SentField, code: string, path: string): Found => ({
  code,
  path,
  message: field.says[code] ?? NONE,
});
const NONE: Text = { zh: "", en: "" };

/** Whether nothing was given: no value, or a list of files, people or choices with none in it. */
const isBlank = (value: Json | undefined): boolean =>
  (value ?? null) === null || (Array.isArray(value) && !value.length);

const same = (one: Json | Value | undefined, other: Json | Value): boolean =>
  one === other || JSON.stringify(one, big) === JSON.stringify(other, big);
const big = (_: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}n` : value);

const UNREAD = new Set(["FORM-003", "FORM-004", "FORM-005", "FORM-006", "FORM-007", "FORM-008", "FORM-009"]);

/** Keep one problem a kind and place; what could not be read is not missing as well. */
const distinct = (found: readonly Found[]): readonly Found[] => {
  const unread = found.filter(({ code }) => UNREAD.has(code)).map(({ path }) => path);
  const kept = new Map<string, Found>();
  for (const one of found) {
    const blank =
      one.code === REQUIRED && unread.some((place) => place === one.path || place.startsWith(`${one.path}[`));
    const key = `${one.code} ${one.path}`;
    if (!blank && !kept.has(key)) kept.set(key, one);
  }
  return [...kept.values()];
};

/** Return the judge of a form. */
export const judgeOf = (sent: Sent): Judge => new Judge(sent);
export type { Judge };
