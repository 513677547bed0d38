/** A Node process that answers each line of JSON on standard input with one line: trees over rows of a world. */

import {
  around,
  compile,
  readRow,
  show,
  Unknown,
  type Around,
  type Json,
  type Row,
  type Tree,
  type Type,
  type Types,
  type World,
} from "./language.ts";

declare const process: {
  readonly stdin: AsyncIterable<string> & { setEncoding(name: string): void };
  readonly stdout: { write(text: string): void };
};

/** A world with the rows to evaluate for, kept until another comes; trees with the types of their values. */
interface Request {
  readonly world?: World & { readonly types: Types; readonly subjects: readonly { readonly [key: string]: Json }[] };
  readonly trees: readonly (readonly [number, Tree, Type])[];
}

let [rows, world]: [Row[], Around | null] = [[], null];

const value = (work: () => Json): Json => {
  try {
    return work();
  } catch (error) {
    return { [error instanceof Unknown ? "unknown" : "failed"]: String(error) };
  }
};

const answer = (request: Request): Json => {
  if (request.world) {
    const { types, subjects } = request.world;
    [rows, world] = [subjects.map((row) => readRow(row, types)), around(request.world, types)];
  }
  return request.trees.map((tree) =>
    value(() => {
      const { evaluate } = compile(tree);
      return rows.map((row) => value(() => show(evaluate(row, world!), tree[2])));
    }),
  );
};

process.stdin.setEncoding("utf8");
let pending: string[] = [];
for await (const text of process.stdin) {
  const [end, ...lines] = text.split("\n");
  pending.push(end!);
  for (const begin of lines) {
    process.stdout.write(`${JSON.stringify(value(() => answer(JSON.parse(pending.join("")) as Request)))}\n`);
    pending = [begin];
  }
}
