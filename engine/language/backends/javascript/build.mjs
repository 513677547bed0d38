// Builds the evaluator for pages and Node, and the process that answers lines; `--out` names another folder.
import { build } from "esbuild";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const named = process.argv.indexOf("--out");
const outdir = named < 0 ? join(here, "built") : process.argv[named + 1];

const COPIES = 8;

const shared = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  outExtension: { ".js": ".mjs" },
  outdir,
};

/** Stands in for `copies.ts`: the same module so many times. */
const copies = {
  name: "copies",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /\/shapes\.ts\?\d+$/ }, ({ path }) => ({
      path: join(here, "source/shapes.ts"),
      suffix: path.slice(path.indexOf("?")),
    }));
    onLoad({ filter: /\/copies\.ts$/ }, () => {
      const numbers = Array.from({ length: COPIES }, (_, number) => number);
      const imports = numbers.map((number) => `import { makeShapes as make${number} } from "./shapes.ts?${number}";`);
      return {
        contents: `${imports.join("\n")}\nexport const COPIES = [${numbers.map((number) => `make${number}()`)}];`,
        loader: "ts",
        resolveDir: join(here, "source"),
      };
    });
  },
};

/** Keeps the evaluator a file of its own, that pages and the process share. */
const apart = {
  name: "apart",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/language\.ts$/ }, () => ({ path: "./language.mjs", external: true })),
};

await build({ ...shared, entryPoints: [join(here, "source/language.ts")], plugins: [copies] });
await build({ ...shared, entryPoints: [join(here, "source/lines.ts")], plugins: [apart] });
