// A picture out of a camera: drawn to a canvas, marked for the eye with who, when and where, and packed as JPEG.

const LONGEST = 1600;
const QUALITY = 0.86;

/** The frame that a camera shows now, with the lines of the mark, as a JPEG of about 1600 pixels. */
export async function pictureOf(video: HTMLVideoElement, lines: readonly string[]): Promise<Blob> {
  const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const pen = canvas.getContext("2d")!;
  pen.drawImage(video, 0, 0, canvas.width, canvas.height);
  mark(pen, lines);
  return packed(canvas, "image/jpeg", QUALITY);
}

/** Write the lines along the lower edge, light on a dark band, so that they can be read on any picture. */
function mark(pen: CanvasRenderingContext2D, lines: readonly string[]): void {
  const { width, height } = pen.canvas;
  const size = Math.max(14, Math.round(Math.min(width, height) / 28));
  const step = Math.round(size * 1.5);
  const pad = Math.round(size * 0.8);
  const band = step * lines.length + pad * 2;
  const shade = pen.createLinearGradient(0, height - band * 1.4, 0, height);
  shade.addColorStop(0, "rgb(0 0 0 / 0%)");
  shade.addColorStop(0.35, "rgb(0 0 0 / 55%)");
  shade.addColorStop(1, "rgb(0 0 0 / 70%)");
  pen.fillStyle = shade;
  pen.fillRect(0, height - band * 1.4, width, band * 1.4);
  pen.font = `600 ${size}px ${getComputedStyle(document.body).fontFamily}`;
  pen.textBaseline = "top";
  pen.fillStyle = "#fff";
  lines.forEach((line, number) => {
    pen.fillText(line, pad, height - band + pad + step * number, width - pad * 2);
  });
}

/** What a canvas shows, as a file. */
export function packed(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), type, quality);
  });
}
