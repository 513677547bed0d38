// Where the device is: watched while a camera is open or a place is asked for, with the reason where it is not known.
import { word } from "./words.ts";

export interface Place {
  readonly lat: number;
  readonly lng: number;
  readonly accuracy_m: number;
}
export type Missing = "insecure" | "denied" | "unknown";

export interface PlaceWatch {
  place(): Place | null;
  missing(): Missing | null;
  again(): void;
  stop(): void;
}

const OPTIONS: PositionOptions = { enableHighAccuracy: true, maximumAge: 10_000, timeout: 20_000 };
const rounded = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/** Watch the position; `changed` hears of every change of what is known. */
export function watchPlace(changed: () => void): PlaceWatch {
  let found: Place | null = null;
  let missing: Missing | null = null;
  let number: number | null = null;

  const begin = (): void => {
    if (!isSecureContext || !navigator.geolocation) {
      missing = "insecure";
      changed();
      return;
    }
    missing = null;
    number = navigator.geolocation.watchPosition(
      ({ coords }) => {
        missing = null;
        found = {
          lat: rounded(coords.latitude),
          lng: rounded(coords.longitude),
          accuracy_m: Math.round(coords.accuracy),
        };
        changed();
      },
      (error) => {
        if (!found) missing = error.code === error.PERMISSION_DENIED ? "denied" : "unknown";
        changed();
      },
      OPTIONS,
    );
    changed();
  };
  const stop = (): void => {
    if (number !== null) navigator.geolocation.clearWatch(number);
    number = null;
  };
  begin();
  return {
    place: () => found,
    missing: () => missing,
    again: () => {
      stop();
      begin();
    },
    stop,
  };
}

/** The state of the position in words: where it stands, or what keeps it. */
export function placeWords(watch: PlaceWatch): string {
  const place = watch.place();
  if (place) return word("located", { metres: place.accuracy_m });
  const missing = watch.missing();
  return missing ? word(`place_${missing}`) : word("locating");
}

/** A position as digits. */
export const digits = (place: Place): string =>
  [place.lat, place.lng].map((degrees) => String(Number(degrees.toFixed(5)))).join(", ");
