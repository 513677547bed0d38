/** A typed tree in JSON becomes closures, once; it knows neither forms nor where rows come from, and builds no code. */

import { aggregate } from "./aggregates.ts";
import { COPIES, type Shapes } from "./copies.ts";
import { BLANKS_TAKEN, STRICT, TESTS, type Operate } from "./operations.ts";
import { known, missing, type Around, type Part, type Person, type Row, type Test, type Value } from "./values.ts";
import type { WorkCalendar } from "./workdays.ts";

export type Tree = string | number | boolean | null | readonly [string, ...Json[]];
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What one tree becomes. */
export interface Compiled {
  /** The value for a row; null where it is blank. */
  readonly evaluate: Part;
  /** Whether the condition holds; blank does not. */
  readonly holds: Test;
}

/** The one version of trees that this evaluator understands. */
const VERSION = 1;

type Step = readonly [reference: string, app: string, form: string];

/** What `#related` takes: the value and the condition stand in lists, since null is a tree. */
type Related = readonly [
  name: string,
  related: readonly [app: string, form: string, reference: string],
  value: readonly [Tree] | null,
  where: readonly [Tree] | null,
  detail: string | number | null,
  steps: readonly Step[],
];

/** Nodes whose value is true or false and never blank. */
const NEVER_BLANK = new Set([
  "and",
  "or",
  "not",
  "blank",
  "equal",
  "<",
  "<=",
  "in",
  "fits",
  "role",
  "is workday",
  ...Object.keys(TESTS),
]);

const follow =
  (steps: readonly Step[]): ((row: Row, around: Around) => Row | null) =>
  (row, around) => {
    let found: Row | null = row;
    for (const [reference, app, form] of steps) {
      const id = known(found, reference);
      found = id === null ? null : around.record(app, form, id as string);
      if (!found) return null;
    }
    return found;
  };

const isTest = (tree: Tree): boolean => Array.isArray(tree) && NEVER_BLANK.has(tree[0]);

const isToday = (tree: Json): boolean => Array.isArray(tree) && tree[0] === "given" && tree[1] === "today";

/** Tell whether that is a number of days since a day. */
const isSince = (tree: Tree): tree is readonly ["days between", ...Json[]] =>
  Array.isArray(tree) && tree[0] === "days between" && isToday(tree[2]);

/** Builds one expression out of the closures of one copy. */
class Builder {
  readonly #shapes: Shapes;

  constructor(shapes: Shapes) {
    this.#shapes = shapes;
  }

  value(tree: Tree): Part {
    if (!Array.isArray(tree)) return () => tree as Value;
    const [code, ...parts] = tree as unknown as readonly [string, ...never[]];
    const node = this.#nodes[code];
    if (node) return node(...parts);
    if (STRICT[code]) return this.#lifted(STRICT[code], parts, null);
    if (TESTS[code]) return this.#lifted(TESTS[code], parts, false);
    const [operate, built] = [BLANKS_TAKEN[code], this.#values(parts)];
    if (!operate) throw new Error(`no such node: ${code}`);
    return (row, around) => operate(...built.map((part) => part(row, around)));
  }

  test(tree: Tree): Test {
    const part = this.value(tree);
    return isTest(tree) ? (part as Test) : this.#shapes.truth(part);
  }

  #values(list: readonly Tree[]): Part[] {
    return list.map((tree) => this.value(tree));
  }

