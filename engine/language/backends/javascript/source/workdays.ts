/** Work calendars: Mondays to Fridays but for the days that differ; workdays are counted from the first day of year 1. */

import { DAY_MS, FIRST, inCalendar } from "./days.ts";
import type { Whole } from "./numbers.ts";
import type { Zone } from "./zones.ts";

/** What the server sends of a calendar: the days that differ from plain weeks, and spans of minutes of a workday. */
export interface CalendarTable {
  readonly days: readonly number[];
  readonly hours: readonly (readonly [number, number])[];
}

/** The app's work calendar. */
export interface WorkCalendar {
  isWorkday(day: number): boolean;
  /** The n-th workday after the day, or before it; for 0 the day itself. Blank outside the calendar. */
  shifted(day: number, workdays: Whole): number | null;
  /** Workdays after the first day, up to and including the second; negative backwards. */
  between(first: number, second: number): number;
  /** Milliseconds of working hours between moments; blank outside the calendar. */
  workTime(first: number, second: number): number | null;
  /** The moment so much working time later, or earlier; for 0 the moment itself. Blank outside the calendar. */
  shiftedTime(moment: number, milliseconds: Whole): number | null;
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

/**
 * Return the calendar whose days, in order, differ from a plain week: a weekday that is off, a weekend day that is not.
 * Working hours are by the clocks of the zone.
 */
export const workCalendar = ({ days, hours }: CalendarTable, zone: Zone): WorkCalendar => {
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
  const isWorkday = (day: number): boolean => isWeekday(day) !== (days[placeIn(days, day, true)] === day);
  const spans = hours.map(([begin, end]) => [begin * 60_000, end * 60_000] as const);
  const daily = spans.reduce((sum, [begin, end]) => sum + end - begin, 0);
  const worked = (moment: number): number | null => {
    const day = zone.dayOf(moment);
    if (day === null) return null;
    const clock = zone.localOf(moment) - day * DAY_MS;
    const within = spans.reduce((sum, [begin, end]) => sum + Math.max(0, Math.min(clock, end) - begin), 0);
    return count(day - 1) * daily + (isWorkday(day) ? within : 0);
  };
  const clockAt = (reached: number, ahead: boolean): number => {
    let left = reached;
    for (const [begin, end] of spans) {
      if (left < end - begin || (ahead && left === end - begin)) return begin + left;
      left -= end - begin;
    }
    return spans[spans.length - 1]![1];
  };
  return {
    isWorkday,
    workTime(first, second) {
      const [begun, ended] = [worked(first), worked(second)];
      return begun === null || ended === null ? null : ended - begun;
    },
    shiftedTime(moment, milliseconds) {
      const length = Number(milliseconds);
      const begun = worked(moment);
      if (!length) return moment;
      if (begun === null) return null;
      const wanted = begun + length;
      const full = length > 0 ? Math.ceil(wanted / daily) - 1 : Math.floor(wanted / daily);
      const day = nth(full + 1);
      if (day === null) return null;
      const local = day * DAY_MS + clockAt(wanted - full * daily, length > 0);
      return inCalendar(Math.floor(local / DAY_MS)) === null ? null : zone.momentShown(local);
    },
    shifted(day, workdays) {
      const number = Number(workdays);
      if (!number) return day;
      return nth(number > 0 ? count(day) + number : count(day - 1) + 1 + number);
    },
    between: (first, second) => count(second) - count(first),
  };
};
