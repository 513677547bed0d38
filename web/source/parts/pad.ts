// Strokes on a canvas, by pens, fingers and mice, smoothed between the points; and what they make as a picture.

interface Point {
  readonly x: number;
  readonly y: number;
}
export type Stroke = Point[];

const INK = "#10233f";
const WIDTH = 2.6;
const MARGIN = 16;

/** What was written, without the empty paper around it. */
export function picture(canvas: HTMLCanvasElement, strokes: readonly Stroke[]): HTMLCanvasElement {
  const points = strokes.flat();
  const margin = MARGIN * (canvas.width / Math.max(1, canvas.clientWidth));
  const edge = (of: "x" | "y", size: number): [number, number] => {
    const places = points.map((point) => point[of] * size);
    const first = Math.max(0, Math.floor(Math.min(...places) - margin));
    return [first, Math.min(size, Math.ceil(Math.max(...places) + margin)) - first];
  };
  const [left, width] = edge("x", canvas.width);
  const [top, height] = edge("y", canvas.height);
  const paper = document.createElement("canvas");
  paper.width = Math.max(1, width);
  paper.height = Math.max(1, height);
  paper.getContext("2d")!.drawImage(canvas, -left, -top);
  return paper;
}

/** Follow pens, fingers and mice; only the first of several fingers writes. */
export function follow(canvas: HTMLCanvasElement, strokes: Stroke[], draw: () => void): void {
  let writing: number | null = null;
  const point = (event: PointerEvent): Point => {
    const box = canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  canvas.onpointerdown = (event) => {
    if (writing !== null || event.button !== 0) return;
    writing = event.pointerId;
    canvas.setPointerCapture(writing);
    strokes.push([point(event)]);
    draw();
  };
  canvas.onpointermove = (event) => {
    if (event.pointerId !== writing) return;
    const between = event.getCoalescedEvents?.() ?? [];
    strokes.at(-1)?.push(...(between.length ? between : [event]).map(point));
    draw();
  };
  canvas.onpointerup = canvas.onpointercancel = (event) => {
    if (event.pointerId === writing) writing = null;
  };
}

export function drawAll(canvas: HTMLCanvasElement, strokes: readonly Stroke[]): void {
  const pen = canvas.getContext("2d")!;
  const sharp = canvas.width / Math.max(1, canvas.clientWidth);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = pen.fillStyle = INK;
  pen.lineWidth = WIDTH * sharp;
  pen.lineCap = pen.lineJoin = "round";
  for (const stroke of strokes) drawStroke(pen, stroke);
}

/** Draw a stroke as curves through the middles of its points, so that it has no corners; a tap is a dot. */
function drawStroke(pen: CanvasRenderingContext2D, stroke: Stroke): void {
  const at = (point: Point): [number, number] => [point.x * pen.canvas.width, point.y * pen.canvas.height];
  const [first, ...rest] = stroke;
  if (!first) return;
  pen.beginPath();
  if (!rest.length) {
    pen.arc(...at(first), pen.lineWidth * 0.7, 0, Math.PI * 2);
    pen.fill();
    return;
  }
  pen.moveTo(...at(first));
  rest.forEach((point, number) => {
    const next = rest[number + 1] ?? point;
    pen.quadraticCurveTo(...at(point), ...at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 }));
  });
  pen.stroke();
}
