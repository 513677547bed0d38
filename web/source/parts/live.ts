// Keeps a page that only shows something up to date: a stream says when, the page itself is asked again for what.

const [SHORT_MS, LONG_MS] = [500, 4_000];
const POLL_MS = 15_000;
const TYPED = "input:not([type=hidden]), textarea, select, [contenteditable]";

/** Follow what happens on the server; without a stream, ask from time to time. */
export const followLive = (): void => {
  const shown = document.querySelector("main");
  if (shown) drawn = drawingOf(shown);
  followSent();
  keepAsking();
  const main = document.querySelector<HTMLElement>("main[data-live]");
  if (!main) return;
  const topic = main.dataset["live"] ?? "";
  const refresh = paused(() => void redraw(main));
  const address = new URL("/live", location.href);
  if (topic && topic !== "inbox") address.searchParams.append("topic", topic);
  address.searchParams.set("since", main.dataset["since"] ?? "");

  let stream: EventSource | undefined;
  let polling = 0;
  const look = (): void => {
    if (!document.hidden && topic) refresh();
  };
  const open = (): void => {
    if (stream || polling) return;
    stream = new EventSource(address);
    stream.addEventListener("inbox", (event) => {
      const counts = JSON.parse((event as MessageEvent<string>).data) as Record<string, number>;
      if (showCounts(counts) && topic) refresh();
    });
    stream.addEventListener("changed", look);
    stream.addEventListener("error", () => {
      if (stream?.readyState !== EventSource.CLOSED) return;
      stream = undefined;
      polling = window.setInterval(look, POLL_MS);
    });
  };
  const close = (): void => {
    stream?.close();
    stream = undefined;
    window.clearInterval(polling);
    polling = 0;
  };
  // A page in the background needs no stream: it catches up when it is looked at again.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else {
      open();
      look();
    }
  });
  addEventListener("pagehide", close);
  open();
};

/** Ask again while something on the page says that it goes on; it says after how many milliseconds. */
const keepAsking = (): void => {
  const main = document.querySelector("main");
  const going = main?.querySelector<HTMLElement>("[data-again]");
  if (!main || !going) return;
  window.setTimeout(() => void redraw(main).then(keepAsking), Number(going.dataset["again"]));
};

/** Run at once; runs that are asked for in a row come at ever greater distances, the last one always. */
const paused = (run: () => void): (() => void) => {
  let [last, pause, timer] = [-Infinity, SHORT_MS, 0];
  return () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(
      () => {
        const now = performance.now();
        pause = now - last < 2 * pause ? Math.min(2 * pause, LONG_MS) : SHORT_MS;
        last = now;
        run();
      },
      Math.max(0, last + pause - performance.now()),
    );
  };
};

/** Show how much waits of each kind; tell whether it is another number than before. */
const showCounts = (counts: Readonly<Record<string, number>>): boolean => {
  let changed = false;
  for (const badge of document.querySelectorAll<HTMLElement>("[data-badge]")) {
    const count = counts[badge.dataset["badge"] ?? ""];
    if (count === undefined) continue;
    const shown = count > 99 ? "99+" : count ? String(count) : "";
    changed ||= badge.textContent !== shown;
    badge.textContent = shown;
  }
  return changed;
};

let sent = false;

/** Note that a form of the page is on its way: its buttons keep the keys under which they go only once. */
const followSent = (): void =>
  addEventListener("submit", ({ target, defaultPrevented }) => {
    if (!defaultPrevented && target instanceof HTMLFormElement && target.method === "post") sent = true;
  });

/** Tell whether something else is chosen than the page was sent with. */
const isChosen = (select: HTMLSelectElement): boolean => {
  const options = [...select.options];
  const first = select.multiple || options.some((option) => option.defaultSelected) ? -1 : 0;
  return options.some((option, at) => option.selected !== (option.defaultSelected || at === first));
};

/** Tell whether somebody is at work in the page: what they typed or opened must not go. */
const isBusy = (main: HTMLElement): boolean => {
  const active = document.activeElement;
  if (active && main.contains(active) && active.matches(TYPED)) return true;
  if (sent || document.querySelector("dialog[open]") || getSelection()?.toString()) return true;
  // What hangs on a form that is filled in, its captured values and its draft, does not outlive another drawing of it.
  if (main.querySelector("#record-form")) return true;
  if ([...main.querySelectorAll("audio")].some((sound) => !sound.paused && !sound.ended)) return true;
  if ([...main.querySelectorAll("select")].some(isChosen)) return true;
  return [...main.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")].some((control) => {
    const ticked = control instanceof HTMLInputElement && /^(checkbox|radio)$/.test(control.type);
    if (ticked) return control.checked !== control.defaultChecked;
    return control.type !== "hidden" && control.value !== control.defaultValue;
  });
};

/** The last drawing that the server sent of this page, as it came. */
let drawn = "";

/** What the server drew, without what it makes anew for each answer; in a document of its own, where nothing loads. */
const drawingOf = (main: HTMLElement): string => {
  const copy = document.implementation.createHTMLDocument().importNode(main, true);
  for (const input of copy.querySelectorAll("input[name=_csrf], input[name=_key]")) input.removeAttribute("value");
  // Where scripts run this is text, where none run it is elements.
  for (const without of copy.querySelectorAll("noscript")) without.replaceChildren();
  return copy.innerHTML;
};

/** Draw what the page shows anew, where nobody is at work in it. */
const redraw = async (main: HTMLElement): Promise<void> => {
  if (isBusy(main)) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => undefined);
  if (!answer?.ok || answer.redirected || isBusy(main)) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  if (!fresh) return;
  const drawing = drawingOf(fresh);
  if (drawing === drawn) return;
  drawn = drawing;
  const opened = [...main.querySelectorAll("details")].map((one) => one.open);
  const focused = document.activeElement?.id;
  main.replaceChildren(...fresh.childNodes);
  const folded = main.querySelectorAll("details");
  if (folded.length === opened.length) folded.forEach((one, at) => (one.open = opened[at] ?? one.open));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  (window as { htmx?: { process(root: Element): void } }).htmx?.process(main);
  document.dispatchEvent(new CustomEvent("youju:redrawn"));
};
