// Builds the evaluator for pages and Node, and the process that answers lines; `--out` names another folder.
import { build } from "esbuild";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const named = process.argv.indexOf("--out");
const outdir = named < 0 ? join(here, "built") : process.argv[named + 1];

const shared = { bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8", outExtension: { ".js": ".mjs" }, outdir };
await build({ ...shared, entryPoints: [join(here, "source/language.ts")] });
await build({
  ...shared,
  entryPoints: [join(here, "source/lines.ts")],
  plugins: [
    {
      name: "the evaluator stays a file of its own",
      setup: ({ onResolve }) => onResolve({ filter: /language\.ts$/, namespace: "file" }, ({ kind }) => (kind === "entry-point" ? null : { path: "./language.mjs", external: true })),
    },
  ],
});
