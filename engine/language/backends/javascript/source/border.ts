/** The border between the language and the page: values in the JSON form of the contract, and a world made of them. */

import { DAY_MS, momentInCalendar, toDate } from "./days.ts";
import { exact, power, type Whole } from "./numbers.ts";
import { missing, type Around, type Person, type Row, type Value } from "./values.ts";
import { zoneOf, type ZoneTable } from "./zones.ts";
import { workCalendar, type CalendarTable } from "./workdays.ts";
import type { Json } from "./compiling.ts";

/** A type: its word, or a number's with its scale and digits, or lines with the types of their fields. */
export type Type = string | readonly ["number", number, number] | readonly ["lines", Types];
export type Types = { readonly [key: string]: Type };

const DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?$/;
const MOMENT = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const UNKEPT = /\0|\p{Surrogate}/u;

const refused = (raw: Json): never => {
  throw new RangeError(String(raw));
};

/** Return decimals without zeros at their end; a regular expression would look for the end from each zero. */
const kept = (decimals: string): string => {
  let end = decimals.length;
  while (end && decimals[end - 1] === "0") end--;
  return decimals.slice(0, end);
};

const readNumber = (raw: Json, scale: number, digits: number): Whole => {
  const [, sign, whole, decimals = ""] = DECIMAL.exec(String(raw)) ?? refused(raw);
  const places = kept(decimals);
  const scaled = BigInt(whole + places.padEnd(scale, "0"));
  return places.length > scale || scaled >= power(digits) ? refused(raw) : exact(sign ? -scaled : scaled);
};

const readDay = (raw: Json): number => toDate(String(raw)) ?? refused(raw);

const readMoment = (raw: Json): number => {
  const [, day] = MOMENT.exec(String(raw)) ?? refused(raw);
  readDay(day!);
  const moment = Date.parse(String(raw));
  return Number.isNaN(moment) ? refused(raw) : (momentInCalendar(moment) ?? refused(raw));
};

const readText = (raw: Json): string => (typeof raw === "string" && !UNKEPT.test(raw) ? raw.normalize() : refused(raw));

/** Return a value from its JSON form; throws a RangeError for what is none of the type. */
export const read = (raw: Json, type: Type): Value => {
  if (raw === null || raw === "") return null;
  if (Array.isArray(type)) {
    if (type[0] === "lines") return (raw as never[]).map((line) => readRow(line, type[1] as Types));
    return readNumber(raw, type[1] as number, type[2] as number);
  }
  switch (type) {
    case "date":
      return readDay(raw);
    case "datetime":
      return readMoment(raw);
    case "duration":
      return readNumber(raw, 0, 15);
    case "captured":
      return Array.isArray(raw) && !raw.length ? null : (raw as never);
    case "boolean":
      return typeof raw === "boolean" ? raw : refused(raw);
    default:
      if (Array.isArray(raw)) return raw.length ? raw.map(readText) : null;
      return readText(raw);
  }
};

/** Return a row from its JSON form; fields that are not sent stay unknown. */
export const readRow = (raw: { readonly [key: string]: Json }, types: Types): Row =>
  Object.fromEntries(
    Object.entries(types).flatMap(([key, type]) => (raw[key] === undefined ? [] : [[key, read(raw[key], type)]])),
  );

const showNumber = (value: Value, scale: number): string => {
  const text = String(value);
  const [sign, digits] = text[0] === "-" ? ["-", text.slice(1)] : ["", text];
  const padded = digits.padStart(scale + 1, "0");
  const [whole, decimals] = [padded.slice(0, padded.length - scale), kept(padded.slice(padded.length - scale))];
  return sign + whole + (decimals && `.${decimals}`);
};

/** Return the JSON form of a value. */
export const show = (value: Value, type: Type): Json => {
  if (value === null) return null;
  if (Array.isArray(type)) return showNumber(value, type[1] as number);
  const iso = (moment: number): string => new Date(moment).toISOString();
  switch (type) {
    case "date":
      return iso((value as number) * DAY_MS).slice(0, 10);
    case "datetime":
      return iso(value as number).replace(".000Z", "Z");
    case "duration":
      return String(value);
    default:
      return value as Json;
  }
};

/** What the server sends of the world: values in their JSON form, forms under `app/form`. */
export interface World {
  readonly now: string;
  readonly today: string;
  readonly zone: ZoneTable;
  readonly calendar: CalendarTable;
  readonly me: string | null;
  readonly parameters: { readonly [key: string]: readonly [Json, Type] };
  readonly old?: { readonly [key: string]: Json } | null;
  /** People by id; `all` says that there is nobody else, here as for rows. */
  readonly people: { readonly known: { readonly [id: string]: Person }; readonly all: boolean };
  /** Forms with their living rows. */
  readonly forms: {
    readonly [form: string]: { readonly types: Types; readonly rows: readonly never[]; readonly all: boolean };
  };
}

/** Return the world around the rows of one form. What was not sent is unknown. */
export const around = (world: World, types: Types): Around => {
  const forms = Object.entries(world.forms).map(
    ([name, { types, rows, all }]) => [name, { all, rows: rows.map((row) => readRow(row, types)) }] as const,
  );
  const known = new Map(forms);
  const people = new Map(Object.entries(world.people.known));
  const zone = zoneOf(world.zone);
  const form = (app: string, key: string) => {
    const found = known.get(`${app}/${key}`);
    return found ?? missing(key);
  };
  return {
    now: read(world.now, "datetime") as number,
    today: read(world.today, "date") as number,
    me: world.me,
    parameters: Object.fromEntries(
      Object.entries(world.parameters).map(([key, [raw, type]]) => [key, read(raw, type)]),
    ),
    old: world.old && readRow(world.old, types),
    ...zone,
    calendar: workCalendar(world.calendar, zone),
    person(id) {
      const found = people.get(id);
      return found ?? (world.people.all ? null : missing(id));
    },
    record(app, key, id) {
      const { rows, all } = form(app, key);
      const found = rows.find((row) => row["id"] === id);
      return found ?? (all ? null : missing(`${key} ${id}`));
    },
    related(app, key, reference, id) {
      const { rows, all } = form(app, key);
      return all ? rows.filter((row) => row[reference] === id) : missing(key);
    },
  };
};
