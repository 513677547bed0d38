// Evidence photos: taken in the page and nowhere else, with place, time and a token, marked for the eye.
import { REAR, mendOf, open, release, stream, tell, within } from "./dialog.ts";
import { type Entry, type Field, limit, readList, say, write } from "./field.ts";
import { pictureOf } from "./picture.ts";
import { type PlaceWatch, digits, placeWords, watchPlace } from "./place.ts";
import { NotSent, begin, dropAll } from "./sending.ts";
import { device, fill, left, serverNow, take } from "./tokens.ts";
import { fact, word } from "./words.ts";

const KEEPS_WITHOUT = 50;

/** How many more the field takes. */
export const room = (field: Field): number =>
  limit(field, "max_count", KEEPS_WITHOUT) - readList(field).length - field.pending.length;

/** A field that takes one photo takes the next one instead of it. */
export const replaces = (field: Field): boolean => limit(field, "max_count", KEEPS_WITHOUT) === 1;

const needsPlace = (field: Field): boolean => field.limits["position"] !== false;

type Subject = "camera" | "place" | "token";

/** Say one sentence about the camera, the place or the tokens; without a camera nothing else matters. */
function sayOf(
  dialog: HTMLElement,
  subject: Subject,
  sentence: string,
  mend?: { label: string; act: () => void },
): void {
  const line = within(dialog, "say");
  const before = line.hidden ? undefined : line.dataset["of"];
  if (before === "camera" && subject !== "camera") return;
  if (!sentence && before !== subject) return;
  tell(dialog, sentence, mend);
  line.dataset["of"] = subject;
}

/** Open the camera for a field. */
export async function openCamera(field: Field): Promise<void> {
  say(field, "");
  let source: MediaStream | null = null;
  let closed = false;
  const dialog = open("camera", () => {
    closed = true;
    watch.stop();
    release(source);
    video.srcObject = null;
  });
  tell(dialog, "");
  const shutter = within<HTMLButtonElement>(dialog, "shutter");
  const video = within<HTMLVideoElement>(dialog, "video");
  const state = within(dialog, "place");
  const watch = watchPlace(() => queueMicrotask(() => showPlace(dialog, state, watch, needsPlace(field))));
  const fail = (reason: string): void => {
    shutter.disabled = true;
    const mend = mendOf(reason, () => void start());
    if (!closed) sayOf(dialog, "camera", word(reason), mend);
  };
  const start = async (): Promise<void> => {
    release(source);
    shutter.disabled = true;
    const given = await stream(REAR);
    if (typeof given === "string") {
      fail(given);
      return;
    }
    source = given;
    if (closed) release(source);
    // A camera that is taken away shows nothing but black: that is no photo.
    for (const track of given.getVideoTracks()) track.onmute = track.onended = () => fail("camera_busy");
    video.srcObject = given;
    await video.play().catch(() => undefined);
    sayOf(dialog, "camera", "");
    shutter.disabled = closed;
  };
  shutter.onclick = () => void shoot(field, dialog, watch);
  await Promise.all([start(), fill().catch((error: unknown) => tellFailure(dialog, error))]);
}

function showPlace(dialog: HTMLElement, state: HTMLElement, watch: PlaceWatch, needed: boolean): void {
  state.textContent = placeWords(watch);
  state.dataset["known"] = watch.place() ? "yes" : "no";
  if (watch.place()) sayOf(dialog, "place", "");
  else if (needed && watch.missing()) refusePlace(dialog, watch);
}

/** Say in one sentence that the place is missing, with what mends it. */
function refusePlace(dialog: HTMLElement, watch: PlaceWatch): void {
  const missing = watch.missing() ?? "locating";
  const mend = missing === "insecure" ? mendOf(missing, watch.again) : { label: word("open_place"), act: watch.again };
  sayOf(dialog, "place", word(`photo_${missing}`), mend);
}

/** Say why there is no token, unless some are left. */
function tellFailure(dialog: HTMLElement, error: unknown): void {
  if (left()) return;
  const again = (): void => {
    sayOf(dialog, "token", "");
    void fill().catch((failure: unknown) => tellFailure(dialog, failure));
  };
  const told = error instanceof NotSent && !error.again ? error.message : word("no_token");
  sayOf(dialog, "token", told, { label: word("again"), act: again });
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
    void begin(field, blob, name, facts);
    void fill().catch(() => undefined);
  } catch (error) {
    shutter.disabled = false;
    if (error instanceof NotSent) tellFailure(dialog, error);
    else sayOf(dialog, "camera", word("camera_busy"));
  }
}

function empty(field: Field): void {
  dropAll(field);
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
