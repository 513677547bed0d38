// Signatures: strokes on a canvas, smoothed between the points, taken back one by one, packed as PNG.
import { open, tell, within } from "./dialog.ts";
import type { Field } from "./field.ts";
import { packed } from "./picture.ts";
import { type Stroke, drawAll, follow, picture } from "../parts/pad.ts";
import { begin } from "./sending.ts";
import { word } from "./words.ts";

/** Open the pad for a field; what is signed takes the place of what was there. */
export function openPad(field: Field): void {
  const strokes: Stroke[] = [];
  const dialog = open("signature", () => removeEventListener("resize", fit));
  const canvas = within<HTMLCanvasElement>(dialog, "pad");
  const draw = (): void => drawAll(canvas, strokes);
  const fit = (): void => {
    const sharp = Math.min(3, devicePixelRatio || 1);
    canvas.width = Math.round(canvas.clientWidth * sharp);
    canvas.height = Math.round(canvas.clientHeight * sharp);
    draw();
  };
  addEventListener("resize", fit);
  fit();
  tell(dialog, "");
  follow(canvas, strokes, draw);
  within(dialog, "undo").onclick = () => {
    strokes.pop();
    draw();
  };
  within(dialog, "clear").onclick = () => {
    strokes.length = 0;
    draw();
  };
  within(dialog, "take").onclick = () => {
    if (!strokes.length) tell(dialog, word("sign_first"));
    else void keep(field, canvas, strokes, dialog);
  };
}

async function keep(
  field: Field,
  canvas: HTMLCanvasElement,
  strokes: readonly Stroke[],
  dialog: HTMLDialogElement,
): Promise<void> {
  const blob = await packed(picture(canvas, strokes), "image/png");
  dialog.close();
  await begin(field, blob, "signature.png", null);
}
