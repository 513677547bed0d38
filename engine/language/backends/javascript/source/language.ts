/** The rule language inside a page or a Node process: trees from the server, values of the contract in and out. */

export { around, read, readRow, show, type Type, type Types, type World } from "./border.ts";
export { compile, type Compiled, type Json, type Tree } from "./compiling.ts";
export { Unknown, type Around, type Row, type Value } from "./values.ts";
export { workCalendar, type CalendarTable, type WorkCalendar } from "./workdays.ts";
export { zoneOf, type Zone, type ZoneTable } from "./zones.ts";
