// Forms in the browser: kept in step as one types, lines, type-ahead, drafts, one submit. Without it every part goes by
// way of the server.
import { zoneOf } from "../../engine/language/backends/javascript/source/language.ts";
import { followChoices } from "./form/choosing.ts";
import { followDays } from "./form/days.ts";
import { draw, tellParked } from "./form/drawing.ts";
import { followDrafts } from "./form/drafts.ts";
import { judgeOf, type Judgement } from "./form/judging.ts";
import { followLines, numberLines } from "./form/lines.ts";
import { followServer, refresh } from "./form/merging.ts";
import { each, fieldOf, followComposition, form, goTo, slots, whenComposed } from "./form/page.ts";
import { readForm } from "./form/reading.ts";
import { followSubmit } from "./form/sending.ts";
import type { Found, Sent, Values } from "./form/sent.ts";
import { followSections } from "./form/sections.ts";
import { followSeeking } from "./form/seeking.ts";
import { anchorOf, fieldOfPath, isTried, setTried, summarize, tellField, tellMissing, toldOf } from "./form/telling.ts";

const SOON_MS = 60;
const REQUIRED = "FORM-002";

class Live {
  readonly #sent: Sent;
  readonly #judge;
  readonly #zone;
  readonly #tokens = new Map<string, readonly string[]>();
  /** Fields that somebody changed, and those that were left since. */
  readonly #changed = new Set<string>();
  readonly #left = new Set<string>();
  #timer = 0;

  constructor(sent: Sent) {
    this.#sent = sent;
    this.#judge = judgeOf(sent);
    this.#zone = zoneOf(sent.world.zone);
  }

