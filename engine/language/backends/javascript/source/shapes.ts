/**
 * The closures that run most. An engine learns about each closure where it stands in the text, so the build copies this
 * module: expressions that run over many rows then do not share, and blur, what was learnt.
 */

import type { Operate } from "./operations.ts";
import { Unknown, type Part, type Test, type Value } from "./values.ts";

const missing = (key: string): never => {
  throw new Unknown(key);
};

// A few of one kind for fields of different names, for the same reason.
const GETTERS: ((key: string) => Part)[] = [
  (key) => (row) => row[key] ?? (row[key] === null ? null : missing(key)),
  (key) => (row) => row[key] ?? (row[key] === null ? null : missing(key)),
  (key) => (row) => row[key] ?? (row[key] === null ? null : missing(key)),
  (key) => (row) => row[key] ?? (row[key] === null ? null : missing(key)),
  (key) => (row) => row[key] ?? (row[key] === null ? null : missing(key)),
  (key) => (row) => row[key] ?? (row[key] === null ? null : missing(key)),
];
const keys: string[] = [];

export const field = (key: string): Part => {
  if (!keys.includes(key)) keys.push(key);
  return GETTERS[keys.indexOf(key) % GETTERS.length]!(key);
};

export const parameter =
  (key: string): Part =>
  (_, { parameters }) =>
    parameters[key] ?? (parameters[key] === null ? null : missing(key));

export const dayOf =
  (a: Part): Part =>
  (row, around) => {
    const x = a(row, around);
    return x === null ? null : around.dayOf(x as number);
  };

export const truth =
  (part: Part): Test =>
  (row, around) =>
    part(row, around) === true;
export const not =
  (test: Test): Test =>
  (row, around) =>
    !test(row, around);
export const notTrue =
  (part: Part): Test =>
  (row, around) =>
    part(row, around) !== true;
export const blank =
  (part: Part): Test =>
  (row, around) =>
    part(row, around) === null;
export const equal =
  (a: Part, b: Part): Test =>
  (row, around) =>
    a(row, around) === b(row, around);
export const equalTo =
  (a: Part, constant: Value): Test =>
  (row, around) =>
    a(row, around) === constant;
export const among =
  (a: Part, list: readonly Value[]): Test =>
  (row, around) =>
    list.includes(a(row, around));

export const and2 =
  (a: Test, b: Test): Test =>
  (row, around) =>
    a(row, around) && b(row, around);
export const and3 =
  (a: Test, b: Test, c: Test): Test =>
  (row, around) =>
    a(row, around) && b(row, around) && c(row, around);
export const or2 =
  (a: Test, b: Test): Test =>
  (row, around) =>
    a(row, around) || b(row, around);
export const or3 =
  (a: Test, b: Test, c: Test): Test =>
  (row, around) =>
    a(row, around) || b(row, around) || c(row, around);

export const below =
  (a: Part, b: Part): Test =>
  (row, around) => {
    const x = a(row, around);
    if (x === null) return false;
    const y = b(row, around);
    return y !== null && x < y;
  };
export const upTo =
  (a: Part, b: Part): Test =>
  (row, around) => {
    const x = a(row, around);
    if (x === null) return false;
    const y = b(row, around);
    return y !== null && x <= y;
  };
export const belowConstant =
  (a: Part, constant: Value): Test =>
  (row, around) => {
    const x = a(row, around);
    return x !== null && x < constant!;
  };
export const aboveConstant =
  (a: Part, constant: Value): Test =>
  (row, around) => {
    const x = a(row, around);
    return x !== null && x > constant!;
  };

export const daysSinceAbove =
  (a: Part, constant: number): Test =>
  (row, around) => {
    const x = a(row, around);
    return x !== null && around.today - (x as number) > constant;
  };
export const belowToday =
  (a: Part): Test =>
  (row, around) => {
    const x = a(row, around);
    return x !== null && (x as number) < around.today;
  };

export const branch =
  (test: Test, then: Part, otherwise: Part): Part =>
  (row, around) =>
    test(row, around) ? then(row, around) : otherwise(row, around);

export const lift1 =
  (operate: Operate, a: Part, blank: Value): Part =>
  (row, around) => {
    const x = a(row, around);
    return x === null ? blank : operate(x);
  };
export const lift2 =
  (operate: Operate, a: Part, b: Part, blank: Value): Part =>
  (row, around) => {
    const x = a(row, around);
    if (x === null) return blank;
    const y = b(row, around);
    return y === null ? blank : operate(x, y);
  };
export const withConstant =
  (operate: Operate, a: Part, constant: Value, blank: Value): Part =>
  (row, around) => {
    const x = a(row, around);
    return x === null ? blank : operate(x, constant);
  };
