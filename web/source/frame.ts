// What every page has: nothing of it is needed to read or to send anything.

// A page that comes back from the browser's own store may show what has changed since.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
