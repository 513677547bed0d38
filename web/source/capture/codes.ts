// Readers of codes: the browser's own where it has one that knows the kinds, else ours in a worker, fetched when wanted.
import { fact } from "./words.ts";

export interface CodeReader {
  /** The codes that a camera shows now; it fails where the reader itself could not be had. */
  read(video: HTMLVideoElement): Promise<string[]>;
  close(): void;
}

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface DetectorKind {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** The kinds by what a field asks for: as the browser names them, and as our reader does. */
const KINDS: Record<string, readonly (readonly [string, string])[]> = {
  ean: [
    ["ean_13", "EAN13"],
    ["ean_8", "EAN8"],
  ],
  qr: [["qr_code", "QRCode"]],
  any: [
    ["ean_13", "EAN13"],
    ["ean_8", "EAN8"],
    ["upc_a", "UPCA"],
    ["code_128", "Code128"],
    ["code_39", "Code39"],
    ["qr_code", "QRCode"],
    ["data_matrix", "DataMatrix"],
  ],
};
const WIDEST = 1280;

/** A reader of the codes that a field takes; it is closed when the camera is. */
export async function readerOf(codes: string): Promise<CodeReader> {
  const kinds = KINDS[codes] ?? KINDS["any"]!;
  const own = (globalThis as { BarcodeDetector?: DetectorKind }).BarcodeDetector;
  const known = own ? await own.getSupportedFormats() : [];
  if (own && kinds.every(([kind]) => known.includes(kind))) {
    const detector = new own({ formats: kinds.map(([kind]) => kind) });
    return {
      read: async (video) => (await detector.detect(video)).map((one) => one.rawValue),
      close: () => undefined,
    };
  }
  return workerReader(kinds.map(([, kind]) => kind));
}

function workerReader(formats: string[]): CodeReader {
  const worker = new Worker(fact("decoder"));
  worker.postMessage({ reader: fact("reader") });
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true })!;
  const picture = (video: HTMLVideoElement): ImageData => {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    return pen.getImageData(0, 0, canvas.width, canvas.height);
  };
  return {
    read: (video) =>
      new Promise((resolve, reject) => {
        const shown = picture(video);
        worker.onerror = () => reject(new Error("no reader"));
        worker.onmessage = ({ data }: MessageEvent<{ codes: string[] | null }>) => {
          if (data.codes) resolve(data.codes);
          else reject(new Error("no reader"));
        };
        worker.postMessage({ picture: shown, formats }, [shown.data.buffer]);
      }),
    close: () => worker.terminate(),
  };
}
