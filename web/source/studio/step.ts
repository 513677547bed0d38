// Sends what is changed, one after another, and puts the page that comes back in place of what is there.
// A request waits for the one before it, so that each carries what the draft has become by then.
import { Idiomorph } from "idiomorph";
import { markPlaces } from "./places";

const SEEN = 'input[name="seen"]';
const SETTLE_MS = 300;
const PATIENCE_MS = 4000;

let queue: Promise<void> = Promise.resolve();
let waiting = 0;
let still: Promise<void> = Promise.resolve();
let goOn: () => void = () => undefined;

/** Draw nothing anew while a hand holds something of the page; the page is drawn when it lets go. */
export const holdStill = (held: boolean): void => {
  goOn();
  if (held) still = new Promise((resolve) => (goOn = resolve));
};

const version = (studio: HTMLElement): string => studio.dataset["version"] ?? "";

const draw = (studio: HTMLElement, html: string): void => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const next = page.getElementById("studio");
  if (!next) {
    location.reload();
    return;
  }
  Idiomorph.morph(studio, next, {
    morphStyle: "outerHTML",
    // What is being typed stays; anything else that has the focus is drawn like all the rest.
    ignoreActiveValue: document.activeElement?.matches("input, textarea, select") ?? false,
    callbacks: {
      // What somebody has opened or closed stays so, a page within the page is not loaded twice, and whether the draft
      // is ready stands until it was looked at again.
      beforeAttributeUpdated: (name: string, node: Element) => !(name === "open" && node instanceof HTMLDetailsElement),
      beforeNodeMorphed: (old: Node) =>
        !(old instanceof HTMLIFrameElement || (old instanceof Element && old.id === "ready")),
    },
  });
  document.title = page.title;
};

/** Show what is at an address, without going there. */
const show = async (studio: HTMLElement, answer: Response): Promise<void> => {
  const html = await answer.text();
  await still;
  const before = version(studio);
  draw(studio, html);
  if (answer.ok) history.replaceState(null, "", answer.url);
  studio.dispatchEvent(new CustomEvent("drawn", { detail: { changed: before !== version(studio) } }));
};

const busy = (studio: HTMLElement, more: number): void => {
  waiting += more;
  studio.toggleAttribute("aria-busy", waiting > 0);
};

const inOrder = (studio: HTMLElement, work: () => Promise<void>): Promise<void> => {
  busy(studio, 1);
  queue = queue.then(work).catch(() => {
    const said = document.getElementById("offline");
    if (said) said.hidden = false;
  });
  return (queue = queue.finally(() => busy(studio, -1)));
};

/** Send a form of the studio as it was when it was sent; only what was seen of the draft is that of now. */
export const send = (studio: HTMLElement, form: HTMLFormElement, button?: HTMLElement | null): Promise<void> => {
  const data = new FormData(form);
  if (button instanceof HTMLButtonElement && button.name) data.set(button.name, button.value);
  const to = form.action;
  return inOrder(studio, async () => {
    const now = studio.querySelector<HTMLInputElement>(SEEN)?.value;
    if (now !== undefined) data.set("seen", now);
    const body = [...data.values()].some((value) => value instanceof File)
      ? data
      : new URLSearchParams([...data] as [string, string][]);
    await show(studio, await fetch(to, { method: "POST", body, headers: { "X-Studio": "1" } }));
  });
};

const open = (studio: HTMLElement, href: string): Promise<void> =>
  inOrder(studio, async () => show(studio, await fetch(href)));

const check = async (studio: HTMLElement): Promise<void> => {
  const aside = document.getElementById("checks");
  const from = studio.dataset["checks"];
  if (!aside || !from) return;
  const asked = version(studio);
  const answer = await fetch(from);
  if (!answer.ok || asked !== version(studio)) return;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  aside.replaceChildren(...found.body.childNodes);
  aside.hidden = !aside.childElementCount;
  sayReady(aside);
  markPlaces(studio, aside);
};

/** Say beside the draft's tools, too, whether it can be published: the list itself may be far below. */
const sayReady = (aside: HTMLElement): void => {
  const ready = document.getElementById("ready");
  const said = aside.querySelector("h2, .all-good");
  if (!ready) return;
  ready.hidden = !said;
  ready.classList.toggle("is-wrong", said?.matches("h2") ?? false);
  ready.replaceChildren(...(said?.cloneNode(true).childNodes ?? []));
};

/** Wait until a frame shows its page, and no longer than for some time: one that is out of sight may never load. */
const loaded = (frame: HTMLIFrameElement): Promise<void> =>
  new Promise((resolve) => {
    frame.addEventListener("load", () => resolve(), { once: true });
    setTimeout(resolve, PATIENCE_MS);
  });

/** Ask for a frame's page with something of its address changed. */
const askAgain = (frame: HTMLIFrameElement, name: string, value: string): void => {
  const to = new URL(frame.src);
  to.searchParams.set(name, value);
  frame.src = to.href;
};

/** Show the form as somebody with a role fills it. */
const seeAs = (role: string): void => {
  for (const frame of document.querySelectorAll<HTMLIFrameElement>("iframe[data-preview]"))
    askAgain(frame, "role", role);
};

export const keepInStep = (studio: HTMLElement): void => {
  let settling = 0;
  // A draft takes a second to compile: once several changes have settled, first the form beside, then what is wrong.
  const lookSoon = (isAnother: boolean): void => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      const frame = document.querySelector<HTMLIFrameElement>("iframe[data-preview]");
      if (!frame || !isAnother) return void check(studio);
      void loaded(frame).then(() => check(studio));
      // Another address for each version: a browser that still waits for a page does not ask for the same one again.
      askAgain(frame, "version", version(studio));
    }, SETTLE_MS) as unknown as number;
  };
  studio.addEventListener("change", (event) => {
    const target = event.target;
    if (target instanceof HTMLSelectElement && target.hasAttribute("data-role")) seeAs(target.value);
    const form = target instanceof Element ? target.closest("form") : null;
    if (form?.hasAttribute("data-live")) void send(studio, form);
  });
  studio.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.hasAttribute("data-plain")) return;
    event.preventDefault();
    const next = form.dataset["then"];
    void send(studio, form, event.submitter).then(() => {
      const control = next ? studio.querySelector<HTMLInputElement>(next) : null;
      control?.focus();
      control?.select();
      // A list that things are added to is ready for the next one.
      if (form.classList.contains("studio-add") && form.isConnected) form.reset();
    });
  });
  studio.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const here = new URL(location.href);
    const to = new URL(link.href, here);
    if (to.pathname !== here.pathname || to.origin !== here.origin || to.hash || link.hasAttribute("download")) return;
    event.preventDefault();
    void open(studio, to.href);
  });
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    const button = studio.querySelector<HTMLButtonElement>(
      `button[aria-keyshortcuts="Control+${event.shiftKey ? "Shift+" : ""}Z"]:enabled`,
    );
    event.preventDefault();
    button?.click();
  });
  studio.addEventListener("drawn", (event) => {
    if ((event as CustomEvent<{ changed: boolean }>).detail.changed) lookSoon(true);
  });
  // Somebody who comes back to the page sees what others have changed meanwhile.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !studio.contains(document.activeElement)) void open(studio, location.href);
  });
  lookSoon(false);
};
