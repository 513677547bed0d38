// Capture tokens: a pool kept on this device for one user, filled ahead, so that a photo never waits for the server.
import { csrf, offline, refusal } from "./sending.ts";
import { fact } from "./words.ts";

interface Token {
  readonly token: string;
  readonly capture_until: string;
}
interface Pool {
  user: string;
  /** Milliseconds by which the server's clock is ahead of this one. */
  ahead: number;
  tokens: Token[];
}

const KEPT = "youju.capture";
const DEVICE = "youju.device";
const FULL = 20;
const LOW = 6;

function pool(): Pool {
  const blank: Pool = { user: fact("user"), ahead: 0, tokens: [] };
  try {
    const kept: Pool = JSON.parse(localStorage.getItem(KEPT) ?? "null") ?? blank;
    if (kept.user !== blank.user) return blank;
    const now = Date.now() + kept.ahead;
    return { ...kept, tokens: kept.tokens.filter((token) => Date.parse(token.capture_until) > now) };
  } catch {
    return blank;
  }
}

const keep = (made: Pool): void => localStorage.setItem(KEPT, JSON.stringify(made));

/** The time by the server's clock, as well as this device knows it. */
export const serverNow = (): Date => new Date(Date.now() + pool().ahead);

/** A name of this browser that stays the same; it says nothing of the person or the device. */
export function device(): string {
  const kept = localStorage.getItem(DEVICE) ?? randomName();
  localStorage.setItem(DEVICE, kept);
  return kept;
}

function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

let filling: Promise<void> | null = null;

/** Fill the pool where it runs low. */
export function fill(): Promise<void> {
  const missing = FULL - pool().tokens.length;
  if (missing <= FULL - LOW) return Promise.resolve();
  filling ??= fetchTokens(missing).finally(() => (filling = null));
  return filling;
}

async function fetchTokens(count: number): Promise<void> {
  const began = Date.now();
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf() };
  const answer = await fetch("/api/v1/capture-tokens", {
    method: "POST",
    headers,
    body: JSON.stringify({ count, device_id: device() }),
  }).catch(() => {
    throw offline();
  });
  if (!answer.ok) throw refusal(answer.status, await answer.text());
  const given: { tokens: Token[] } = await answer.json();
  const now = Date.parse(answer.headers.get("Date") ?? "");
  const half = (Date.now() - began) / 2;
  const ahead = Number.isNaN(now) ? 0 : now + half - Date.now();
  const kept = pool();
  // The header tells whole seconds: less than that is no difference.
  keep({ user: kept.user, ahead: Math.abs(ahead) < 2000 ? 0 : ahead, tokens: [...kept.tokens, ...given.tokens] });
}

/** How many photos can be taken without the server. */
export const left = (): number => pool().tokens.length;

/** Take a token out of the pool for a photo that is taken now. */
export async function take(): Promise<string> {
  if (!pool().tokens.length) await fill();
  const kept = pool();
  const [first, ...rest] = kept.tokens;
  if (!first) throw offline();
  keep({ ...kept, tokens: rest });
  return first.token;
}
