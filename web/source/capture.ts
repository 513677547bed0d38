// Fields that are captured: photos, signatures, voice notes, places, codes and files. Without this script they say so.
import { record, recording } from "./capture/audio.ts";
import { drawHeld, noteWords, removeItem } from "./capture/drawing.ts";
import { type Field, fieldOf, forgetWithin, readList, say, taken, write } from "./capture/field.ts";
import { locate, placeOf } from "./capture/locating.ts";
import { openCamera, replaces, room } from "./capture/photo.ts";
import { canScan, judge, openScanner } from "./capture/scanning.ts";
import { awaitBeforeSubmit, bringBackInto, dropAll, sendWhenOnline, takeUpNow } from "./capture/sending.ts";
import { openPad } from "./capture/signature.ts";
import { fill } from "./capture/tokens.ts";
import { addFiles, takeDrops } from "./capture/uploading.ts";
import { word } from "./capture/words.ts";

const form = document.querySelector<HTMLFormElement>("#record-form, form[data-on-code]");

/** What the buttons of the controls do, by the mark on them. */
const ACTS: Record<string, (field: Field) => void> = {
  camera: (field) => void openCamera(field),
  sign: openPad,
  record: (field) => void record(field),
  locate,
  forget: (field) => write(field, null),
  scan: (field) => void openScanner(field),
  choose: (field) => field.root.querySelector<HTMLInputElement>("input[type=file]")?.click(),
};

const find = (root: HTMLElement, mark: string): HTMLElement | null => root.querySelector<HTMLElement>(`[data-${mark}]`);

function draw(field: Field): void {
  drawHeld(field);
  const empty = !readList(field).length && !field.pending.length;
  const button = find(field.root, "main");
  if (field.kind === "photo" && button) {
    const full = room(field) <= 0;
    button.hidden = full && !replaces(field);
    find(field.root, "main-label")!.textContent = word(empty ? "take_photo" : full ? "retake" : "one_more_photo");
  }
  if (field.kind === "signature") find(field.root, "main-label")!.textContent = word(empty ? "sign" : "sign_again");
  if (field.kind === "location") drawPlace(field, empty);
  if (field.kind === "audio") drawAudio(field, empty);
}

function drawPlace(field: Field, empty: boolean): void {
  find(field.root, "place")!.textContent = empty ? "" : placeOf(field);
  find(field.root, "main-label")!.textContent = word(empty ? "find_place" : "find_again");
  find(field.root, "forget")!.hidden = empty;
}

function drawAudio(field: Field, empty: boolean): void {
  const now = recording(field);
  const label = now
    ? "stop"
    : empty
      ? "record"
      : Number(field.limits["max_count"] ?? 1) > 1
        ? "one_more_note"
        : "record_again";
  find(field.root, "main-label")!.textContent = word(label);
  find(field.root, "main")!.setAttribute("aria-pressed", String(now));
  find(field.root, "recording")!.hidden = !now;
}

function mount(root: HTMLElement): void {
  if (root.dataset["mounted"]) return;
  root.dataset["mounted"] = "yes";
  if (root.dataset["capture"] === "scan") {
    const button = find(root, "main");
    if (button) button.hidden = !canScan();
  }
  const field = root.dataset["capture"] === "scan" ? scanField(root) : fieldOf(root);
  field.draw = () => draw(field);
  for (const hidden of root.querySelectorAll<HTMLElement>("[data-with-script]")) hidden.hidden = false;
  if (field.kind === "scan") return;
  takeDrops(field);
  field.draw();
  if (field.kind === "photo") void fill().catch(() => undefined);
}

/** A scan is a text in a box: it has no value of its own to keep. */
function scanField(root: HTMLElement): Field {
  const limits = JSON.parse(root.dataset["limits"] ?? "{}");
  const none = new Map<string, string>();
  const field = {
    name: "",
    kind: "scan",
    limits,
    pending: [],
    previews: none,
    names: none,
    turns: new Map<string, number>(),
    root,
    own: null,
  };
  return { ...field, draw: () => undefined, stop: null };
}

const fieldAround = (target: EventTarget | null): Field | null => {
  const root = (target as Element | null)?.closest<HTMLElement>("[data-capture]");
  if (!root) return null;
  return root.dataset["capture"] === "scan" ? scanField(root) : fieldOf(root);
};

function listen(target: HTMLFormElement): void {
  target.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-do], button[data-remove-item]");
    const field = button && fieldAround(button);
    if (!button || !field) return;
    event.preventDefault();
    if (button.dataset["do"]) ACTS[button.dataset["do"]]?.(field);
    else {
      removeItem(field, button);
      say(field, "");
      (find(field.root, "main") ?? field.root).focus();
    }
  });
  target.addEventListener("change", (event) => {
    const control = event.target as HTMLInputElement | HTMLTextAreaElement;
    const field = fieldAround(control);
    if (!field) return;
    if (control instanceof HTMLTextAreaElement) noteWords(field, control);
    else if (control.type === "file") {
      addFiles(field, [...(control.files ?? [])]);
      control.value = "";
    } else if (field.kind === "scan") judge(field);
    else taken(field);
  });
}

/** Serve a form and what comes into it. */
function serve(form: HTMLFormElement): void {
  const mountAll = (within: ParentNode): void => within.querySelectorAll<HTMLElement>("[data-capture]").forEach(mount);
  mountAll(form);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.removedNodes)
        if (node instanceof HTMLElement && node.matches("[data-line-of]")) forgetWithin(node).forEach(dropAll);
      for (const node of change.addedNodes) {
        if (!(node instanceof HTMLElement)) continue;
        if (node.matches("[data-capture]")) mount(node);
        mountAll(node);
      }
    }
    takeUpNow();
  }).observe(form, { childList: true, subtree: true });
  listen(form);
  awaitBeforeSubmit(form);
}

/** A page that is there to look by a code opens the camera at once. */
function openAtOnce(form: HTMLFormElement): void {
  const root = form.querySelector<HTMLElement>("[data-capture=scan]");
  if (form.dataset["onCode"] === undefined || form.dataset["opening"] === undefined || !root || !canScan()) return;
  void openScanner(scanField(root));
}

if (form) {
  serve(form);
  openAtOnce(form);
  sendWhenOnline();
  if (form.id === "record-form") void bringBackInto(form);
}
// Where a page is drawn anew, the box that looks by a code is another one.
document.addEventListener("youju:redrawn", () => {
  const fresh = document.querySelector<HTMLFormElement>("form[data-on-code]");
  if (fresh) serve(fresh);
});
