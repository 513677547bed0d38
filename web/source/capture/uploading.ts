// Files chosen or dropped: several at once where the field takes several, refused by kind and size before they travel.
import { type Field, limit, readList, say } from "./field.ts";
import { begin } from "./sending.ts";
import { word } from "./words.ts";

// What the server takes at most (docs/reference/files.md).
const LARGEST_MB = { image: 15, attachment: 25 };
const MANY = 50;

/** Send these files into the field. */
export function addFiles(field: Field, files: Iterable<File>): void {
  say(field, "");
  let left = limit(field, "max_count", MANY) - readList(field).length - field.pending.length;
  for (const file of files) {
    const refused = refusalOf(field, file, left);
    if (refused) {
      say(field, refused);
      continue;
    }
    left -= 1;
    void begin(field, file, file.name, null);
  }
}

function refusalOf(field: Field, file: File, left: number): string {
  if (left <= 0) return word("enough", { count: limit(field, "max_count", MANY) });
  if (field.kind === "image" && !file.type.startsWith("image/")) return word("no_picture", { name: file.name });
  if (!file.size) return word("empty_file", { name: file.name });
  const largest = field.kind === "image" ? LARGEST_MB.image : LARGEST_MB.attachment;
  return file.size > largest * 1024 * 1024 ? word("file_too_large", { name: file.name, largest }) : "";
}

/** Let files be dropped on the field's box. */
export function takeDrops(field: Field): void {
  const box = field.root.querySelector<HTMLElement>("[data-drop]");
  if (!box) return;
  const over = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    box.dataset["over"] = "yes";
  };
  box.ondragenter = box.ondragover = over;
  box.ondragleave = () => delete box.dataset["over"];
  box.ondrop = (event) => {
    event.preventDefault();
    delete box.dataset["over"];
    addFiles(field, event.dataTransfer?.files ?? []);
  };
}
