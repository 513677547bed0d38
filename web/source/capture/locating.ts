// A place as a field: found by one tap, with how sure it is; what keeps it is said with its mend.
import { mendOf } from "./dialog.ts";
import { type Entry, type Field, read, say, write } from "./field.ts";
import { type Place, digits, watchPlace } from "./place.ts";
import { word } from "./words.ts";

const GOOD_METRES = 30;
const PATIENCE_MS = 8000;

/** Find the place: the first good one, or the best one of some seconds. */
export function locate(field: Field): void {
  say(field, word("locating"));
  let timer = 0;
  const finish = (place: Place): void => {
    clearTimeout(timer);
    watch.stop();
    say(field, "");
    write(field, { ...place, address: null });
  };
  const watch = watchPlace(() => queueMicrotask(() => look()));
  const look = (): void => {
    const place = watch.place();
    const missing = watch.missing();
    if (place && place.accuracy_m <= GOOD_METRES) finish(place);
    else if (!place && missing) {
      watch.stop();
      const again = { label: word("open_place"), act: (): void => locate(field) };
      const mend = missing === "insecure" ? mendOf(missing, again.act) : again;
      say(field, word(`spot_${missing}`), mend);
    }
  };
  timer = window.setTimeout(() => {
    const place = watch.place();
    if (place) finish(place);
  }, PATIENCE_MS);
}

/** The place that the field holds, in words. */
export function placeOf(field: Field): string {
  const value = read(field);
  if (!value || typeof value !== "object" || Array.isArray(value)) return "";
  const place: Entry = value;
  const address = typeof place["address"] === "string" ? place["address"] : "";
  const at = { lat: Number(place["lat"]), lng: Number(place["lng"]), accuracy_m: Number(place["accuracy_m"]) };
  const metres = place["accuracy_m"] === null ? "" : ` ${word("about", { metres: at.accuracy_m })}`;
  return `${address || digits(at)}${metres}`;
}
