// Builds what pages load out of web/source and web/styles; `--out` names another folder than web/static.
import { build } from "esbuild";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const named = process.argv.indexOf("--out");
const outdir = named < 0 ? join(here, "static") : process.argv[named + 1];
const source = join(here, "source");

const shared = { bundle: true, minify: true, target: ["chrome120", "safari17", "firefox121"], charset: "utf8", outdir };

// Every file right in `source` is a script of its own; what they share lies in folders below it.
const scripts = readdirSync(source).filter((name) => name.endsWith(".ts"));
await build({ ...shared, format: "iife", entryPoints: scripts.map((name) => join(source, name)) });
const sheets = ["app.css", "charts.css", "studio.css"].map((name) => join(here, "styles", name));
await build({ ...shared, entryPoints: sheets, external: ["*.svg"] });
