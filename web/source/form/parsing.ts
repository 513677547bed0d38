/** Reading what stands in controls: typed text becomes the server's values, or the problem that the server would find. */

import { read, type Value, type Zone } from "../../../engine/language/backends/javascript/source/language.ts";
import type { Json, SentField } from "./sent.ts";

// What Python takes for white space, which is not quite what a browser does.
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const ENDS = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g");
const IDLE = new RegExp(`[,、¥%'_${SPACE}]`, "g");
const DECIMAL = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?$/;
const LOCAL = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?$/;
const UNKEPT = /\0|\p{Surrogate}/u;

const FORMATS: { readonly [kind: string]: RegExp } = {
  phone: /^\+?\d[\d \-]{4,18}\d$/,
  email: /^[^@\s<>"',;:\\()[\]]{1,64}@[^@\s<>"',;:\\()[\]]{1,190}\.[^@\s.<>"',;:\\()[\]]{2,60}$/,
  url: /^https?:\/\/[^\s<>"'\\]{1,2000}$/,
};
const LENGTHS: { readonly [kind: string]: number } = { text: 200, long_text: 20_000 };
const NUMBERS = new Set(["number", "money", "percent", "rating"]);
const CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY";

export const strip = (text: string): string => text.replace(ENDS, "");

/** Return a typed number as plain decimal text: full-width digits, spaces, separators and signs of units removed. */
export const numberOfInput = (typed: string): string => typed.normalize("NFKC").replace(IDLE, "");

/** Return the moment of a local day and time in its JSON form; what cannot be read is passed on. */
export const momentOfInput = (typed: string, zone: Zone): string => {
  const found = LOCAL.exec(typed);
  if (!found) return typed;
  const [, year, month, day, hour, minute, second = "0"] = found;
  let date: Value;
  try {
    date = read(`${year}-${month}-${day}`, "date");
  } catch {
    return typed;
  }
  const at = zone.momentAt(date as number, Number(hour), Number(minute), Number(second));
  return at === null ? typed : new Date(at).toISOString().replace(".000Z", "Z");
};

/** Return the JSON value of the text in one control of a kind of field; blank is null. */
export const valueOfText = (text: string, kind: string, zone: Zone): Json => {
  const plain = strip(text.replaceAll("\r\n", "\n"));
  if (!plain) return null;
  if (NUMBERS.has(kind)) return numberOfInput(plain) || null;
  return kind === "datetime" ? momentOfInput(plain, zone) : plain;
};

/** What a value is read as, or the code of what is wrong with it. */
export type Read = { readonly value: Value } | { readonly wrong: string };

const wrong = (code: string): Read => ({ wrong: code });
const WRONG_TYPE = "FORM-003";
const UNKNOWN_OPTION = "FORM-004";
const TOO_LONG = "FORM-005";
const OUT_OF_RANGE = "FORM-006";
const TOO_PRECISE = "FORM-007";
const BAD_TEXT = "FORM-008";
const BAD_FORMAT = "FORM-009";

const FINE = 40;
/** A decimal as a whole number of its 40th decimals, so that bounds of any scale compare exactly. */
const fine = (written: string): bigint => {
  const [, sign, whole, decimals = ""] = DECIMAL.exec(written)!;
  const size = BigInt(whole + decimals.padEnd(FINE, "0"));
  return sign ? -size : size;
};

const within = (written: string, low?: string, high?: string): boolean =>
  (low === undefined || fine(written) >= fine(low)) && (high === undefined || fine(written) <= fine(high));

const readNumber = (raw: Json, { kind, scale = 0, digits = 15, limits = {} }: SentField): Read => {
  const written = strip(String(raw));
  if (!written) return { value: null };
  const rating = kind === "rating";
  const found = DECIMAL.exec(written);
  if (!found) return wrong(rating ? OUT_OF_RANGE : WRONG_TYPE);
  const decimals = (found[3] ?? "").replace(/0+$/, "");
  const fits = decimals.length <= scale && BigInt(found[2]! + decimals.padEnd(scale, "0")) < 10n ** BigInt(digits);
  if (!fits && !rating) return wrong(TOO_PRECISE);
  const [low, high] = rating ? [limits.min ?? "1", limits.max ?? "5"] : [limits.min, limits.max];
  if (!fits || !within(written, low, high)) return wrong(OUT_OF_RANGE);
  return { value: read(written, ["number", scale, digits]) };
};

const readText = (raw: string, { kind, limits }: SentField): Read => {
  if (UNKEPT.test(raw)) return wrong(BAD_TEXT);
  const clean = raw.normalize();
  const format = FORMATS[kind];
  if (format) {
    const plain = strip(clean);
    return !plain || format.test(plain) ? { value: plain || null } : wrong(BAD_FORMAT);
  }
  const bound = limits?.max_length ?? LENGTHS[kind];
  if (bound !== undefined && [...clean].length > bound) return wrong(TOO_LONG);
  return { value: clean || null };
};

/** Read a unified social credit code (GB 32100-2015), whose last character is a check character modulo 31. */
const readCredit = (raw: string): Read => {
  const code = strip(raw).toUpperCase();
  if (!code) return { value: null };
  const places = [...code].map((one) => CREDIT.indexOf(one));
  if (places.length !== 18 || places.includes(-1)) return wrong(BAD_FORMAT);
  let [sum, weight] = [0, 1];
  for (const place of places.slice(0, -1)) {
    sum += place * weight;
    weight = (weight * 3) % 31;
  }
  return places[17] === (31 - (sum % 31)) % 31 ? { value: code } : wrong(BAD_FORMAT);
};

const readOptions = (raw: readonly string[], { options = [] }: SentField, before: Json): Read => {
  const held = [before].flat() as Json[];
  if (raw.some((key) => !options.includes(key) && !held.includes(key))) return wrong(UNKNOWN_OPTION);
  const order = [...options, ...raw.filter((key) => !options.includes(key))];
  const chosen = order.filter((key) => raw.includes(key));
  return { value: chosen.length ? chosen : null };
};

/**
 * Read one JSON value, as the types of the server do. A retired option that the record holds already may stay.
 * Of what the page does not read it only says that there is something.
 */
export const readValue = (raw: Json, field: SentField, before: Json): Read => {
  if (raw === null) return { value: null };
  if (field.type === undefined) return { value: raw as Value };
  switch (field.kind) {
    case "number":
    case "money":
    case "percent":
    case "rating":
      return readNumber(raw, field);
    case "id_code":
      return readCredit(String(raw));
    case "choice":
      return raw === before || field.options?.includes(String(raw)) ? { value: String(raw) } : wrong(UNKNOWN_OPTION);
    case "multi_choice":
      return readOptions(raw as readonly string[], field, before);
    case "date":
    case "datetime":
      try {
        return { value: read(raw, field.kind) };
      } catch {
        return wrong(WRONG_TYPE);
      }
    case "text":
    case "long_text":
    case "phone":
    case "email":
    case "url":
      return readText(String(raw), field);
    default:
      return { value: Array.isArray(raw) && !raw.length ? null : (raw as Value) };
  }
};
