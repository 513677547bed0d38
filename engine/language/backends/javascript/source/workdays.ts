/** Work calendars: Mondays to Fridays but for the days that differ; workdays are counted from the first day of year 1. */

import { FIRST, inCalendar } from "./days.ts";
import type { Whole } from "./numbers.ts";

/** The app's work calendar. */
export interface WorkCalendar {
  isWorkday(day: number): boolean;
  /** The n-th workday after the day, or before it; for 0 the day itself. Blank outside the calendar. */
  shifted(day: number, workdays: Whole): number | null;
  /** Workdays after the first day, up to and including the second; negative backwards. */
  between(first: number, second: number): number;
}

const isWeekday = (day: number): boolean => (day - FIRST) % 7 < 5;

/** How many Mondays to Fridays there were up to and including the day. */
const plainCount = (day: number): number => {
  const weeks = Math.floor((day - FIRST) / 7);
  return 5 * weeks + Math.min(day - FIRST - 7 * weeks + 1, 5);
};

/** The first place in a list in order whose number is greater, or that great too. */
const placeIn = (list: readonly number[], number: number, orEqual: boolean): number => {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! > number || (orEqual && list[middle] === number)) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** Return the calendar whose days, in order, differ from a plain week: a weekday that is off, a weekend day that is not. */
export const workCalendar = (days: readonly number[]): WorkCalendar => {
  let running = 0;
  const shifts = days.map((day) => (running += isWeekday(day) ? -1 : 1));
  const counts = days.map((day, place) => plainCount(day) + shifts[place]!);
  const count = (day: number): number => plainCount(day) + (shifts[placeIn(days, day, false) - 1] ?? 0);
  const nth = (wanted: number): number | null => {
    const place = placeIn(counts, wanted, true);
    const plain = wanted - (shifts[place - 1] ?? 0) - 1;
    const weeks = Math.floor(plain / 5);
    return inCalendar(Math.min(FIRST + 7 * weeks + plain - 5 * weeks, days[place] ?? Infinity));
  };
  return {
    isWorkday: (day) => isWeekday(day) !== (days[placeIn(days, day, true)] === day),
    shifted(day, workdays) {
      const number = Number(workdays);
      if (!number) return day;
      return nth(number > 0 ? count(day) + number : count(day - 1) + 1 + number);
    },
    between: (first, second) => count(second) - count(first),
  };
};