  /** The value of a tree that is written out in the expression; undefined of one that is not. */
  #constant(tree: Tree): Value | undefined {
    if (!Array.isArray(tree)) return tree as Value;
    return tree[0] === "big" ? BigInt(tree[1] as string) : undefined;
  }

  /** Call an operation with its arguments; one that is blank makes the result `blank`. */
  #lifted(operate: Operate, list: readonly Tree[], blank: Value): Part {
    const parts = this.#values(list);
    const [first, second] = parts as [Part, Part];
    if (parts.length === 1) return this.#shapes.lift1(operate, first, blank);
    if (parts.length === 2) {
      const constant = this.#constant(list[1]!) ?? null;
      return constant === null
        ? this.#shapes.lift2(operate, first, second, blank)
        : this.#shapes.withConstant(operate, first, constant, blank);
    }
    return (row, around) => {
      const values: Value[] = [];
      for (const part of parts) {
        const value = part(row, around);
        if (value === null) return blank;
        values.push(value);
      }
      return operate(...values);
    };
  }

  #all(list: readonly Tree[], ends: boolean): Test {
    const tests = list.map((item) => this.test(item));
    const [a, b, c] = tests as [Test, Test, Test];
    const { and2, and3, or2, or3 } = this.#shapes;
    if (tests.length === 2) return ends ? or2(a, b) : and2(a, b);
    if (tests.length === 3) return ends ? or3(a, b, c) : and3(a, b, c);
    return (row, around) => {
      for (const one of tests) if (one(row, around) === ends) return ends;
      return !ends;
    };
  }

  #compared(left: Tree, right: Tree, inclusive: number): Test {
    const { aboveConstant, belowConstant, belowToday, daysSinceAbove, below, upTo } = this.#shapes;
    // All that is ordered is whole, so that up to 2 is below 3.
    if (typeof right === "number") return belowConstant(this.value(left), right + inclusive);
    if (typeof left === "number" && isSince(right))
      return daysSinceAbove(this.value(right[1] as Tree), left - inclusive);
    if (!inclusive && isToday(right)) return belowToday(this.value(left));
    if (typeof left === "number") return aboveConstant(this.value(right), left - inclusive);
    return (inclusive ? upTo : below)(this.value(left), this.value(right));
  }

  #equal(left: Tree, right: Tree): Test {
    const [a, b] = [this.#constant(left), this.#constant(right)];
    if (b !== undefined) return this.#shapes.equalTo(this.value(left), b);
    if (a !== undefined) return this.#shapes.equalTo(this.value(right), a);
    return this.#shapes.equal(this.value(left), this.value(right));
  }

  #among(item: Tree, list: readonly Tree[]): Test {
    const part = this.value(item);
    const values = list.map((tree) => this.#constant(tree) as Value);
    if (values.length < 9) return this.#shapes.among(part, values);
    const set = new Set(values);
    return (row, around) => set.has(part(row, around));
  }

  #if(parts: readonly Tree[]): Part {
    const otherwise = this.value(parts[parts.length - 1]!);
    const branches: [Test, Part][] = [];
    for (let at = 0; at < parts.length - 1; at += 2) branches.push([this.test(parts[at]!), this.value(parts[at + 1]!)]);
    // The rows of a decision table may be more than closures can be nested.
    if (branches.length > 8)
      return (row, around) => (branches.find(([holds]) => holds(row, around))?.[1] ?? otherwise)(row, around);
    return branches.reduceRight((next, [holds, value]) => this.#shapes.branch(holds, value, next), otherwise);
  }

  #switch(item: Tree, otherwise: Tree, cases: readonly Tree[]): Part {
    const [part, none] = [this.value(item), this.value(otherwise)];
    const results = new Map<Value, Part>();
    for (let at = cases.length - 2; at >= 0; at -= 2)
      results.set(this.#constant(cases[at]!) as Value, this.value(cases[at + 1]!));
    return (row, around) => (results.get(part(row, around)) ?? none)(row, around);
  }

  #coalesce(list: readonly Tree[]): Part {
    const parts = this.#values(list);
    return (row, around) => {
      for (const part of parts) {
        const value = part(row, around);
        if (value !== null) return value;
      }
      return null;
    };
  }

  #related([name, [app, form, reference], value, where, detail, steps]: Related): Part {
    const reach = follow(steps);
    const over = aggregate(name, value && this.value(value[0]), where && this.test(where[0]), detail);
    const lines = form.split(".")[1];
    const rowsOf = (row: Row, around: Around): Iterable<Row> => {
      if (lines && reference === "parent" && row[lines] !== undefined)
        return ((row[lines] ?? []) as readonly Row[]).map((line) => ({ ...line, parent: row["id"] }));
      return around.related(app, form, reference, known(row, "id") as string);
    };
    return (row, around) => {
      const from = reach(row, around);
      return over(from ? rowsOf(from, around) : [], around);
    };
  }

  #lookup(inputs: readonly (readonly [string, Tree])[], body: Tree): Part {
    const parts = inputs.map(([key, tree]) => [key, this.value(tree)] as const);
    const inside = this.value(body);
    return (row, around) => inside(Object.fromEntries(parts.map(([key, part]) => [key, part(row, around)])), around);
  }

  /** Ask the directory; blank for a blank and for whom it does not know. */
  #asked<T>(item: Tree, ask: (person: Person) => T): (row: Row, around: Around) => T | null {
    const part = this.value(item);
    return (row, around) => {
      const id = part(row, around);
      const person = id === null ? null : around.person(id as string);
      return person && ask(person);
    };
  }

  #momentAt(list: readonly Tree[]): Part {
    const parts = this.#values(list);
    return (row, around) => {
      const values = parts.map((part) => part(row, around));
      return values.includes(null)
        ? null
        : around.momentAt(...(values.map(Number) as [number, number, number, number]));
    };
  }

  #byCalendar(list: readonly Tree[], ask: keyof WorkCalendar, blank: Value): Part {
    const parts = this.#values(list);
    return (row, around) => {
      const values = parts.map((part) => part(row, around));
      return values.includes(null) ? blank : around.calendar[ask](...(values as [number, number]));
    };
  }

  readonly #nodes: { readonly [code: string]: (...parts: never[]) => Part } = {
    big: (digits: string) => {
      const value = BigInt(digits);
      return () => value;
    },
    field: (key: string) => this.#shapes.field(key),
    old:
      (key: string) =>
      (_, { old }) => {
        return old === undefined ? missing("old") : old && known(old, key);
      },
    path: (steps: readonly Step[], key: string) => {
      const reach = follow(steps);
      return (row, around) => {
        const found = reach(row, around);
        return found && known(found, key);
      };
    },
    parameter: (key: string) => this.#shapes.parameter(key),
    given: (what: "now" | "today" | "me") => (_, around) => around[what],
    and: (...items: Tree[]) => this.#all(items, false),
    or: (...items: Tree[]) => this.#all(items, true),
    not: (item: Tree) => (isTest(item) ? this.#shapes.not(this.test(item)) : this.#shapes.notTrue(this.value(item))),
    blank: (item: Tree) => this.#shapes.blank(this.value(item)),
    equal: (left: Tree, right: Tree) => this.#equal(left, right),
    "<": (left: Tree, right: Tree) => this.#compared(left, right, 0),
    "<=": (left: Tree, right: Tree) => this.#compared(left, right, 1),
    in: (item: Tree, ...values: Tree[]) => this.#among(item, values),
    if: (...parts: Tree[]) => this.#if(parts),
    switch: (item: Tree, otherwise: Tree, ...cases: Tree[]) => this.#switch(item, otherwise, cases),
    coalesce: (...items: Tree[]) => this.#coalesce(items),
    related: (...parts: Related[number][]) => this.#related(parts as unknown as Related),
    lookup: (inputs: readonly (readonly [string, Tree])[], body: Tree) => this.#lookup(inputs, body),
    person: (item: Tree, what: "name") => this.#asked(item, (person) => person[what]),
    role: (item: Tree, role: string) => this.#shapes.truth(this.#asked(item, ({ roles }) => roles.includes(role))),
    fits: (text: Tree, pattern: string) => {
      const whole = new RegExp(`^(?:${pattern})$`, "su");
      return this.#shapes.lift1((value) => whole.test(value as string), this.value(text), false);
    },
    "day of": (moment: Tree) => this.#shapes.dayOf(this.value(moment)),
    "is workday": (day: Tree) => this.#byCalendar([day], "isWorkday", false),
    "add workdays": (...parts: Tree[]) => this.#byCalendar(parts, "shifted", null),
    "workdays between": (...parts: Tree[]) => this.#byCalendar(parts, "between", null),
    "work time between": (...parts: Tree[]) => this.#byCalendar(parts, "workTime", null),
    "shift work time": (...parts: Tree[]) => this.#byCalendar(parts, "shiftedTime", null),
    "make moment": (...parts: Tree[]) => this.#momentAt(parts),
  };
}

let compiled = 0;

/** Return the closures of a tree; throws for a tree of another version or with nodes that are not known here. */
export const compile = ([version, tree]: readonly [number, Tree, ...Json[]]): Compiled => {
  if (version !== VERSION) throw new Error(`tree of version ${version}`);
  const builder = new Builder(COPIES[compiled++ % COPIES.length]!);
  return { evaluate: builder.value(tree), holds: builder.test(tree) };
};
