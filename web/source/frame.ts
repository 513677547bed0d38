// What every page has: nothing of it is needed to read or to send anything.
import { followSettled } from "./form/settled";
import { keepPalette } from "./frame/palette";
import { keepSide } from "./frame/side";
import { tellWaiting } from "./frame/waiting";
import { followLive } from "./parts/live";

/** How much of the next tab shows, so that one sees that there is one. */
const PEEK_PX = 24;

// A page that comes back from the browser's own store may show what has changed since.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

const offline = document.getElementById("offline");
const tellConnection = (): void => {
  if (offline) offline.hidden = navigator.onLine;
};
addEventListener("online", tellConnection);
addEventListener("offline", tellConnection);
tellConnection();

// The tab that is open is in sight, however many stand before it.
for (const tab of document.querySelectorAll<HTMLElement>(".tab-row > [aria-current]")) {
  const row = tab.parentElement!;
  const hidden = tab.getBoundingClientRect().right - row.getBoundingClientRect().right;
  if (hidden > 0) row.scrollLeft += hidden + PEEK_PX;
}

void followSettled().then(tellWaiting);
keepSide();
keepPalette();
followLive();
