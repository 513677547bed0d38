// Pictures opened large over the page: by tap, by key, one after the other. Without this script the link opens the picture.

const dialog = document.querySelector<HTMLDialogElement>("#viewer");

// A picture that stands on the page twice, in a field and in the timeline, is one picture.
const picturesNow = (): HTMLAnchorElement[] =>
  [...document.querySelectorAll<HTMLAnchorElement>("a[data-large]")].filter(
    (link, number, all) => all.findIndex((other) => other.href === link.href) === number,
  );

// Looked up when one is opened: the page may have been drawn again since it was loaded.
let links: HTMLAnchorElement[] = [];
let came: HTMLElement | null = null;
let at = 0;

function show(): void {
  const link = links[at];
  if (!dialog || !link) return;
  const picture = dialog.querySelector("img")!;
  picture.src = link.href;
  picture.alt = link.querySelector("img")?.alt ?? "";
  dialog.querySelector("[data-facts]")!.textContent = link.dataset["facts"] ?? "";
  for (const button of dialog.querySelectorAll<HTMLButtonElement>("[data-step]"))
    button.disabled = !links[at + Number(button.dataset["step"])];
  dialog.querySelector("[data-count]")!.textContent = links.length > 1 ? `${at + 1} / ${links.length}` : "";
}

function step(by: number): void {
  if (!links[at + by]) return;
  at += by;
  show();
}

if (dialog) {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-large]");
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!link || !plain) return;
    event.preventDefault();
    links = picturesNow();
    at = Math.max(
      0,
      links.findIndex((other) => other.href === link.href),
    );
    came = link;
    show();
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button");
    if (button?.dataset["step"]) step(Number(button.dataset["step"]));
    else if (button || event.target === dialog) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") step(1);
    if (event.key === "ArrowLeft") step(-1);
  });
  dialog.addEventListener("close", () => came?.focus());
}
