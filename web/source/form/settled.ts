/** On every page: a form that went through leaves no draft behind, and signing out leaves none at all. */

export const PREFIX = "youju.draft:";
const SENDING = "youju.sending";

/** A form on its way: the name of its draft, the path it goes to, the key it goes under. */
export interface Sending {
  readonly draft: string;
  readonly to: string;
  readonly key: string;
}

const wipe = (): void => {
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) localStorage.removeItem(name);
};

/** Note which form is on its way. */
export const noteSent = (sent: Sending): void => sessionStorage.setItem(SENDING, JSON.stringify(sent));

/** The form that was on its way when this page came, if any. */
export const lastSent = (): Sending | null => {
  try {
    return JSON.parse(sessionStorage.getItem(SENDING) ?? "null") as Sending | null;
  } catch {
    return null;
  }
};

export const forgetSent = (): void => sessionStorage.removeItem(SENDING);

/** Tell whether the page says of what was sent that it is done; a form's own address may hold a field of that name. */
const isDone = (): boolean =>
  new URLSearchParams(location.search).has("done") &&
  document.getElementById("record-form")?.getAttribute("action") !== location.pathname;

/** Tell whether what was sent goes on from here: its form was drawn again, or its values wait for a signing in. */
const goesOn = ({ key }: Sending): boolean =>
  document.getElementById("record-form") !== null ||
  [...document.querySelectorAll<HTMLInputElement>("input[name=_key]")].some(({ value }) => value === key);

/** Forget the draft of the form that led here, and all of them when somebody signs out. */
export const followSettled = (): void => {
  try {
    const sent = lastSent();
    if (sent && isDone()) localStorage.removeItem(sent.draft);
    // Any other page is no answer to it: what was not taken stays, whatever is done next.
    if (!sent || isDone() || !goesOn(sent)) forgetSent();
  } catch {
    return; // A browser that keeps nothing has nothing to forget.
  }
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && event.target.getAttribute("action") === "/sign-out") wipe();
  });
};
