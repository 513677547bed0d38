/** Days and moments of a time zone, by the table that the server sends: a browser's own zones may be older. */

import { civil, DAY_MS, dayNumber, inCalendar, momentInCalendar } from "./days.ts";

const within = (count: number, end: number): boolean => count >= 0 && count < end;

/**
 * `cuts`: seconds since 1970 at which an offset begins; `offsets`: seconds ahead of UTC, one before the first cut and
 * one from each cut on. `yearly`: what goes on every year from the last cut on: month, day, weekday (Monday 0), second,
 * offset, for a change that comes so many seconds into the first such weekday on or after that day of that month.
 */
export interface ZoneTable {
  readonly cuts: readonly number[];
  readonly offsets: readonly number[];
  readonly yearly: readonly (readonly [number, number, number, number, number])[];
}

/** What the clocks of a zone show. */
export interface Zone {
  /** The calendar day of a moment; null outside the years 1 to 9999. */
  dayOf(moment: number): number | null;
  /** What clocks show at a moment, in milliseconds as if they were those of UTC. */
  localOf(moment: number): number;
  /** The moment at which clocks show what they show in UTC at `local`; as the next. */
  momentShown(local: number): number | null;
  /**
   * The moment at which clocks show that time; null where there is no such time of day. A time that is skipped is as
   * much later, of one that comes twice it is the first.
   */
  momentAt(day: number, hour: number, minute: number, second: number): number | null;
}

/** Return the zone of a table. */
export const zoneOf = ({ cuts, offsets, yearly }: ZoneTable): Zone => {
  // The stretch without a change that was asked for last: rows of one page lie close together.
  let [from, until, ahead] = [1, 0, 0];
  const take = (times: readonly number[], values: readonly number[], second: number): void => {
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle]! <= second) low = middle + 1;
      else high = middle;
    }
    from = (times[low - 1] ?? -Infinity) * 1000;
    until = (times[low] ?? Infinity) * 1000;
    ahead = values[low]! * 1000;
  };
  const lookUp = (second: number): void => {
    if (!yearly.length || second < cuts[cuts.length - 1]!) return take(cuts, offsets, second);
    const year = civil(Math.floor(second / 86_400))[0];
    const changes: [number, number][] = [[cuts[cuts.length - 1]!, offsets[cuts.length]!]];
    for (const y of [year - 1, year, year + 1]) {
      for (const [month, day, weekday, seconds, offset] of yearly) {
        const first = dayNumber(y, month, day);
        const at = (first + ((weekday - first + 7_000_004) % 7)) * 86_400 + seconds;
        if (at > changes[0]![0]) changes.push([at, offset]);
      }
    }
    const times = changes.map(([at]) => at);
    take(times, [0, ...changes.map(([, offset]) => offset)], second);
  };
  const offset = (moment: number): number => {
    if (moment < from || moment >= until) lookUp(Math.floor(moment / 1000));
    return ahead;
  };
  const momentShown = (local: number): number | null => {
    const before = offset(local - DAY_MS);
    const after = offset(local - before) === before ? before : offset(local + DAY_MS);
    const moment = local - (offset(local - after) === after ? after : before);
    return momentInCalendar(moment);
  };
  return {
    localOf: (moment) => moment + offset(moment),
    momentShown,
    dayOf: (moment) => inCalendar(Math.floor((moment + offset(moment)) / DAY_MS)),
    momentAt(day, hour, minute, second) {
      if (!(within(hour, 24) && within(minute, 60) && within(second, 60))) return null;
      return momentShown(day * DAY_MS + (hour * 3600 + minute * 60 + second) * 1000);
    },
  };
};
