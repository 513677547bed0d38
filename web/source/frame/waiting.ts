// What was captured in a form and has not been sent yet: said on every other page, with the way back to that form.
import { PREFIX } from "../form/settled.ts";
import { draftsWaiting, read } from "../parts/kept.ts";

/** Say so where something waits; a form says it of its own. */
export async function tellWaiting(): Promise<void> {
  const note = document.getElementById("waiting");
  const link = note?.querySelector("a");
  const user = note?.dataset["user"];
  if (!note || !link || !user) return;
  try {
    const here = document.getElementById("record-form")?.dataset["draft"];
    const [waiting] = [...(await draftsWaiting(user))].filter(([draft]) => draft !== here);
    if (!waiting) return;
    const [draft, { count, one }] = waiting;
    link.href = draft.slice(`${PREFIX}${user}:`.length);
    link.textContent = (await read(one))?.title ?? "";
    const said = note.querySelector<HTMLElement>("[data-said]")!;
    said.textContent = said.textContent.replace("{count}", String(count));
    note.hidden = false;
  } catch {
    // A browser that keeps nothing has nothing that waits.
  }
}
