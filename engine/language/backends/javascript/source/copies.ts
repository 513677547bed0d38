/** The copies of `shapes.ts` that the build makes; from the sources there is one. */

import { makeShapes } from "./shapes.ts";

export type Shapes = ReturnType<typeof makeShapes>;
export const COPIES: readonly Shapes[] = [makeShapes()];
