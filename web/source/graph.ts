// Draws the states of a form and the ways between them. The table beside says the same; here one sees it at a glance,
// and where states may be changed, drawing from one to another fills in the form that adds a way.
import { Graph, layout } from "@dagrejs/dagre";

interface State {
  key: string;
  label: string;
  kind: string;
  note?: string;
  href?: string;
  begins?: boolean;
  faded?: boolean;
}
interface Way {
  from: string;
  to: string;
  label: string;
  href?: string;
}
interface Drawn {
  states: State[];
  ways: Way[];
}
interface Point {
  x: number;
  y: number;
}

const SVG = "http://www.w3.org/2000/svg";
const ANY = "*";
const LETTER = 8;
const WIDE = 14;
const STATE_HEIGHT = 40;
const NOTE_HEIGHT = 18;
const LABEL_HEIGHT = 20;
/** A pointer that moves less is a click. */
const FARTHEST = 6;
/** On a narrow page the graph is scrolled rather than made smaller than this. */
const LEAST = 0.7;

const LOOK = `
  svg { display: block; max-width: 100%; height: auto; margin-inline: auto; font: 14px/1 inherit; font-family: inherit; }
  rect { fill: var(--sheet); stroke: var(--edge); stroke-width: 1.25; }
  .draft rect { stroke-dasharray: 4 3; }
  .won rect { fill: var(--good-soft); stroke: var(--good); }
  .lost rect { fill: var(--bad-soft); stroke: var(--bad); }
  .held rect { fill: var(--warn-soft); stroke: var(--warn); }
  .begins rect { stroke-width: 2.5; }
  .faded { opacity: 0.55; }
  text { fill: var(--ink); text-anchor: middle; dominant-baseline: central; }
  .note { fill: var(--soft); font-size: 12px; }
  .way { fill: none; stroke: var(--edge); stroke-width: 1.5; }
  .way-name { fill: var(--soft); font-size: 12px; paint-order: stroke; stroke: var(--ground); stroke-width: 4px; }
  .back .way { stroke-width: 1; stroke-dasharray: 3 4; }
  .back .way-name { font-size: 11px; }
  .head { fill: var(--edge); }
  a:hover rect, a:focus rect { stroke: var(--accent); stroke-width: 2.5; }
  a:hover .way-name, a:focus .way-name { fill: var(--accent); text-decoration: underline; }
  a:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; border-radius: 4px; }
  a:focus-visible text { text-decoration: underline; }
  .a-way:focus-visible { outline: none; }
  .a-way:focus-visible .way { stroke: var(--ink); stroke-width: 4; }
  .a-way:focus-visible .way-name { fill: var(--ink); font-weight: 700; }
  .draws a { cursor: crosshair; }
  .line { stroke: var(--accent); stroke-width: 2; stroke-dasharray: 5 4; }
`;

const element = (
  name: string,
  attributes: Record<string, string | number>,
  ...inside: (Node | string)[]
): SVGElement => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...inside);
  return made;
};

const lengthOf = (words: string): number =>
  [...words].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 0x2e7f ? WIDE : LETTER), 0);

const linked = (inside: Node[], kind: string, href?: string): SVGElement =>
  href ? element("a", { href, class: kind }, ...inside) : element("g", { class: kind }, ...inside);

