// Dialogs over the form: opened once each from the page's templates, closed by button, by Escape and by the phone's back.
import { openDialog } from "../parts/dialogs.ts";
import { part } from "./field.ts";
import { word } from "./words.ts";

const opened = new Map<string, HTMLDialogElement>();

/** Open the dialog of that name; `closed` is called when it is left, in whatever way. */
export function open(name: string, closed: () => void): HTMLDialogElement {
  const dialog = opened.get(name) ?? part<HTMLDialogElement>(name);
  opened.set(name, dialog);
  within(dialog, "close").onclick = (): void => dialog.close();
  openDialog(dialog, name, closed);
  return dialog;
}

/** The part of a dialog that is marked so. */
export function within<T extends HTMLElement>(dialog: HTMLElement, mark: string): T {
  return dialog.querySelector<T>(`[data-${mark}]`)!;
}

/** Show one sentence in a dialog, with what mends it. */
export function tell(dialog: HTMLElement, sentence: string, mend?: { label: string; act: () => void }): void {
  const line = within(dialog, "say");
  line.hidden = !sentence;
  within(dialog, "sentence").textContent = sentence;
  const button = within<HTMLButtonElement>(dialog, "mend");
  button.hidden = !mend;
  button.textContent = mend?.label ?? "";
  button.onclick = mend?.act ?? null;
}

/** What mends a missing device: asking again, or for an insecure page the one that says how it becomes secure. */
export function mendOf(reason: string, again: () => void): { label: string; act: () => void } {
  const insecure = reason.endsWith("insecure");
  return insecure
    ? { label: word("how"), act: () => void window.open("/secure", "_blank", "noopener") }
    : { label: word("again"), act: again };
}

/** Ask for a camera or a microphone; a refusal comes back as the key of its sentence. */
export async function stream(wanted: MediaStreamConstraints): Promise<MediaStream | string> {
  const kind = wanted.video ? "camera" : "microphone";
  if (!isSecureContext || !navigator.mediaDevices) return `${kind}_insecure`;
  try {
    return await navigator.mediaDevices.getUserMedia(wanted);
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") return `${kind}_denied`;
    return name === "NotReadableError" ? `${kind}_busy` : `${kind}_none`;
  }
}

export const REAR: MediaStreamConstraints = {
  video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1440 } },
  audio: false,
};

/** Let go of a camera or a microphone. */
export function release(source: MediaStream | null): void {
  for (const track of source?.getTracks() ?? []) track.stop();
}
