// Reads codes out of pictures, beside the page: a worker with the one policy under which WebAssembly may run.
/// <reference types="emscripten" />
import { type ReadInputBarcodeFormat, prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

/** What the page sends: once where the reader lies, then picture after picture. */
interface Asked {
  readonly reader?: string;
  readonly picture?: ImageData;
  readonly formats?: ReadInputBarcodeFormat[];
}

const worker = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Asked>) => void) | null;
  postMessage(message: { codes: string[] | null }): void;
};

async function read(picture: ImageData, formats: ReadInputBarcodeFormat[]): Promise<string[]> {
  const found = await readBarcodes(picture, { formats, tryHarder: true, maxNumberOfSymbols: 1 });
  return found.filter((one) => one.isValid).map((one) => one.text);
}

worker.onmessage = ({ data }) => {
  const { reader } = data;
  if (reader) prepareZXingModule({ overrides: { locateFile: () => reader } });
  if (!data.picture) return;
  // The reader itself may not come: then the page says so, and the code is typed.
  read(data.picture, data.formats ?? []).then(
    (codes) => worker.postMessage({ codes }),
    () => worker.postMessage({ codes: null }),
  );
};
