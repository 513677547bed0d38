/** Aggregates over related rows; blanks are skipped. Whoever is around says which rows are related. */

import { add, divide, multiply, power, type Whole } from "./numbers.ts";
import { inOrder } from "./texts.ts";
import { known, type Part, type Row, type Test, type Value } from "./values.ts";

/** A number or a text beside another of its kind: more than 0 where it comes later. */
const later = (a: Value, b: Value): number =>
  typeof a === "string" ? inOrder(a, b as string) : (a as number) > (b as number) ? 1 : a === b ? 0 : -1;

type Fold = (values: Value[]) => Value;

const best =
  (sign: number): Fold =>
  (values) =>
    values.reduce((found, value) => (found === null || later(value, found) * sign > 0 ? value : found), null);

const sum = (values: Value[]): Whole => (values as Whole[]).reduce(add, 0);

const FOLDS: Record<string, Fold> = {
  count: (values) => values.length,
  sum,
  min: best(-1),
  max: best(1),
  any: (values) => values.includes(true),
  exists: (values) => values.includes(true),
  all: (values) => !values.includes(false),
};

/**
 * Return what gives the aggregate over rows. Without a value, every row that the condition lets in counts as true.
 * `detail` is for `avg` the scale of its values, for `latest` the field that rows are ordered by: blank for where they
 * stand.
 */
export const aggregate = (
  name: string,
  value: Part | null,
  where: Test | null,
  detail: Value,
): ((rows: Iterable<Row>, around: Parameters<Part>[1]) => Value) => {
  const fold: Fold =
    name === "avg"
      ? (values) => divide(multiply(sum(values), 1e6), multiply(values.length, power(detail as number)))
      : FOLDS[name]!;
  return (rows, around) => {
    const taken: Value[] = [];
    let [newest, last, lastId]: [Value, Value, string] = [null, null, ""];
    let place = 0;
    for (const row of rows) {
      const stands = place++;
      if (where && !where(row, around)) continue;
      const found = value ? value(row, around) : true;
      if (found === null) continue;
      if (name !== "latest") {
        taken.push(found);
        continue;
      }
      const order = detail === null ? stands : known(row, detail as string);
      const id = known(row, "id") as string;
      const ahead =
        order === null || last === null ? Number(order !== null) - Number(last !== null) : later(order, last);
      if (newest === null || ahead > 0 || (ahead === 0 && inOrder(id, lastId) > 0))
        [newest, last, lastId] = [found, order, id];
    }
    return name === "latest" ? newest : fold(taken);
  };
};
