// Files on their way: uploaded with progress, kept and sent again when the line comes back, awaited by the submit.
import { type Again, type Field, type Pending, allFields, fileOf, readList, say, several, write } from "./field.ts";
import { arrived, bringBack, keepOne, newId, notWanted, takeUp, waitsHere } from "./keeping.ts";
import { word } from "./words.ts";

export interface Stored {
  readonly id: string;
  readonly sha256: string;
}

const RETRY_MS = 20_000;

/** What went wrong, as a sentence; `again` says whether sending the same once more may help, and who does so. */
export class NotSent extends Error {
  readonly again: Again;
  constructor(sentence: string, again: Again) {
    super(sentence);
    this.again = again;
  }
}

export const csrf = (): string => document.querySelector<HTMLInputElement>("input[name=_csrf]")?.value ?? "";

/** There is no line; what it means is for whoever wanted one to say. */
export const offline = (): NotSent => new NotSent("", "itself");

/** The sha256 of some bytes as hex; empty where the browser gives no cryptography (an insecure origin). */
export async function hashOf(blob: Blob): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return "";
  const digest = new Uint8Array(await subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The sentence of an answer that is a refusal. */
export function refusal(status: number, body: string): NotSent {
  if (status === 401) return new NotSent(word("signed_out"), "asked");
  if (status >= 500) return new NotSent(word("server"), "itself");
  try {
    const problem = JSON.parse(body).errors[0];
    const told = problem.message[document.documentElement.lang.startsWith("zh") ? "zh" : "en"];
    if (told) return new NotSent(told, "");
  } catch {
    // No problem document: the sentence below says all that is known.
  }
  return new NotSent(word(status === 413 ? "too_large" : "refused"), "");
}

/** Store one file; `sent` hears how much of it is away, from 0 to 1. */
export function upload(blob: Blob, name: string, sent: (share: number) => void): Promise<Stored> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", blob, name);
    request.open("POST", "/api/v1/files");
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.upload.onprogress = (event) => event.lengthComputable && sent(event.loaded / event.total);
    request.onerror = request.ontimeout = () => reject(offline());
    request.onload = () => {
      if (request.status === 200 || request.status === 201) resolve(JSON.parse(request.responseText));
      else reject(refusal(request.status, request.responseText));
    };
    request.timeout = 120_000;
    request.send(body);
  });
}

/** Begin to send a file; the field shows it at once, and holds it once it is stored. */
export function begin(field: Field, blob: Blob, name: string, facts: Pending["facts"]): Promise<void> {
  const preview = URL.createObjectURL(blob);
  const one: Pending = {
    id: newId(),
    blob,
    name,
    preview,
    facts,
    kept: Promise.resolve(false),
    safe: false,
    back: false,
    turn: 0,
    sent: 0,
    failed: "",
    again: "",
  };
  one.kept = keepOne(field, one);
  void one.kept.then((kept) => (one.safe = kept));
  return take(field, one);
}

let turns = 0;

function take(field: Field, one: Pending): Promise<void> {
  one.turn = turns += 1;
  if (!several(field)) dropAll(field);
  field.pending.push(one);
  field.draw();
  return send(field, one);
}

export async function send(field: Field, one: Pending): Promise<void> {
  one.failed = "";
  field.draw();
  try {
    const [mine, stored] = await Promise.all([
      hashOf(one.blob),
      upload(one.blob, one.name, (share) => {
        one.sent = share;
        field.draw();
      }),
    ]);
    if (mine && stored.sha256 && mine !== stored.sha256) throw new NotSent(word("garbled"), "asked");
    if (!takeOut(field, one)) return;
    hold(field, one, stored.id);
    arrived(one);
    say(field, "");
  } catch (error) {
    const known = error instanceof NotSent ? error : new NotSent(word("server"), "itself");
    one.failed = known.message || waitsHere(await one.kept);
    one.again = known.again;
    field.draw();
    say(field, one.failed, known.again ? { label: word("again"), act: () => sendAgain(field, true) } : undefined);
  } finally {
    settle();
  }
}

/** Put what has arrived into the field's value; what came before its page was closed is there already. */
function hold(field: Field, one: Pending, file: string): void {
  field.previews.set(file, one.preview);
  field.names.set(file, one.name);
  const entry = one.facts === null ? file : { file, ...one.facts };
  if (!several(field)) write(field, entry);
  else if (!one.back || !readList(field).some((held) => fileOf(held) === file)) {
    const held = readList(field);
    const later = held.findIndex((other) => (field.turns.get(fileOf(other)) ?? 0) > one.turn);
    const at = later < 0 ? held.length : later;
    field.turns.set(file, one.turn);
    write(field, [...held.slice(0, at), entry, ...held.slice(at)]);
  }
}

/** Take something out of what is on its way; tell whether it was still there. */
function takeOut(field: Field, one: Pending): boolean {
  const at = field.pending.indexOf(one);
  if (at >= 0) field.pending.splice(at, 1);
  return at >= 0;
}

/** What is on its way is not wanted any more. */
export function drop(field: Field, one: Pending): void {
  if (takeOut(field, one)) notWanted(one);
}

/** Nothing that is on its way is wanted any more. */
export function dropAll(field: Field): void {
  for (const one of [...field.pending]) drop(field, one);
}

function sendAgain(field: Field, asked: boolean): void {
  for (const one of [...field.pending])
    if (one.failed && (one.again === "itself" || (asked && one.again))) void send(field, one);
}

/** Bring back what an earlier page could not send, and take up what the fields that came later are for. */
export const bringBackInto = (form: HTMLFormElement): Promise<void> =>
  bringBack(form, (field, one) => void take(field, one));
export const takeUpNow = (): void => takeUp((field, one) => void take(field, one));

/** Send what failed for want of a line once it may be back; nobody leaves what is only here without being asked. */
export function sendWhenOnline(): void {
  const tryAll = (): void => {
    for (const field of allFields()) sendAgain(field, false);
  };
  addEventListener("beforeunload", (event) => {
    if (allFields().some((field) => field.stop || field.pending.some(({ safe }) => !safe))) event.preventDefault();
  });
  addEventListener("online", tryAll);
  setInterval(() => {
    if (navigator.onLine && document.visibilityState === "visible") tryAll();
  }, RETRY_MS);
}

const busyNow = (): Field[] => allFields().filter((field) => field.pending.length || field.stop);

let held: { form: HTMLFormElement; by: HTMLElement | null } | null = null;

/** A form that is submitted while something is on its way waits for it, then goes by itself. */
export function awaitBeforeSubmit(form: HTMLFormElement): void {
  addEventListener(
    "submit",
    (event) => {
      const busy = busyNow();
      if (event.target !== form || !busy.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      held = { form, by: (event as SubmitEvent).submitter };
      for (const field of busy) field.stop?.();
      for (const field of busy) if (!field.pending.some((one) => one.failed)) say(field, word("waits"));
      settle();
    },
    true,
  );
}

/** Look again whether a form that waits may go. */
export function settle(): void {
  if (!held) return;
  const busy = busyNow();
  const failed = busy.find((field) => field.pending.some((one) => one.failed));
  if (failed) {
    held = null;
    failed.root.scrollIntoView({ block: "center" });
    failed.root.focus({ preventScroll: true });
  } else if (!busy.length) {
    const { form, by } = held;
    held = null;
    form.requestSubmit(by);
  }
}
