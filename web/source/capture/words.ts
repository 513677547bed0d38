// The sentences of the controls, in the language of the page; they come with the page, so that no script knows them.

const kit = document.getElementById("capture-kit");
const told: Record<string, string> = JSON.parse(kit?.dataset["words"] ?? "{}");

/** The sentence with its `%(name)s` places filled. */
export function word(key: string, values: Record<string, string | number> = {}): string {
  return (told[key] ?? key).replaceAll(/%\((\w+)\)s/g, (_, name: string) => String(values[name] ?? ""));
}

/** What the page says of itself: who fills it, in which app, in which time zone. */
export function fact(name: "user" | "who" | "app" | "zone" | "decoder" | "reader"): string {
  return kit?.dataset[name] ?? "";
}

/** Seconds as minutes and seconds. */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
