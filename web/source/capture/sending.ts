// Files on their way: uploaded with progress, kept and sent again when the line comes back, awaited by the submit.
import { type Field, type Pending, allFields, readList, say, several, write } from "./field.ts";
import { word } from "./words.ts";

export interface Stored {
  readonly id: string;
  readonly sha256: string;
}

/** What went wrong, as a sentence; `again` says whether sending the same once more may help. */
export class NotSent extends Error {
  readonly again: boolean;
  constructor(sentence: string, again: boolean) {
    super(sentence);
    this.again = again;
  }
}

export const csrf = (): string => document.querySelector<HTMLInputElement>("input[name=_csrf]")?.value ?? "";

export const offline = (): NotSent => new NotSent(word("offline"), true);

/** The sha256 of some bytes as hex; empty where the browser gives no cryptography (an insecure origin). */
export async function hashOf(blob: Blob): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return "";
  const digest = new Uint8Array(await subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The sentence of an answer that is a refusal. */
export function refusal(status: number, body: string): NotSent {
  if (status === 401) return new NotSent(word("signed_out"), true);
  if (status >= 500) return new NotSent(word("server"), true);
  try {
    const problem = JSON.parse(body).errors[0];
    const told = problem.message[document.documentElement.lang.startsWith("zh") ? "zh" : "en"];
    if (told) return new NotSent(told, false);
  } catch {
    // No problem document: the sentence below says all that is known.
  }
  return new NotSent(word(status === 413 ? "too_large" : "refused"), false);
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
export function begin(field: Field, blob: Blob, name: string, entry: Pending["entry"]): Promise<void> {
  const one: Pending = { blob, name, preview: URL.createObjectURL(blob), entry, sent: 0, failed: "", again: false };
  if (!several(field)) field.pending.length = 0;
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
    if (mine && stored.sha256 && mine !== stored.sha256) throw new NotSent(word("garbled"), true);
    if (!drop(field, one)) return;
    field.previews.set(stored.id, one.preview);
    field.names.set(stored.id, one.name);
    const entry = one.entry(stored.id);
    write(field, several(field) ? [...readList(field), entry] : entry);
    say(field, "");
  } catch (error) {
    const known = error instanceof NotSent ? error : new NotSent(word("server"), true);
    one.failed = known.message;
    one.again = known.again;
    field.draw();
    say(field, known.message, known.again ? { label: word("again"), act: () => sendAgain(field) } : undefined);
  } finally {
    settle();
  }
}

/** Take something out of what is on its way; tell whether it was still there. */
export function drop(field: Field, one: Pending): boolean {
  const at = field.pending.indexOf(one);
  if (at >= 0) field.pending.splice(at, 1);
  return at >= 0;
}

function sendAgain(field: Field): void {
  say(field, "");
  for (const one of [...field.pending]) if (one.failed && one.again) void send(field, one);
}

/** Send what failed for want of a line once the line is back; nobody leaves what is still here without being asked. */
export function sendWhenOnline(): void {
  addEventListener("beforeunload", (event) => {
    if (busyNow().length) event.preventDefault();
  });
  addEventListener("online", () => {
    for (const field of allFields()) sendAgain(field);
  });
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
