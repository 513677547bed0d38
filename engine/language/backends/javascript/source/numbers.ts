/**
 * Exact arithmetic on whole scaled numbers: a Number as long as that is exact, else a BigInt, so that each number has
 * one form and `===` compares it. Nothing here knows rows.
 */

export type Whole = number | bigint;

const MOST = Number.MAX_SAFE_INTEGER;
const DECIMAL = /^(-?)([0-9]{1,15})(?:\.([0-9]{1,100}))?$/;

/** The one form of a number: a Number within 2^53, else a BigInt. */
export const exact = (x: bigint): Whole => (x <= MOST && x >= -MOST ? Number(x) : x);
export const power = (exponent: number): bigint => 10n ** BigInt(exponent);

const size = (x: bigint): bigint => (x < 0n ? -x : x);

// A sum or product that comes out within 2^53 was exact; beyond it is worked out once more.
export const add = (x: Whole, y: Whole): Whole => {
  if (typeof x === "number" && typeof y === "number") {
    const z = x + y;
    if (z <= MOST && z >= -MOST) return z;
  }
  return exact(BigInt(x) + BigInt(y));
};
export const subtract = (x: Whole, y: Whole): Whole => {
  if (typeof x === "number" && typeof y === "number") {
    const z = x - y;
    if (z <= MOST && z >= -MOST) return z;
  }
  return exact(BigInt(x) - BigInt(y));
};
export const multiply = (x: Whole, y: Whole): Whole => {
  if (typeof x === "number" && typeof y === "number") {
    const z = x * y;
    if (z <= MOST && z >= -MOST) return z;
  }
  return exact(BigInt(x) * BigInt(y));
};
export const negate = (x: Whole): Whole => -x;
export const absolute = (x: Whole): Whole => (x < 0 ? -x : x);

/** The quotient as a whole number, halves away from zero; the divisor is not 0. */
const halfAway = (x: Whole, y: Whole): Whole => {
  const negative = x < 0 !== y < 0;
  if (typeof x === "number" && typeof y === "number") {
    const [a, b] = [Math.abs(x), Math.abs(y)];
    // Below this bound the quotient of the Numbers has the whole part of the true one.
    if (2 * a + 3 * b <= MOST) {
      const whole = Math.floor((2 * a + b) / (2 * b));
      return negative ? -whole : whole;
    }
  }
  const [a, b] = [size(BigInt(x)), size(BigInt(y))];
  const whole = (2n * a + b) / (2n * b);
  return exact(negative ? -whole : whole);
};

export const divide = (x: Whole, y: Whole): Whole | null => (y ? halfAway(x, y) : null);
export const modulo = (x: Whole, y: Whole): Whole | null => {
  if (!y) return null;
  if (typeof x === "number" && typeof y === "number") {
    const rest = x % y;
    return rest && rest < 0 !== y < 0 ? rest + y : rest;
  }
  const rest = BigInt(x) % BigInt(y);
  return exact(rest && rest < 0n !== y < 0 ? rest + BigInt(y) : rest);
};
export const floorDivide = (x: Whole, y: Whole): Whole | null =>
  y ? exact((BigInt(x) - BigInt(modulo(x, y)!)) / BigInt(y)) : null;

/** Fewer decimals, by the power of ten that is cut off and the one that comes back. */
export const round = (x: Whole, divisor: Whole, factor: Whole): Whole => multiply(halfAway(x, divisor), factor);
export const roundDown = (x: Whole, divisor: Whole, factor: Whole): Whole =>
  exact((BigInt(x) / BigInt(divisor)) * BigInt(factor));
export const roundUp = (x: Whole, divisor: Whole, factor: Whole): Whole => {
  const d = BigInt(divisor);
  return exact(((BigInt(x) + (x < 0 ? 1n - d : d - 1n)) / d) * BigInt(factor));
};

/** The number that a text spells, with six decimals; blank unless it is a plain decimal. */
export const toNumber = (text: string): Whole | null => {
  const [found, sign, whole, decimals = ""] = DECIMAL.exec(text) ?? [];
  if (!found) return null;
  const number = halfAway(BigInt(whole + decimals.padEnd(6, "0")), power(Math.max(decimals.length - 6, 0)));
  return sign ? -number : number;
};
