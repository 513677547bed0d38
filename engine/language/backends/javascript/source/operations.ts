/** The basic operations by their codes in a tree, parted by how they take blanks; they know neither rows nor trees. */

import * as days from "./days.ts";
import * as numbers from "./numbers.ts";
import * as texts from "./texts.ts";
import type { Value } from "./values.ts";

/** An operation over values of the types that the checker has made sure of. */
export type Operate = (...values: Value[]) => Value;

const extreme =
  (sign: number) =>
  (...values: numbers.Whole[]): numbers.Whole =>
    values.reduce((found, value) => (sign > 0 === value > found ? value : found));

/** Operations whose result is blank where an argument is. */
export const STRICT: Record<string, Operate> = {
  add: numbers.add,
  sum: (...values: numbers.Whole[]) => values.reduce(numbers.add),
  subtract: numbers.subtract,
  negate: numbers.negate,
  multiply: numbers.multiply,
  divide: numbers.divide,
  "floor divide": numbers.floorDivide,
  modulo: numbers.modulo,
  absolute: numbers.absolute,
  least: extreme(-1),
  greatest: extreme(1),
  round: numbers.round,
  "round up": numbers.roundUp,
  "round down": numbers.roundDown,
  "to number": numbers.toNumber,
  left: texts.left,
  right: texts.right,
  mid: texts.mid,
  find: texts.find,
  trim: texts.trim,
  lower: texts.lower,
  upper: texts.upper,
  year: days.year,
  month: days.month,
  day: days.day,
  weekday: days.weekday,
  "to date": days.toDate,
  "make date": days.makeDate,
  "shift days": days.shiftDays,
  "add months": days.addMonths,
  "end of month": days.endOfMonth,
  "days between": days.between,
  "months between": days.monthsBetween,
  "time between": days.between,
  "shift time": days.shiftTime,
  duration: days.duration,
  milliseconds: (duration: number) => duration,
} as Record<string, (...values: never[]) => Value> as Record<string, Operate>;

/** Operations that look at blanks themselves. */
export const BLANKS_TAKEN: Record<string, Operate> = {
  length: texts.length,
  replace: texts.replace,
  concat: texts.concat,
  join: texts.join,
  "replace within": texts.replaceWithin,
  "concat within": texts.concatWithin,
  "join within": texts.joinWithin,
  several: texts.several,
} as Record<string, (...values: never[]) => Value> as Record<string, Operate>;

/** Tests that are false where an argument is blank. */
export const TESTS: Record<string, Operate> = {
  "starts with": (text: string, search: string) => text.startsWith(search),
  "ends with": (text: string, search: string) => text.endsWith(search),
  contains: (text: string, search: string) => text.includes(search),
  checked: texts.checked,
  has: (several: string[], element: string) => several.includes(element),
} as Record<string, (...values: never[]) => Value> as Record<string, Operate>;