  #judged(): { judgement: Judgement; open: ReadonlySet<string>; values: Values } {
    const { values, open } = readForm(this.#sent, this.#zone, this.#tokens);
    const shown = slots(form!).filter((slot) => slot.querySelector(":scope > *"));
    const seen = Object.fromEntries(shown.map((slot) => [slot.dataset["field"]!, !slot.hidden]));
    return { judgement: this.#judge.judge(values, seen), open, values };
  }

  /** Bring the page to where the form stands. */
  update(): void {
    clearTimeout(this.#timer);
    const { judgement, open, values } = this.#judged();
    const { asks } = draw(this.#sent, judgement, this.#tokens);
    tellParked(this.#sent, judgement);
    const found = this.#known(judgement.ahead.found, open);
    this.#tell(judgement, found);
    // A text that names no record yet is nothing that is wrong, but the field waits for its record.
    tellMissing(this.#shownOnly(judgement.ahead.found, judgement), blankGroups(values), this.#sent);
    if (asks) refresh();
  }

  updateSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => whenComposed(() => this.update()), SOON_MS);
  }

  changed(key: string): void {
    this.#changed.add(key);
    if (this.#sent.asks.includes(key) || !this.#sent.fields.some((field) => field.key === key) || isTried()) refresh();
  }

  left(key: string): void {
    if (this.#changed.has(key)) this.#left.add(key);
  }

  /** Show everything that is wrong before the form goes; returns it as one text, empty where nothing is. */
  check(act: string): string {
    const { judgement, open } = this.#judged();
    const stage = act === "save" ? judgement.now : judgement.ahead;
    const opening = form!.dataset["opening"] ?? "";
    // A draft goes as it is, and what another transition needs the server knows.
    if (act === "save" ? opening : act.startsWith("transition:") && act !== `transition:${opening}`) return "";
    const found = this.#shownOnly(this.#known(stage.found, open), judgement);
    if (!found.length) return "";
    if (act !== "save") setTried();
    this.#tellAll(found);
    summarize(found, this.#tokens);
    goTo(anchorOf(found[0]!.path, this.#tokens));
    // What only the server can tell comes into the same list.
    if (act !== "save") refresh();
    return JSON.stringify(found);
  }

  #known(found: readonly Found[], open: ReadonlySet<string>): readonly Found[] {
    return found.filter(({ path }) => !open.has(fieldOfPath(path)) && !open.has(path.split(".").at(-1)!));
  }

  #shownOnly(found: readonly Found[], { standings }: Judgement): readonly Found[] {
    return found
      .filter(({ path }) => standings[fieldOfPath(path)]?.visible && this.#place(path) >= 0)
      .sort((a, b) => this.#place(a.path) - this.#place(b.path));
  }

  #place(path: string): number {
    return each<HTMLElement>(form!, "[data-field]").findIndex((slot) => slot.dataset["field"] === fieldOfPath(path));
  }

  #byControl(found: readonly Found[]): Map<string, Found[]> {
    const told = new Map<string, Found[]>();
    for (const one of found) {
      const id = anchorOf(one.path, this.#tokens);
      told.set(id, [...(told.get(id) ?? []), one]);
    }
    return told;
  }

  #tellAll(found: readonly Found[]): void {
    for (const [id, own] of this.#byControl(found)) tellField(id, own, false);
  }

  /** Beside each control what is wrong with it, once it was left; what was put right goes at once. */
  #tell(judgement: Judgement, found: readonly Found[]): void {
    const all = isTried();
    const now = this.#byControl(this.#shownOnly(found, judgement));
    for (const told of each<HTMLElement>(form!, ".problem[id$='-problem']")) {
      const id = told.id.slice(0, -"-problem".length);
      const key = id.split("-")[1] ?? "";
      const kept = (now.get(id) ?? []).filter(({ code }) => toldOf(id).includes(code));
      if (this.#changed.has(key) && kept.length !== toldOf(id).length) tellField(id, kept, true);
    }
    for (const [id, own] of now) {
      const key = id.split("-")[1] ?? "";
      const fit = own.filter(({ code, path }) => all || (this.#left.has(key) && (code !== REQUIRED || path === key)));
      if (fit.length && fit.some(({ code }) => !toldOf(id).includes(code))) tellField(id, fit, this.#changed.has(key));
    }
  }
}

/** The groups of which one field would do, and none is filled: a yes-or-no with yes. */
const blankGroups = (values: Values): string[][] =>
  each<HTMLElement>(form!, "[data-one-of]")
    .map((group) => slots(group).map((slot) => slot.dataset["field"]!))
    .filter((keys) => keys.every((key) => [undefined, null, false, ""].includes(values[key] as null)));

const sentWith = (): Sent | null => {
  const source = document.getElementById("form-trees");
  return source ? (JSON.parse(source.textContent!) as Sent) : null;
};

const isSent = (name: string): boolean => name !== "" && !name.endsWith("._text");

const followControls = (live: Live | null): void => {
  // A control that is drawn anew while somebody types in it says nothing of a change when it is left.
  const typed = new Set<string>();
  form!.addEventListener("input", (event) => {
    const { name = "" } = event.target as HTMLInputElement;
    if (isSent(name)) typed.add(fieldOf(name));
    live?.updateSoon();
  });
  form!.addEventListener("change", (event) => {
    const { name } = event.target as HTMLInputElement;
    if (!isSent(name ?? "")) return;
    if (!live) return refresh();
    typed.delete(fieldOf(name));
    live.changed(fieldOf(name));
    live.updateSoon();
  });
  form!.addEventListener("focusout", (event) => {
    const slot = (event.target as Element).closest<HTMLElement>("[data-field]");
    if (!slot || slot.contains(event.relatedTarget as Node | null)) return;
    if (typed.delete(slot.dataset["field"]!)) live?.changed(slot.dataset["field"]!);
    live?.left(slot.dataset["field"]!);
    live?.updateSoon();
  });
  form!.addEventListener("keydown", (event) => {
    // Enter in a box confirms the box; only a button submits.
    if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLInputElement)) return;
    if (!event.defaultPrevented) event.target.dispatchEvent(new Event("change", { bubbles: true }));
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLElement>(".summary a[href^='#'], #form-missing");
    const id = link && (link.dataset["first"] ?? link.getAttribute("href")?.slice(1));
    if (!id) return;
    event.preventDefault();
    goTo(id);
  });
};

const start = (): void => {
  const sent = sentWith();
  const live = sent ? new Live(sent) : null;
  followComposition();
  followChoices();
  followServer(() => live?.update());
  followControls(live);
  followLines((key) => {
    if (live) live.changed(key);
    else refresh();
    live?.updateSoon();
  });
  followDays();
  followSeeking();
  followSections();
  followSubmit((act) => live?.check(act) ?? "");
  followDrafts(() => {
    numberLines();
    live?.update();
  });
  live?.update();
  // From here on lists open over the edges of their sections; until then what is out of sight is not laid out.
  form!.dataset["followed"] = "";
};

if (form) start();
