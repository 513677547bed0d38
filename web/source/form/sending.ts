/** Sending the form: once, not before what the page can see is right, and never into a dead network. */

import { keepNow, noteSending } from "./drafts.ts";
import { stopRefreshing } from "./merging.ts";
import { form, part } from "./page.ts";

const ANSWERS_WITHIN_MS = 6_000;
const FRESH_MS = 4_000;

let lastHeard = Date.now();
let sent = false;
let sure = false;
let refusedBefore = "";

/** Tell whether the server can be reached; what it said a moment ago counts. */
const isReachable = async (): Promise<boolean> => {
  if (!navigator.onLine) return false;
  if (Date.now() - lastHeard < FRESH_MS) return true;
  try {
    await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
    lastHeard = Date.now();
    return true;
  } catch {
    return false;
  }
};

const release = (): void => {
  sent = false;
  form!.removeAttribute("aria-busy");
};

const sayUnreachable = (submitter: HTMLElement | null): void => {
  const banner = document.querySelector<HTMLElement>("[data-unreachable]") ?? part("unreachable");
  banner.querySelector("button")!.onclick = () => {
    banner.remove();
    form!.requestSubmit(submitter);
  };
  document.querySelector(".bar-in, .actions")?.before(banner);
  banner.querySelector("button")!.focus();
};

const send = async (submitter: HTMLElement | null): Promise<void> => {
  keepNow();
  if (!(await isReachable())) {
    release();
    sayUnreachable(submitter);
    return;
  }
  document.querySelector("[data-unreachable]")?.remove();
  stopRefreshing();
  // Not within the event that began it: browsers pass over a submit that is asked for while one is being told of.
  setTimeout(() => {
    sure = true;
    form!.requestSubmit(submitter);
    sure = false;
  });
};

/**
 * Follow the submitting of the form. `check` tells, for what a button does, what is wrong as far as the page sees, having
 * shown it. Who sends the very same again sends it: the server has the last word.
 */
export const followSubmit = (check: (act: string) => string): void => {
  form!.addEventListener("htmx:afterRequest", (event) => {
    if ((event as CustomEvent).detail.successful) lastHeard = Date.now();
  });
  form!.addEventListener("submit", (event) => {
    const { submitter } = event;
    const act = submitter instanceof HTMLButtonElement ? submitter.value : "";
    if (sure) {
      noteSending();
      return;
    }
    event.preventDefault();
    if (sent) return;
    const wrong = check(act);
    if (wrong && wrong !== refusedBefore) {
      refusedBefore = wrong;
      return;
    }
    sent = true;
    form!.setAttribute("aria-busy", "true");
    void send(submitter);
  });
  addEventListener("pageshow", release);
};
