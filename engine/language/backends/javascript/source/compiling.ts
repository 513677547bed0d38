/** A typed tree in JSON becomes closures, once; it knows neither forms nor where rows come from, and builds no code. */

import { aggregate } from "./aggregates.ts";
import { BLANKS_TAKEN, STRICT, TESTS, type Operate } from "./operations.ts";
import { known, Unknown, type Around, type Part, type Row, type Test, type Value } from "./values.ts";

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

/** Nodes whose value is true or false and never blank. */
const NEVER_BLANK = new Set(["and", "or", "not", "blank", "equal", "<", "<=", "in", ...Object.keys(TESTS)]);

const trees = (list: readonly Json[]): readonly Tree[] => list as readonly Tree[];

const test = (tree: Tree): Test => {
  const part = build(tree);
  return Array.isArray(tree) && NEVER_BLANK.has(tree[0]) ? (part as Test) : (row, around) => part(row, around) === true;
};

/** Call an operation with its arguments; one that is blank makes the result `blank`. */
const lifted = (operate: Operate, parts: readonly Part[], blank: Value): Part => {
  const [first, second] = parts as [Part, Part];
  if (parts.length === 1)
    return (row, around) => {
      const x = first(row, around);
      return x === null ? blank : operate(x);
    };
  if (parts.length === 2)
    return (row, around) => {
      const x = first(row, around);
      if (x === null) return blank;
      const y = second(row, around);
      return y === null ? blank : operate(x, y);
    };
  return (row, around) => {
    const values: Value[] = [];
    for (const part of parts) {
      const value = part(row, around);
      if (value === null) return blank;
      values.push(value);
    }
    return operate(...values);
  };
};

const all = (tests: readonly Test[], ends: boolean): Test => {
  const [a, b, c] = tests as [Test, Test, Test];
  if (tests.length === 2) return ends ? (r, s) => a(r, s) || b(r, s) : (r, s) => a(r, s) && b(r, s);
  if (tests.length === 3)
    return ends ? (r, s) => a(r, s) || b(r, s) || c(r, s) : (r, s) => a(r, s) && b(r, s) && c(r, s);
  return (row, around) => {
    for (const one of tests) if (one(row, around) === ends) return ends;
    return !ends;
  };
};

const isConstant = (tree: Tree): boolean => !Array.isArray(tree);

const compared = (left: Tree, right: Tree, inclusive: boolean): Test => {
  const [a, b] = [build(left), build(right)];
  const after = inclusive
    ? (x: Value, y: Value): boolean => x !== null && y !== null && x <= y
    : (x: Value, y: Value): boolean => x !== null && y !== null && x < y;
  if (isConstant(left)) return (row, around) => after(left as Value, b(row, around));
  if (isConstant(right)) return (row, around) => after(a(row, around), right as Value);
  return (row, around) => after(a(row, around), b(row, around));
};

const follow = (steps: readonly Step[]): ((row: Row, around: Around) => Row | null) => (row, around) => {
  let found: Row | null = row;
  for (const [reference, app, form] of steps) {
    const id = known(found, reference);
    found = id === null ? null : around.record(app, form, id as string);
    if (!found) return null;
  }
  return found;
};

const related = ([name, app, form, reference, value, where, detail, steps]: readonly Json[]): Part => {
  const reach = follow(steps as unknown as readonly Step[]);
  const over = aggregate(
    name as string,
    value === null ? null : build((value as readonly Tree[])[0]!),
    where === null ? null : test((where as readonly Tree[])[0]!),
    build(detail as Tree)({}, {} as Around),
  );
  const lines = (form as string).split(".")[1];
  const rowsOf = (row: Row, around: Around): Iterable<Row> => {
    if (lines && reference === "parent" && row[lines] !== undefined) return (row[lines] ?? []) as readonly Row[];
    return around.related(app as string, form as string, reference as string, known(row, "id") as string);
  };
  return (row, around) => {
    const from = reach(row, around);
    return over(from ? rowsOf(from, around) : [], around);
  };
};

