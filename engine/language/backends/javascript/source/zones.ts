/** The day of a moment in a zone, by the table of offsets that the server sends: a browser's own zones may be older. */

import { civil, DAY_MS, dayNumber, inCalendar } from "./days.ts";

/**
 * `cuts`: seconds since 1970 at which an offset begins; `offsets`: seconds ahead of UTC, one before the first cut and one
 * from each cut on. `yearly`: what goes on every year from the last cut on: month, day, weekday (Monday 0), second, offset, for a
 * change that comes so many seconds into the first such weekday on or after that day of that month.
 */
export interface ZoneTable {
  readonly cuts: readonly number[];
  readonly offsets: readonly number[];
  readonly yearly: readonly (readonly [number, number, number, number, number])[];
}

/** Return the function that gives the calendar day of a moment, blank outside the years 1 to 9999. */
export const zoneDays = ({ cuts, offsets, yearly }: ZoneTable): ((moment: number) => number | null) => {
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
  return (moment) => {
    if (moment < from || moment >= until) lookUp(Math.floor(moment / 1000));
    return inCalendar(Math.floor((moment + ahead) / DAY_MS));
  };
};
