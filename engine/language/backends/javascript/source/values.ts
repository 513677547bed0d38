/** The values of the language in a page or a Node process, and what an expression may ask of the world around a row. */

import type { WorkCalendar } from "./workdays.ts";
import type { Zone } from "./zones.ts";

/**
 * Blank is null. A number is whole and scaled: a Number within 2^53, else a BigInt. A date is a day number, a moment
 * and a duration are milliseconds; several are arrays of texts, lines arrays of rows.
 */
export type Value = string | number | bigint | boolean | null | readonly string[] | readonly Row[];

/** A record, flat; a field that is not there is not known. */
export interface Row {
  readonly [key: string]: Value | undefined;
}

/** What the directory says of one person; `roles` are `app/role`, none where the person is not active. */
export interface Person {
  readonly name: string;
  readonly department: string | null;
  readonly manager: string | null;
  readonly departments_below: readonly string[] | null;
  readonly roles: readonly string[];
}

/** The world around one row, with the app's zone. Whoever does not know an answer throws `Unknown`. */
export interface Around extends Zone {
  readonly now: number;
  readonly today: number;
  readonly me: string | null;
  readonly parameters: Row;
  /** The row before the change; null where there was none, undefined where that is not known. */
  readonly old: Row | null | undefined;
  readonly calendar: WorkCalendar;
  /** What the directory says of a user, null where it does not know them. */
  person(id: string): Person | null;
  /** The record with that id that is not deleted, or null. */
  record(app: string, form: string, id: string): Row | null;
  /** The rows whose reference is that id, without deleted ones. */
  related(app: string, form: string, reference: string, id: string): Iterable<Row>;
}

/** Gives a value for a row. */
export type Part = (row: Row, around: Around) => Value;

/** Tells whether something holds for a row. */
export type Test = (row: Row, around: Around) => boolean;

/** What the page does not know, so that only the server can answer. */
export class Unknown extends Error {}

/** Say that the page was not sent this. */
export const missing = (what: string): never => {
  throw new Unknown(what);
};

/** Return the field of a row, blanks included. */
export const known = (row: Row, key: string): Value => row[key] ?? (row[key] === null ? null : missing(key));
