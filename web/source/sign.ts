// The page of a signer: a signature drawn by finger, pen or mouse, or a name typed in its stead.
import { type Stroke, drawAll, follow, picture } from "./parts/pad.ts";

const form = document.querySelector<HTMLFormElement>("#sign-form");
if (form) {
  const box = form.querySelector<HTMLElement>("[data-pad]")!;
  const canvas = box.querySelector("canvas")!;
  const typing = form.querySelector<HTMLElement>("[data-typed]")!;
  const typed = typing.querySelector("input")!;
  const drawn = form.querySelector<HTMLInputElement>("[name=drawn]")!;
  const missing = form.querySelector<HTMLElement>("[data-missing]")!;
  const button = form.querySelector<HTMLButtonElement>("button.primary")!;
  const strokes: Stroke[] = [];
  const draw = (): void => drawAll(canvas, strokes);

  const fit = (): void => {
    const sharp = Math.min(3, devicePixelRatio || 1);
    canvas.width = Math.round(canvas.clientWidth * sharp);
    canvas.height = Math.round(canvas.clientHeight * sharp);
    draw();
  };
  const choose = (drawing: boolean): void => {
    box.hidden = !drawing;
    typing.hidden = drawing;
    if (drawing) {
      typed.value = "";
      fit();
    } else typed.focus();
  };

  form.querySelector<HTMLElement>("[data-draw]")!.hidden = false;
  box.hidden = false;
  typing.hidden = true;
  fit();
  if (typed.value) choose(false);
  follow(canvas, strokes, draw);
  addEventListener("resize", fit);
  box.querySelector<HTMLElement>("[data-clear]")!.onclick = () => {
    strokes.length = 0;
    draw();
  };
  box.querySelector<HTMLElement>("[data-type]")!.onclick = () => choose(false);
  typing.querySelector<HTMLElement>("[data-draw]")!.onclick = () => choose(true);

  form.addEventListener("submit", (event) => {
    const drawing = !box.hidden;
    const there = drawing ? strokes.length > 0 : typed.value.trim() !== "";
    missing.hidden = there;
    if (!there) {
      event.preventDefault();
      missing.scrollIntoView({ block: "center" });
      return;
    }
    drawn.value = drawing ? picture(canvas, strokes).toDataURL("image/png") : "";
    // A second tap while the first is on its way changes nothing.
    button.disabled = true;
  });
  addEventListener("pageshow", () => (button.disabled = false));
}

// The document opens beside this page; when one comes back, the page says that it was opened.
const opens = document.querySelector<HTMLAnchorElement>("#open-document");
opens?.addEventListener("click", () => opens.classList.remove("primary"));
