// Codes: read by the camera where the browser can, typed everywhere; the check digit of an EAN is verified in both ways.
import { REAR, mendOf, open, release, stream, tell, within } from "./dialog.ts";
import { type Field, say } from "./field.ts";
import { word } from "./words.ts";

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type MakeDetector = new (options: { formats: string[] }) => Detector;

const LOOK_EVERY_MS = 150;
const FORMATS: Record<string, string[]> = { ean: ["ean_13", "ean_8"], qr: ["qr_code"] };
const ANY = ["ean_13", "ean_8", "upc_a", "code_128", "code_39", "qr_code", "data_matrix"];

/** The browser's reader of codes, where it has one. */
export const detector = (): MakeDetector | undefined =>
  (globalThis as { BarcodeDetector?: MakeDetector }).BarcodeDetector;

export const canScan = (): boolean => Boolean(detector() && isSecureContext && navigator.mediaDevices);

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
  const Made = detector();
  if (!Made) return;
  let source: MediaStream | null = null;
  let closed = false;
  const dialog = open("scanner", () => {
    closed = true;
    release(source);
  });
  const video = within<HTMLVideoElement>(dialog, "video");
  const reader = new Made({ formats: FORMATS[String(field.limits["codes"])] ?? ANY });
  const look = async (): Promise<void> => {
    if (closed) return;
    const found = video.readyState >= 2 ? await reader.detect(video) : [];
    const code = found.map((one) => one.rawValue.trim()).find((one) => one && !wrongCode(field, one));
    if (code) {
      dialog.close();
      put(field, code);
    } else setTimeout(() => void look(), LOOK_EVERY_MS);
  };
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
    if (closed) release(source);
    video.srcObject = given;
    await video.play().catch(() => undefined);
    await look();
  };
  await start();
}

function put(field: Field, code: string): void {
  const box = boxOf(field);
  box.value = code;
  say(field, "");
  navigator.vibrate?.(60);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.dispatchEvent(new Event("change", { bubbles: true }));
}
