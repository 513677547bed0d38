/** The calendar of the years 1 to 9999 in day numbers (days since 1970-01-01); nothing here knows zones or rows. */

import { absolute, type Whole } from "./numbers.ts";

export const DAY_MS = 86_400_000;
export const FIRST = -719_162;
const LAST = 2_932_896;

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

const quotient = (x: number, y: number): number => Math.floor(x / y);

/** The number of a day; days past the month's ends run on. */
export const dayNumber = (year: number, month: number, day: number): number => {
  // A year begins in March, so that a leap day is its last.
  const y = month > 2 ? year : year - 1;
  return (
    y * 365 +
    quotient(y, 4) -
    quotient(y, 100) +
    quotient(y, 400) +
    quotient(153 * ((month + 9) % 12) + 2, 5) +
    day -
    719_469
  );
};

/** Year, month and day of a day number. */
export const civil = (number: number): [number, number, number] => {
  const days = number + 719_468;
  const era = quotient(days, 146_097);
  const inEra = days - era * 146_097;
  const y = quotient(inEra - quotient(inEra, 1_460) + quotient(inEra, 36_524) - quotient(inEra, 146_096), 365);
  const inYear = inEra - (365 * y + quotient(y, 4) - quotient(y, 100));
  const m = quotient(5 * inYear + 2, 153);
  const month = m < 10 ? m + 3 : m - 9;
  return [era * 400 + y + (month < 3 ? 1 : 0), month, inYear - quotient(153 * m + 2, 5) + 1];
};

const monthLength = (year: number, month: number): number =>
  month === 2 ? (year % 4 || (!(year % 100) && year % 400) ? 28 : 29) : 30 + ((month + (month >> 3)) & 1);

/** The day, or blank outside the calendar. */
export const inCalendar = (day: number): number | null => (day >= FIRST && day <= LAST ? day : null);
/** The moment, or blank outside the calendar. */
export const momentInCalendar = (moment: number): number | null =>
  moment >= FIRST * DAY_MS && moment < (LAST + 1) * DAY_MS ? moment : null;
export const shiftTime = (moment: number, duration: number): number | null => momentInCalendar(moment + duration);
/** A whole number of milliseconds, or blank where no two moments are so far apart. */
export const duration = (milliseconds: Whole): Whole | null =>
  absolute(milliseconds) < (LAST + 1 - FIRST) * DAY_MS ? milliseconds : null;
export const year = (day: number): number => civil(day)[0];
export const month = (day: number): number => civil(day)[1];
export const day = (number: number): number => civil(number)[2];
export const weekday = (day: number): number => ((day - FIRST) % 7) + 1;
export const makeDate = (y: Whole, m: Whole, d: Whole): number | null => {
  // A number that is too long to be exact is no day's.
  const [year, month, day] = [Number(y), Number(m), Number(d)];
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= monthLength(year, month)
    ? dayNumber(year, month, day)
    : null;
};
/** The day that a text spells as year-month-day; blank unless it is just that. */
export const toDate = (text: string): number | null => {
  const [found, year, month, day] = DATE.exec(text) ?? [];
  return found ? makeDate(Number(year), Number(month), Number(day)) : null;
};
export const shiftDays = (day: number, days: Whole): number | null => inCalendar(day + Number(days));
export const addMonths = (number: number, months: Whole): number | null => {
  const [year, month, day] = civil(number);
  const count = year * 12 + month - 1 + Number(months);
  const [y, m] = [quotient(count, 12), (((count % 12) + 12) % 12) + 1];
  return makeDate(y, m, Math.min(day, monthLength(y, m)));
};
export const endOfMonth = (number: number): number => {
  const [year, month, day] = civil(number);
  return number - day + monthLength(year, month);
};
export const between = (first: number, second: number): number => second - first;
export const monthsBetween = (first: number, second: number): number => {
  const [y1, m1, d1] = civil(first);
  const [y2, m2, d2] = civil(second);
  const months = (y2 - y1) * 12 + m2 - m1;
  const reached = Math.min(d1, monthLength(y2, m2));
  if (months > 0 && reached > d2) return months - 1;
  return months < 0 && reached < d2 ? months + 1 : months;
};
