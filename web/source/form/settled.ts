/** On every page: a form that went through leaves no draft behind, and signing out leaves none at all. */

import { draftsWaiting, forgetAll, forgetDraft } from "../parts/kept.ts";

export const PREFIX = "youju.draft:";
const SENDING = "youju.sending";

/** A form on its way: the name of its draft, the path it goes to, the key it goes under. */
export interface Sending {
  readonly draft: string;
  readonly to: string;
  readonly key: string;
}

const WIPED_WITHIN_MS = 2_000;

const wipe = (): void => {
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) localStorage.removeItem(name);
};

const patience = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Tell whether something would be lost that was captured and not sent, and is not to be. */
const isWanted = async ({ dataset }: HTMLFormElement): Promise<boolean> => {
  const waiting = [...(await draftsWaiting(dataset["user"] ?? "")).values()];
  const count = waiting.reduce((sum, draft) => sum + draft.count, 0);
  return count > 0 && !confirm((dataset["unsent"] ?? "").replace("{count}", String(count)));
};

/** Whoever signs out leaves nothing behind; the page goes when that is done, or when the browser takes too long over it. */
const wipeFirst = async (signingOut: HTMLFormElement): Promise<void> => {
  try {
    if (await Promise.race([isWanted(signingOut), patience(WIPED_WITHIN_MS)])) return;
    wipe();
    await Promise.race([forgetAll(), patience(WIPED_WITHIN_MS)]);
  } catch {
    // A browser that keeps nothing has nothing to wipe.
  }
  signingOut.submit();
};

/** Whose draft one is: the first part of its name. */
const ownerOf = (draft: string): string => draft.slice(PREFIX.length).split(":")[0] ?? "";

/** Note which form is on its way. */
export const noteSent = (sent: Sending): void => sessionStorage.setItem(SENDING, JSON.stringify(sent));

/** The form that was on its way when this page came, if any. */
export const lastSent = (): Sending | null => {
  try {
    return JSON.parse(sessionStorage.getItem(SENDING) ?? "null") as Sending | null;
  } catch {
    return null;
  }
};

export const forgetSent = (): void => sessionStorage.removeItem(SENDING);

/** Tell whether the page says of what was sent that it is done; a form's own address may hold a field of that name. */
const isDone = (): boolean =>
  new URLSearchParams(location.search).has("done") &&
  document.getElementById("record-form")?.getAttribute("action") !== location.pathname;

/** Tell whether what was sent goes on from here: its form was drawn again, or its values wait for a signing in. */
const goesOn = ({ key }: Sending): boolean =>
  document.getElementById("record-form") !== null ||
  [...document.querySelectorAll<HTMLInputElement>("input[name=_key]")].some(({ value }) => value === key);

/** Forget the draft of the form that led here, and all of them when somebody signs out; resolves when it is forgotten. */
export const followSettled = async (): Promise<void> => {
  document.addEventListener("submit", (event) => {
    if (!(event.target instanceof HTMLFormElement) || event.target.getAttribute("action") !== "/sign-out") return;
    event.preventDefault();
    void wipeFirst(event.target);
  });
  try {
    const sent = lastSent();
    const done = sent !== null && isDone();
    if (done) localStorage.removeItem(sent.draft);
    // Any other page is no answer to it: what was not taken stays, whatever is done next.
    if (!sent || done || !goesOn(sent)) forgetSent();
    if (done) await forgetDraft(ownerOf(sent.draft), sent.draft);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
};
