/** Arithmetic on whole scaled numbers; both operands are Numbers, or both are BigInts. Nothing here knows rows. */

type Whole = number & bigint;

const size = (x: Whole): Whole => (x < 0 ? -x : x) as Whole;
const signed = (negative: boolean, x: Whole): Whole => (negative ? -x : x) as Whole;
/** The whole quotient of two numbers that are not negative. */
const over = (x: Whole, y: Whole): Whole => (typeof x === "bigint" ? x / y : Math.floor(x / y)) as Whole;
const halfAway = (x: Whole, y: Whole): Whole => {
  const [a, b] = [size(x), size(y)];
  return signed(x < 0 !== y < 0, over((a + a + b) as Whole, (b + b) as Whole));
};

const DECIMAL = /^(-?)([0-9]{1,15})(?:\.([0-9]{1,100}))?$/;

export const add = (x: Whole, y: Whole): Whole => (x + y) as Whole;
export const negate = (x: Whole): Whole => -x as Whole;
export const multiply = (x: Whole, y: Whole): Whole => (x * y) as Whole;
export const absolute = size;
export const divide = (x: Whole, y: Whole): Whole | null => (y ? halfAway(x, y) : null);
export const modulo = (x: Whole, y: Whole): Whole | null => {
  if (!y) return null;
  const rest = (x % y) as Whole;
  return rest && rest < 0 !== y < 0 ? ((rest + y) as Whole) : rest;
};
export const floorDivide = (x: Whole, y: Whole): Whole | null =>
  y ? (((x - (modulo(x, y) as Whole)) / y) as Whole) : null;
export const round = (x: Whole, divisor: Whole, factor: Whole): Whole => (halfAway(x, divisor) * factor) as Whole;
export const roundDown = (x: Whole, divisor: Whole, factor: Whole): Whole =>
  signed(x < 0, (over(size(x), divisor) * factor) as Whole);
export const roundUp = (x: Whole, divisor: Whole, factor: Whole): Whole => {
  let whole = over(size(x), divisor);
  if (whole * divisor !== size(x)) whole++;
  return signed(x < 0, (whole * factor) as Whole);
};
/** The number that a text spells, a BigInt with six decimals. */
export const toNumber = (text: string): bigint | null => {
  const [found, sign, whole, decimals = ""] = DECIMAL.exec(text) ?? [];
  if (!found) return null;
  const long = BigInt(whole + decimals.padEnd(6, "0"));
  return signed(!!sign, halfAway(long as Whole, (10n ** BigInt(Math.max(decimals.length - 6, 0))) as Whole));
};
