/** On every page: a form that went through leaves no draft behind, and signing out leaves none at all. */

export const PREFIX = "youju.draft:";
export const SENDING = "youju.sending";

const wipe = (): void => {
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) localStorage.removeItem(name);
};

/** Forget the draft of the form that led here, and all of them when somebody signs out. */
export const followSettled = (): void => {
  try {
    const sent = sessionStorage.getItem(SENDING);
    if (sent && new URLSearchParams(location.search).has("done")) {
      localStorage.removeItem(sent);
      sessionStorage.removeItem(SENDING);
    }
  } catch {
    return; // A browser that keeps nothing has nothing to forget.
  }
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && event.target.getAttribute("action") === "/sign-out") wipe();
  });
};
