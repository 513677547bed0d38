// Voice notes: recorded up to a minute with the level shown, heard before they are sent, written down where the browser can.
import { mendOf, release, stream } from "./dialog.ts";
import { type Entry, type Field, type Value, fileOf, limit, read, readList, say, several, write } from "./field.ts";
import { begin, settle } from "./sending.ts";
import { clock, word } from "./words.ts";

const LONGEST = 60;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

interface Recording {
  readonly recorder: MediaRecorder;
  readonly source: MediaStream;
  readonly began: number;
  readonly writer: Writer | null;
  readonly stopLevel: () => void;
  heard: string;
}
interface Writer {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult: ((event: { results: ArrayLike<ArrayLike<{ transcript: string }>> }) => void) | null;
  onerror: (() => void) | null;
  start(): void;
  stop(): void;
}

const running = new Map<string, Recording>();

export const recording = (field: Field): boolean => running.has(field.name);

/** Begin to record, or end what is being recorded. */
export async function record(field: Field): Promise<void> {
  const now = running.get(field.name);
  if (now) {
    now.recorder.stop();
    return;
  }
  say(field, "");
  const source = await stream({ audio: true });
  if (typeof source === "string") {
    say(
      field,
      word(source),
      mendOf(source, () => void record(field)),
    );
    return;
  }
  start(field, source);
}

function start(field: Field, source: MediaStream): void {
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
  const recorder = new MediaRecorder(source, mimeType ? { mimeType } : {});
  const parts: Blob[] = [];
  const made: Recording = {
    recorder,
    source,
    began: performance.now(),
    writer: writer(),
    stopLevel: level(field, source),
    heard: "",
  };
  running.set(field.name, made);
  recorder.ondataavailable = (event) => event.data.size && parts.push(event.data);
  recorder.onstop = () => finish(field, made, new Blob(parts, { type: recorder.mimeType.split(";")[0] ?? "" }));
  if (made.writer) {
    made.writer.onresult = ({ results }) => {
      made.heard = Array.from(results, (result) => result[0]?.transcript ?? "").join("");
    };
    made.writer.onerror = () => undefined;
    made.writer.start();
  }
  recorder.start(1000);
  field.stop = () => recorder.stop();
  field.draw();
  tick(field, made);
}

/** Count the seconds; a minute is enough. */
function tick(field: Field, made: Recording): void {
  if (running.get(field.name) !== made) return;
  const seconds = (performance.now() - made.began) / 1000;
  const longest = limit(field, "max_seconds", LONGEST);
  const shown = field.root.querySelector<HTMLElement>("[data-clock]");
  if (shown) shown.textContent = `${clock(seconds)} / ${clock(longest)}`;
  if (seconds >= longest && made.recorder.state === "recording") made.recorder.stop();
  setTimeout(() => tick(field, made), 200);
}

function finish(field: Field, made: Recording, blob: Blob): void {
  const seconds = Math.max(1, Math.round((performance.now() - made.began) / 1000));
  running.delete(field.name);
  field.stop = null;
  made.stopLevel();
  made.writer?.stop();
  release(made.source);
  const least = limit(field, "min_seconds", 0);
  if (seconds < least) {
    say(field, word("too_short", { least, seconds }), { label: word("record_again"), act: () => void record(field) });
    field.draw();
    settle();
    return;
  }
  const kind = blob.type.includes("mp4") ? "m4a" : blob.type.includes("ogg") ? "ogg" : "webm";
  const facts = { seconds, transcript: made.heard || null, transcript_source: made.heard ? "asr" : null };
  void begin(field, blob, `voice.${kind}`, facts);
}

/** Show how loud it is; return what ends that. */
function level(field: Field, source: MediaStream): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(source).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getByteTimeDomainData(samples);
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample - 128)), 0);
    const meter = field.root.querySelector<HTMLMeterElement>("[data-level]");
    if (meter) meter.value = Math.min(1, loudest / 90);
  }, 80);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** The browser's own speech recognition, where it has one. */
function writer(): Writer | null {
  const known = globalThis as { SpeechRecognition?: new () => Writer; webkitSpeechRecognition?: new () => Writer };
  const Made = known.SpeechRecognition ?? known.webkitSpeechRecognition;
  if (!Made) return null;
  const made = new Made();
  made.lang = document.documentElement.lang === "en" ? "en-US" : "zh-CN";
  made.continuous = true;
  made.interimResults = false;
  return made;
}

/** Put down what was said in one of the field's notes as it was typed. */
export function writeDown(field: Field, file: string, text: string): void {
  const put = (entry: Value): Value =>
    fileOf(entry) === file
      ? { ...(entry as Entry), transcript: text || null, transcript_source: text ? "manual" : null }
      : entry;
  write(field, several(field) ? readList(field).map(put) : put(read(field)));
}