const given = (what: "now" | "today" | "me"): Part => (_, around) => around[what];

const NODES: Record<string, (...parts: Json[]) => Part> = {
  big: (digits) => {
    const value = BigInt(digits as string);
    return () => value;
  },
  field: (key) => (row) => known(row, key as string),
  old: (key) => (_, { old }) => {
    if (old === undefined) throw new Unknown("old");
    return old && known(old, key as string);
  },
  path: (steps, key) => {
    const reach = follow(steps as unknown as readonly Step[]);
    return (row, around) => {
      const found = reach(row, around);
      return found && known(found, key as string);
    };
  },
  parameter: (key) => (_, around) => known(around.parameters, key as string),
  given: (what) => given(what as "now"),
  and: (...items) => all(trees(items).map(test), false),
  or: (...items) => all(trees(items).map(test), true),
  not: (item) => {
    const holds = test(item as Tree);
    return (row, around) => !holds(row, around);
  },
  blank: (item) => {
    const part = build(item as Tree);
    return (row, around) => part(row, around) === null;
  },
  equal: (left, right) => {
    const [a, b] = [build(left as Tree), build(right as Tree)];
    return (row, around) => a(row, around) === b(row, around);
  },
  "<": (left, right) => compared(left as Tree, right as Tree, false),
  "<=": (left, right) => compared(left as Tree, right as Tree, true),
  in: (item, ...values) => {
    const part = build(item as Tree);
    const among = new Set(trees(values).map((value) => build(value)({}, {} as Around)));
    return (row, around) => among.has(part(row, around));
  },
  if: (...parts) => {
    const otherwise = build(parts[parts.length - 1] as Tree);
    let chosen = otherwise;
    for (let at = parts.length - 3; at >= 0; at -= 2) {
      const [holds, value, next] = [test(parts[at] as Tree), build(parts[at + 1] as Tree), chosen];
      chosen = (row, around) => (holds(row, around) ? value(row, around) : next(row, around));
    }
    return chosen;
  },
  switch: (item, otherwise, ...cases) => {
    const [part, none] = [build(item as Tree), build(otherwise as Tree)];
    const results = new Map<Value, Part>();
    for (let at = cases.length - 2; at >= 0; at -= 2)
      results.set(build(cases[at] as Tree)({}, {} as Around), build(cases[at + 1] as Tree));
    return (row, around) => (results.get(part(row, around)) ?? none)(row, around);
  },
  coalesce: (...items) => {
    const parts = trees(items).map(build);
    return (row, around) => {
      for (const part of parts) {
        const value = part(row, around);
        if (value !== null) return value;
      }
      return null;
    };
  },
  related: (...parts) => related(parts),
  "day of": (moment) => {
    const part = build(moment as Tree);
    return (row, around) => {
      const value = part(row, around);
      return value === null ? null : around.dayOf(value as number);
    };
  },
};

const build = (tree: Tree): Part => {
  if (!Array.isArray(tree)) return () => tree as Value;
  const [code, ...parts] = tree as readonly [string, ...Json[]];
  const node = NODES[code];
  if (node) return node(...parts);
  const built = trees(parts).map(build);
  if (STRICT[code]) return lifted(STRICT[code], built, null);
  if (TESTS[code]) return lifted(TESTS[code], built, false);
  const operate = BLANKS_TAKEN[code];
  if (!operate) throw new Error(`no such node: ${code}`);
  return (row, around) => operate(...built.map((part) => part(row, around)));
};

/** Return the closures of a tree; throws for a tree of another version or with nodes that are not known here. */
export const compile = ([version, tree]: readonly [number, Tree, ...Json[]]): Compiled => {
  if (version !== VERSION) throw new Error(`tree of version ${version}`);
  return { evaluate: build(tree), holds: test(tree) };
};
