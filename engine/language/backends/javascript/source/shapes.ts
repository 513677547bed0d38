/**
 * The closures that run most. An engine learns about each closure where it stands in the text, so the build copies this
 * module: expressions that run over many rows then do not share, and blur, what was learnt.
 */

import type { Operate } from "./operations.ts";
import { missing, type Part, type Test, type Value } from "./values.ts";

/** Return a set of closures of its own; the build calls each copy once. */
export const makeShapes = () => {
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

  const field = (key: string): Part => {
    let at = keys.indexOf(key);
    if (at < 0) at = keys.length < GETTERS.length ? keys.push(key) - 1 : key.length % GETTERS.length;
    return GETTERS[at]!(key);
  };

  const parameter =
    (key: string): Part =>
    (_, { parameters }) =>
      parameters[key] ?? (parameters[key] === null ? null : missing(key));

  const dayOf =
    (a: Part): Part =>
    (row, around) => {
      const x = a(row, around);
      return x === null ? null : around.dayOf(x as number);
    };

  const truth =
    (part: Part): Test =>
    (row, around) =>
      part(row, around) === true;
  const not =
    (test: Test): Test =>
    (row, around) =>
      !test(row, around);
  const notTrue =
    (part: Part): Test =>
    (row, around) =>
      part(row, around) !== true;
  const blank =
    (part: Part): Test =>
    (row, around) =>
      part(row, around) === null;
  const equal =
    (a: Part, b: Part): Test =>
    (row, around) =>
      a(row, around) === b(row, around);
  const equalTo =
    (a: Part, constant: Value): Test =>
    (row, around) =>
      a(row, around) === constant;
  const among =
    (a: Part, list: readonly Value[]): Test =>
    (row, around) =>
      list.includes(a(row, around));

  const and2 =
    (a: Test, b: Test): Test =>
    (row, around) =>
      a(row, around) && b(row, around);
  const and3 =
    (a: Test, b: Test, c: Test): Test =>
    (row, around) =>
      a(row, around) && b(row, around) && c(row, around);
  const or2 =
    (a: Test, b: Test): Test =>
    (row, around) =>
      a(row, around) || b(row, around);
  const or3 =
    (a: Test, b: Test, c: Test): Test =>
    (row, around) =>
      a(row, around) || b(row, around) || c(row, around);

  const below =
    (a: Part, b: Part): Test =>
    (row, around) => {
      const x = a(row, around);
      if (x === null) return false;
      const y = b(row, around);
      return y !== null && x < y;
    };
  const upTo =
    (a: Part, b: Part): Test =>
    (row, around) => {
      const x = a(row, around);
      if (x === null) return false;
      const y = b(row, around);
      return y !== null && x <= y;
    };
  const belowConstant =
    (a: Part, constant: Value): Test =>
    (row, around) => {
      const x = a(row, around);
      return x !== null && x < constant!;
    };
  const aboveConstant =
    (a: Part, constant: Value): Test =>
    (row, around) => {
      const x = a(row, around);
      return x !== null && x > constant!;
    };

  const daysSinceAbove =
    (a: Part, constant: number): Test =>
    (row, around) => {
      const x = a(row, around);
      return x !== null && around.today - (x as number) > constant;
    };
  const belowToday =
    (a: Part): Test =>
    (row, around) => {
      const x = a(row, around);
      return x !== null && (x as number) < around.today;
    };

  const branch =
    (test: Test, then: Part, otherwise: Part): Part =>
    (row, around) =>
      test(row, around) ? then(row, around) : otherwise(row, around);

  const lift1 =
    (operate: Operate, a: Part, blank: Value): Part =>
    (row, around) => {
      const x = a(row, around);
      return x === null ? blank : operate(x);
    };
  const lift2 =
    (operate: Operate, a: Part, b: Part, blank: Value): Part =>
    (row, around) => {
      const x = a(row, around);
      if (x === null) return blank;
      const y = b(row, around);
      return y === null ? blank : operate(x, y);
    };
  const withConstant =
    (operate: Operate, a: Part, constant: Value, blank: Value): Part =>
    (row, around) => {
      const x = a(row, around);
      return x === null ? blank : operate(x, constant);
    };

  return {
    field,
    parameter,
    dayOf,
    truth,
    not,
    notTrue,
    blank,
    equal,
    equalTo,
    among,
    and2,
    and3,
    or2,
    or3,
    below,
    upTo,
    belowConstant,
    aboveConstant,
    daysSinceAbove,
    belowToday,
    branch,
    lift1,
    lift2,
    withConstant,
  };
};
