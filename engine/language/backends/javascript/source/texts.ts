/** Texts, counted in code points; a text that comes out empty is blank. Nothing here knows rows. */

import { add, type Whole } from "./numbers.ts";

type Blankable = string | null;

const WHITE_SPACE = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
/** Code points of the longest text; what would be longer is blank. */
const LONGEST = 1e6;

const slice = (text: string, begin: number, end?: number): Blankable => [...text].slice(begin, end).join("") || null;

export const length = (text: Blankable): number => {
  let count = 0;
  for (const _ of text ?? "") count++;
  return count;
};
export const left = (text: string, count: Whole): Blankable => (count > 0 ? slice(text, 0, Number(count)) : null);
export const right = (text: string, count: Whole): Blankable => (count > 0 ? slice(text, -Number(count)) : null);
export const mid = (text: string, start: Whole, count: Whole): Blankable => {
  const [begin, end] = [Math.max(Number(start) - 1, 0), Number(add(start, count)) - 1];
  return end > begin ? slice(text, begin, end) : null;
};
export const find = (search: string, text: string): number | null => {
  const place = text.indexOf(search);
  return place < 0 ? null : length(text.slice(0, place)) + 1;
};
export const replace = (text: Blankable, search: Blankable, replacement: Blankable): Blankable =>
  text && search ? text.replaceAll(search, () => replacement ?? "") || null : text;
/** The same, blank where it would be too long: it is counted before it is made, and so below. */
export const replaceWithin = (text: Blankable, search: Blankable, replacement: Blankable): Blankable => {
  if (!text || !search) return text;
  const grows = length(replacement) - length(search);
  let size = grows > 0 ? length(text) : 0;
  for (let at = 0; size > 0 && size <= LONGEST && (at = text.indexOf(search, at)) >= 0; at += search.length)
    size += grows;
  return size > LONGEST ? null : replace(text, search, replacement);
};
/** Take white space off both ends: a regular expression would look for the end from each of it. */
export const trim = (text: string): Blankable => {
  let [begin, end] = [0, text.length];
  while (begin < end && WHITE_SPACE.test(text[begin]!)) begin++;
  while (begin < end && WHITE_SPACE.test(text[end - 1]!)) end--;
  return text.slice(begin, end) || null;
};
export const lower = (text: string): string => text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
export const upper = (text: string): string => text.replace(/[a-z]+/g, (part) => part.toUpperCase());
export const concat = (...texts: Blankable[]): Blankable => texts.join("") || null;
export const join = (separator: Blankable, ...texts: Blankable[]): Blankable =>
  texts.filter((text) => text !== null).join(separator ?? "") || null;
export const joinWithin = (separator: Blankable, ...texts: Blankable[]): Blankable => {
  const filled = texts.filter((text) => text !== null);
  const between = length(separator) * (filled.length - 1);
  const size = filled.reduce((total, text) => total + length(text), between);
  return size > LONGEST ? null : join(separator, ...filled);
};
export const concatWithin = (...texts: Blankable[]): Blankable => joinWithin(null, ...texts);
export const several = (...values: Blankable[]): string[] | null => {
  const filled = values.filter((value) => value !== null);
  return filled.length ? filled : null;
};
/** Whether the last character checks the others, by places in `characters` (GB 32100: weights are powers of 3). */
export const checked = (text: string, characters: string): boolean => {
  let [total, weight] = [0, 1];
  for (const [place, character] of [...text].entries()) {
    total += characters.indexOf(character) * (place < 17 ? weight : 1);
    weight = (weight * 3) % 31;
  }
  return total % 31 === 0;
};
/** Order texts by code point, as the databases do: less than 0 where the first comes first. */
export const inOrder = (a: string, b: string): number => {
  const [first, second] = [[...a], [...b]];
  const place = first.findIndex((point, at) => point !== second[at]);
  if (place < 0) return first.length - second.length;
  return (first[place] as string).codePointAt(0)! - (second[place]?.codePointAt(0) ?? -1);
};
