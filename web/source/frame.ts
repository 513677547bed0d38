// What every page has: nothing of it is needed to read or to send anything.
import { followSettled } from "./form/settled";
import { keepPalette } from "./frame/palette";
import { keepSide } from "./frame/side";
import { tellWaiting } from "./frame/waiting";
import { followLive } from "./parts/live";

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

void followSettled().then(tellWaiting);
keepSide();
keepPalette();
followLive();
