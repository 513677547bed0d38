// Codes: read by the camera where there is one, typed everywhere; the check digit of an EAN is verified in both ways.
import { REAR, mendOf, open, release, stream, tell, within } from "./dialog.ts";
import { type CodeReader, readerOf } from "./codes.ts";
import { type Field, say } from "./field.ts";
import { word } from "./words.ts";

const LOOK_EVERY_MS = 120;

export const canScan = (): boolean => Boolean(isSecureContext && navigator.mediaDevices);

/** Tell whether the last digit of an EAN is the one that the others ask for. */
export function eanHolds(code: string): boolean {
  if (!/^(\d{8}|\d{13})$/.test(code)) return false;
  const digits = [...code].map(Number).reverse();
  const sum = digits.reduce((total, digit, place) => total + digit * (place % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

/** Why a code does not do for the field; empty where it does. */
export function wrongCode(field: Field, code: string): string {
  const kind = String(field.limits["codes"] ?? "any");
  if (!code || kind !== "ean") return "";
  if (!/^\d+$/.test(code) || ![8, 13].includes(code.length)) return word("ean_form");
  return eanHolds(code) ? "" : word("ean_wrong");
}

/** Judge what stands in the box. */
export function judge(field: Field): void {
  const box = boxOf(field);
  const told = wrongCode(field, box.value.trim());
  say(field, told);
}

const boxOf = (field: Field): HTMLInputElement => field.root.querySelector<HTMLInputElement>("input[data-code]")!;

/** Open the camera and take the first code that does. */
export async function openScanner(field: Field): Promise<void> {
  let source: MediaStream | null = null;
  let reader: CodeReader | null = null;
  let closed = false;
  const dialog = open("scanner", () => {
    closed = true;
    release(source);
    reader?.close();
  });
  const video = within<HTMLVideoElement>(dialog, "video");
  const start = async (): Promise<void> => {
    tell(dialog, "");
    const given = await stream(REAR);
    if (typeof given === "string") {
      tell(
        dialog,
        word(given),
        mendOf(given, () => void start()),
      );
      return;
    }
    source = given;
    video.srcObject = given;
    await video.play().catch(() => undefined);
    reader ??= await readerOf(String(field.limits["codes"] ?? "any"));
    if (closed) {
      release(source);
      reader.close();
      return;
    }
    const code = await firstCode(field, video, reader, () => closed).catch(() => null);
    if (code === null && !closed) tell(dialog, word("no_reader"));
    if (!code) return;
    dialog.addEventListener("close", () => put(field, code), { once: true });
    dialog.close();
  };
  await start();
}

/** Look until a code is seen that does; empty where the camera was closed before. */
async function firstCode(
  field: Field,
  video: HTMLVideoElement,
  reader: CodeReader,
  closed: () => boolean,
): Promise<string> {
  while (!closed()) {
    const found = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? await reader.read(video) : [];
    const code = found.map((one) => one.trim()).find((one) => one && !wrongCode(field, one));
    if (code) return code;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return "";
}

function put(field: Field, code: string): void {
  const box = boxOf(field);
  box.value = code;
  say(field, "");
  box.focus();
  navigator.vibrate?.(60);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.dispatchEvent(new Event("change", { bubbles: true }));
  if (box.form?.dataset["onCode"] !== undefined) box.form.requestSubmit();
}
