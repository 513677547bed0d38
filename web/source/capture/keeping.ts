// What is on its way is kept in the browser until it has arrived, and comes back with its draft when the form is opened again.
import { forget, keep, ofDraft, tidy, type Kept } from "../parts/kept.ts";
import { type Entry, type Field, type Pending, allFields } from "./field.ts";
import { fact, word } from "./words.ts";

/** Until the draft is kept that names what was stored; see form/drafts.ts. */
const DRAFT_KEPT_MS = 1_500;

/** The draft that a form writes; it has a name as soon as what it held before is back in its place. */
const draftOf = (form: HTMLFormElement): Promise<string> =>
  new Promise((resolve) => {
    const named = (): void => resolve(form.dataset["draft"] ?? "");
    if (form.dataset["draft"]) named();
    else form.addEventListener("youju:draft", named, { once: true });
  });

const randomId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The name under which something is kept that begins its way. */
export const newId = randomId;

/** Keep something that is on its way; resolves to whether it is kept. */
export async function keepOne(field: Field, one: Pending): Promise<boolean> {
  const form = field.root.closest("form");
  if (!form) return false;
  const [draft, bytes] = await Promise.all([draftOf(form), one.blob.arrayBuffer()]);
  return keep({
    id: one.id,
    user: fact("user"),
    draft,
    title: document.querySelector("h1")?.textContent?.trim() ?? "",
    field: field.name,
    at: Date.now(),
    name: one.name,
    type: one.blob.type,
    bytes,
    size: bytes.byteLength,
    facts: one.facts,
  });
}

const letGo = (one: Pending, after: number): void =>
  void one.kept.then((kept) => {
    if (kept) setTimeout(() => void forget(one.id).catch(() => undefined), after);
  });

/** Something was taken out of the form: it need not be kept. */
export const notWanted = (one: Pending): void => letGo(one, 0);

/** Something has arrived: it need not be kept as soon as the draft says so. */
export const arrived = (one: Pending): void => letGo(one, DRAFT_KEPT_MS);

let left: Kept[] = [];

/**
 * Look for what an earlier page of this draft captured and could not send; `begin` takes each into its field. What has no
 * field yet waits for one.
 */
export async function bringBack(form: HTMLFormElement, begin: (field: Field, one: Pending) => void): Promise<void> {
  const draft = await draftOf(form);
  const user = fact("user");
  try {
    await tidy(user);
    left = await ofDraft(user, draft);
  } catch {
    return; // A browser that keeps nothing has nothing to bring back.
  }
  takeUp(begin);
}

/** Take up what was left for the fields that are there. */
export function takeUp(begin: (field: Field, one: Pending) => void): void {
  for (const kept of [...left]) {
    const field = allFields().find(({ name }) => name === kept.field);
    if (!field) continue;
    left.splice(left.indexOf(kept), 1);
    const blob = new Blob([kept.bytes], { type: kept.type });
    begin(field, {
      id: kept.id,
      blob,
      name: kept.name,
      preview: URL.createObjectURL(blob),
      facts: kept.facts as Entry | null,
      kept: Promise.resolve(true),
      safe: true,
      back: true,
      turn: 0,
      sent: 0,
      failed: "",
      again: "",
    });
  }
}

/** Why something has not gone yet, with where it is meanwhile. */
export const waitsHere = (kept: boolean): string => word(kept ? "offline" : "offline_unkept");
