/** What is typed is kept in the browser until it is sent: per person and form, and for nobody else. */

import { forgetDraft } from "../parts/kept.ts";
import { form, part } from "./page.ts";
import { forgetSent, lastSent, noteSent, PREFIX } from "./settled.ts";

const KEEP_AFTER_MS = 250;
const KEPT_DAYS = 14;
const CARRIED = ["_key", "_version"];

interface Draft {
  readonly at: number;
  readonly pairs: readonly (readonly [string, string])[];
}

const store = (): Storage | null => {
  try {
    return localStorage;
  } catch {
    return null;
  }
};

const ownPrefix = (): string => `${PREFIX}${form!.dataset["user"] ?? ""}:`;
const pathTo = (): string => form!.getAttribute("action") ?? location.pathname;
const keyNow = (): string => form!.querySelector<HTMLInputElement>("input[name=_key]")?.value ?? "";

/** A draft is named after where its form goes; what the address of the form's own page asks for is part of it. */
const nameHere = (): string => ownPrefix() + pathTo() + (pathTo() === location.pathname ? location.search : "");

let name = "";

/**
 * Give the draft its name. A form that comes back from the server stands at another address than it was opened at: its
 * draft keeps the name it began with, so that there is one to forget. Tells whether it came back.
 */
const nameDraft = (refused: boolean): boolean => {
  const sent = lastSent();
  const same = sent?.to === pathTo() && (refused || sent.key === keyNow());
  const kept = same ? sent.draft : (history.state as { draft?: string } | null)?.draft;
  const back = kept?.startsWith(ownPrefix()) ? kept : undefined;
  name = back ?? nameHere();
  if (back) history.replaceState({ draft: back }, "");
  if (sent) forgetSent();
  return back !== undefined;
};

const pairsNow = (): [string, string][] =>
  [...new FormData(form!)].flatMap(([name, value]) =>
    typeof value === "string" && (name.startsWith("f.") || name.startsWith("_d.") || CARRIED.includes(name))
      ? [[name, value] as [string, string]]
      : [],
  );

const fieldsOf = (pairs: readonly (readonly [string, string])[]): string =>
  JSON.stringify(pairs.filter(([name]) => name.startsWith("f.") && !name.endsWith("._was")));

/** Forget other people's drafts, and those that lay too long. */
const tidy = (kept: Storage): void => {
  const own = ownPrefix();
  for (const name of Object.keys(kept).filter((one) => one.startsWith(PREFIX))) {
    const old = Date.now() - (read(kept, name)?.at ?? 0) > KEPT_DAYS * 86_400_000;
    if (old || !name.startsWith(own)) kept.removeItem(name);
  }
};

const read = (kept: Storage, name: string): Draft | null => {
  try {
    return JSON.parse(kept.getItem(name) ?? "null") as Draft | null;
  } catch {
    return null;
  }
};

/** What stood in the form when it was drawn; nothing where that was typed and never taken. */
let asDrawn = "";
let timer = 0;
let discarded = false;

/** Keep what stands in the form now; a form as it was drawn is nothing to keep. */
export const keepNow = (): void => {
  clearTimeout(timer);
  const kept = store();
  if (!kept || discarded) return;
  const pairs = pairsNow();
  try {
    if (fieldsOf(pairs) === asDrawn) kept.removeItem(name);
    else kept.setItem(name, JSON.stringify({ at: Date.now(), pairs }));
  } catch {
    // The browser's room is full: the form works without a draft.
  }
};

/** Keep what stands in the form, soon. */
export const keepSoon = (): void => {
  clearTimeout(timer);
  timer = setTimeout(keepNow, KEEP_AFTER_MS);
};

/** Note that the form goes now, so that the page that says it is done forgets the draft. */
export const noteSending = (): void => {
  try {
    noteSent({ draft: name, to: pathTo(), key: keyNow() });
  } catch {
    // Without room the draft is forgotten when it has become old.
  }
};

const discard = async (): Promise<void> => {
  discarded = true;
  store()?.removeItem(name);
  await forgetDraft(form!.dataset["user"] ?? "", name).catch(() => undefined);
  location.reload();
};

const sayRestored = (): void => {
  const banner = part("restored");
  banner.querySelector("button")!.addEventListener("click", () => void discard());
  document.getElementById("form-notes")!.before(banner);
};

const setCarried = (pairs: Draft["pairs"]): void => {
  for (const [name, value] of pairs.filter(([name]) => CARRIED.includes(name))) {
    const input = form!.querySelector<HTMLInputElement>(`input[name="${name}"]`);
    if (input) input.value = value;
  }
};

/** Have the server draw the form as it was left, and put that in place. */
const restore = async ({ pairs }: Draft): Promise<boolean> => {
  const body = new URLSearchParams();
  for (const [name, value] of pairs) body.append(name, value);
  body.append("_do", "refresh");
  body.append("_csrf", form!.querySelector<HTMLInputElement>("input[name=_csrf]")!.value);
  const answer = await fetch(form!.getAttribute("hx-post") ?? location.href, {
    method: "POST",
    headers: { "HX-Request": "true" },
    body,
  });
  if (!answer.ok) return false;
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("form-body");
  if (!drawn) return false;
  document.getElementById("form-body")!.replaceWith(document.adoptNode(drawn));
  setCarried(pairs);
  htmx.process(document.getElementById("form-body")!);
  return true;
};

/** Say that the form stands as it was left, and under which name what else belongs to its draft is kept. */
const tellName = (): void => {
  form!.dataset["draft"] = name;
  form!.dispatchEvent(new Event("youju:draft"));
};

/** Follow what is typed; a draft that is there comes back, and `then` is told. */
export const followDrafts = (then: () => void): void => {
  const kept = store();
  if (!kept) {
    name = nameHere();
    tellName();
    return;
  }
  tidy(kept);
  const refused = document.querySelector("#summary[role=alert]") !== null;
  const back = nameDraft(refused);
  const draft = read(kept, name);
  const drawn = fieldsOf(pairsNow());
  const asKept = draft !== null && fieldsOf(draft.pairs) === drawn;
  asDrawn = refused || (back && asKept) ? "" : drawn;
  const begin = (): void => {
    tellName();
    for (const happening of ["input", "change", "click"]) form!.addEventListener(happening, keepSoon);
    addEventListener("pagehide", () => {
      if (!form!.hasAttribute("aria-busy")) keepNow();
    });
  };
  if (!draft || refused || asKept) {
    if (refused) keepNow();
    begin();
    return;
  }
  restore(draft)
    .then((done) => {
      if (!done) return;
      sayRestored();
      then();
    })
    .catch(() => undefined)
    .finally(begin);
};
