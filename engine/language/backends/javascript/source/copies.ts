/** The copies of `shapes.ts` that the build makes; from the sources there is one. */

import * as shapes from "./shapes.ts";

export type Shapes = typeof shapes;
export const COPIES: readonly Shapes[] = [shapes];