/** A smooth line through points: straight from the first, round at those between. */
const through = (points: Point[]): string => {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x},${first.y}`;
  rest.forEach((point, at) => {
    const next = rest[at + 1];
    path += next
      ? `Q${point.x},${point.y} ${(point.x + next.x) / 2},${(point.y + next.y) / 2}`
      : `L${point.x},${point.y}`;
  });
  return path;
};

const laidOut = (drawn: Drawn) => {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 28, edgesep: 16, ranksep: 34, marginx: 12, marginy: 12 });
  for (const state of drawn.states) {
    const width = Math.max(88, lengthOf(state.label) + 32, lengthOf(state.note ?? "") + 24);
    graph.setNode(state.key, { width, height: STATE_HEIGHT + (state.note ? NOTE_HEIGHT : 0) });
  }
  drawn.ways.forEach((way, at) => {
    if (!graph.hasNode(way.from) || !graph.hasNode(way.to)) return;
    graph.setEdge(
      way.from,
      way.to,
      { width: lengthOf(way.label) * 0.86 + 8, height: LABEL_HEIGHT, labelpos: "c" },
      String(at),
    );
  });
  layout(graph);
  return graph;
};

const drawing = (drawn: Drawn, name: string): SVGElement => {
  const graph = laidOut(drawn);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": name });
  const head = element("path", { d: "M0,0 L8,4 L0,8 z", class: "head" });
  // As large at a thick line as at a thin one: the line of a way that has the focus is thick.
  const own = { markerUnits: "userSpaceOnUse", markerWidth: 11, markerHeight: 11 };
  const sizes = { id: "head", viewBox: "0 0 8 8", refX: 8, refY: 4, orient: "auto", ...own };
  svg.append(element("defs", {}, element("marker", sizes, head)));
  svg.style.minWidth = `${Math.round(width * LEAST)}px`;
  const order = drawn.states.map((state) => state.key);
  drawn.ways.forEach((way, at) => {
    const edge = graph.edge({ v: way.from, w: way.to, name: String(at) }) as (Point & { points: Point[] }) | undefined;
    if (!edge) return;
    const line = element("path", { d: through(edge.points), class: "way", "marker-end": "url(#head)" });
    const words = element("text", { x: edge.x, y: edge.y, class: "way-name" }, way.label);
    const isBack = way.from !== ANY && order.indexOf(way.to) < order.indexOf(way.from);
    svg.append(linked([line, words], isBack ? "a-way back" : "a-way", way.href));
  });
  for (const state of drawn.states) {
    const at = graph.node(state.key) as Point & { width: number; height: number };
    const box = { x: at.x - at.width / 2, y: at.y - at.height / 2, width: at.width, height: at.height, rx: 10 };
    const inside: Node[] = [element("rect", box)];
    inside.push(element("text", { x: at.x, y: at.y - (state.note ? NOTE_HEIGHT / 2 : 0) }, state.label));
    if (state.note) inside.push(element("text", { x: at.x, y: at.y + NOTE_HEIGHT / 2 + 2, class: "note" }, state.note));
    const kind = `a-state ${state.kind}${state.begins ? " begins" : ""}${state.faded ? " faded" : ""}`;
    const made = linked(inside, kind, state.href);
    made.setAttribute("data-key", state.key);
    svg.append(made);
  }
  return svg;
};

const stateAt = (event: Event): string | undefined => {
  const over = event.composedPath().find((one) => one instanceof Element && one.hasAttribute("data-key"));
  return over instanceof Element ? (over.getAttribute("data-key") ?? undefined) : undefined;
};

/** Let a line be drawn from one state to another: the form that adds a way is filled with both, and waits for its name. */
const letDraw = (root: ShadowRoot): void => {
  let begun: { key: string; at: Point; line?: SVGElement | undefined } | undefined;
  const place = (event: PointerEvent): Point => {
    const svg = root.querySelector("svg") as SVGSVGElement;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()?.inverse());
    return { x, y };
  };
  root.addEventListener("pointerdown", (event) => {
    const key = stateAt(event);
    if (key && (event as PointerEvent).button === 0) begun = { key, at: place(event as PointerEvent) };
  });
  root.addEventListener("dragstart", (event) => event.preventDefault());
  root.addEventListener("pointermove", (event) => {
    if (!begun) return;
    const to = place(event as PointerEvent);
    if (!begun.line && Math.hypot(to.x - begun.at.x, to.y - begun.at.y) < FARTHEST) return;
    begun.line ??= root
      .querySelector("svg")
      ?.appendChild(element("line", { class: "line", x1: begun.at.x, y1: begun.at.y }));
    begun.line?.setAttribute("x2", String(to.x));
    begun.line?.setAttribute("y2", String(to.y));
    begun.line?.setAttribute("pointer-events", "none");
  });
  const end = (event: Event): void => {
    const from = begun;
    begun = undefined;
    if (!from?.line) return;
    from.line.remove();
    const over = root.elementFromPoint((event as PointerEvent).clientX, (event as PointerEvent).clientY);
    const to = over?.closest("[data-key]")?.getAttribute("data-key");
    if (to && to !== from.key) fillIn(from.key, to);
  };
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", () => {
    begun?.line?.remove();
    begun = undefined;
  });
};

const fillIn = (from: string, to: string): void => {
  const [origin, target, name] = ["new-from", "new-to", "new-move"].map((id) => document.getElementById(id));
  if (!(origin instanceof HTMLSelectElement && target instanceof HTMLSelectElement && name)) return;
  origin.value = from;
  target.value = to;
  name.scrollIntoView({ block: "center" });
  name.focus();
};

/** Where the graph is wider than the page, begin with what comes first. */
const lookAtBeginning = (figure: HTMLElement, root: ShadowRoot): void => {
  const first = root.querySelector(".begins")?.getBoundingClientRect();
  const frame = figure.getBoundingClientRect();
  if (first) figure.scrollLeft = first.left + first.width / 2 - frame.left - frame.width / 2;
};

const show = (figure: HTMLElement): void => {
  const fresh = !figure.shadowRoot;
  const root = figure.shadowRoot ?? figure.attachShadow({ mode: "open" });
  if (fresh) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(LOOK);
    root.adoptedStyleSheets = [sheet];
    if (figure.hasAttribute("data-draws")) letDraw(root);
  }
  const drawn = JSON.parse(figure.dataset["graph"] ?? "{}") as Drawn;
  root.replaceChildren(drawing(drawn, figure.getAttribute("aria-label") ?? ""));
  if (fresh) lookAtBeginning(figure, root);
};

const figures = document.querySelectorAll<HTMLElement>("[data-graph]");
figures.forEach((figure) => {
  show(figure);
  // The studio draws its page anew in place; what is drawn here follows what it says then.
  new MutationObserver(() => show(figure)).observe(figure, { attributeFilter: ["data-graph"] });
});
