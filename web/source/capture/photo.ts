// Evidence photos: taken in the page and nowhere else, with place, time and a token, marked for the eye.
import { REAR, mendOf, open, release, stream, tell, within } from "./dialog.ts";
import { type Entry, type Field, limit, readList, say, write } from "./field.ts";
import { pictureOf } from "./picture.ts";
import { type PlaceWatch, digits, placeWords, watchPlace } from "./place.ts";
import { NotSent, begin } from "./sending.ts";
import { device, fill, serverNow, take } from "./tokens.ts";
import { fact, word } from "./words.ts";

const KEEPS_WITHOUT = 9;

/** How many more the field takes. */
export const room = (field: Field): number =>
  limit(field, "max_count", KEEPS_WITHOUT) - readList(field).length - field.pending.length;

/** A field that takes one photo takes the next one instead of it. */
export const replaces = (field: Field): boolean => limit(field, "max_count", KEEPS_WITHOUT) === 1;

const needsPlace = (field: Field): boolean => field.limits["position"] !== false;

/** Open the camera for a field. */
export async function openCamera(field: Field): Promise<void> {
  say(field, "");
  let source: MediaStream | null = null;
  let closed = false;
  const dialog = open("camera", () => {
    closed = true;
    watch.stop();
    release(source);
  });
  const shutter = within<HTMLButtonElement>(dialog, "shutter");
  const video = within<HTMLVideoElement>(dialog, "video");
  const state = within(dialog, "place");
  const watch = watchPlace(() => queueMicrotask(() => showPlace(dialog, state, watch, needsPlace(field))));
  const start = async (): Promise<void> => {
    tell(dialog, "");
    shutter.disabled = true;
    const given = await stream(REAR);
    if (typeof given === "string") {
      tell(
        dialog,
        word(given),
        mendOf(given, () => void start()),
      );
      return;
    }
    source = given;
    if (closed) release(source);
    video.srcObject = given;
    await video.play().catch(() => undefined);
    shutter.disabled = closed;
  };
  shutter.onclick = () => void shoot(field, dialog, watch);
  await Promise.all([start(), fill().catch((error: unknown) => tellFailure(dialog, error))]);
}

function showPlace(dialog: HTMLElement, state: HTMLElement, watch: PlaceWatch, needed: boolean): void {
  state.textContent = placeWords(watch);
  state.dataset["known"] = watch.place() ? "yes" : "no";
  const line = within(dialog, "say");
  if (watch.place() && line.dataset["of"] === "place") tell(dialog, "");
  if (needed && watch.missing()) refusePlace(dialog, watch);
}

/** Say in one sentence that the place is missing, with what mends it. */
function refusePlace(dialog: HTMLElement, watch: PlaceWatch): void {
  const missing = watch.missing() ?? "locating";
  const mend = missing === "insecure" ? mendOf(missing, watch.again) : { label: word("open_place"), act: watch.again };
  tell(dialog, word(`photo_${missing}`), mend);
  within(dialog, "say").dataset["of"] = "place";
}

function tellFailure(dialog: HTMLElement, error: unknown): void {
  tell(dialog, error instanceof NotSent ? error.message : word("server"));
  within(dialog, "say").dataset["of"] = "token";
}

async function shoot(field: Field, dialog: HTMLDialogElement, watch: PlaceWatch): Promise<void> {
  const place = watch.place();
  if (!place && needsPlace(field)) {
    refusePlace(dialog, watch);
    return;
  }
  const shutter = within<HTMLButtonElement>(dialog, "shutter");
  shutter.disabled = true;
  try {
    const token = await take();
    const at = serverNow();
    const blob = await pictureOf(within<HTMLVideoElement>(dialog, "video"), markLines(at, watch));
    const name = `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}.jpg`;
    const facts: Entry = {
      token,
      captured_at: `${at.toISOString().slice(0, 19)}Z`,
      ...(place ? { ...place } : { lat: null, lng: null, accuracy_m: null }),
      device_id: device(),
      device_id_type: "install_id",
    };
    dialog.close();
    if (replaces(field)) empty(field);
    void begin(field, blob, name, (file) => ({ file, ...facts }));
    void fill().catch(() => undefined);
  } catch (error) {
    tellFailure(dialog, error);
    shutter.disabled = false;
  }
}

function empty(field: Field): void {
  field.pending.length = 0;
  if (readList(field).length) write(field, []);
}

function markLines(at: Date, watch: PlaceWatch): string[] {
  const place = watch.place();
  const when = new Intl.DateTimeFormat("sv-SE", {
    timeZone: fact("zone") || "Asia/Shanghai",
    dateStyle: "short",
    timeStyle: "medium",
  }).format(at);
  const where = place ? `${digits(place)}  ${word("about", { metres: place.accuracy_m })}` : word("without_place");
  return [[fact("who"), fact("app")].filter(Boolean).join(" · "), when, where];
}
