/** Dialogs over a page: closed by a button, by Escape and by the phone's back, which then stays on the page. */

/** Open a dialog; `closed` is called when it is left, in whatever way, before the focus goes back to where it came from. */
export const openDialog = (dialog: HTMLDialogElement, name: string, closed: () => void = () => undefined): void => {
  if (!dialog.isConnected) document.body.append(dialog);
  const came = document.activeElement;
  history.pushState({ dialog: name }, "");
  const back = (): void => dialog.close();
  addEventListener("popstate", back);
  dialog.addEventListener(
    "close",
    () => {
      removeEventListener("popstate", back);
      if (history.state?.dialog === name) history.back();
      closed();
      if (came instanceof HTMLElement && came.isConnected) came.focus();
    },
    { once: true },
  );
  dialog.showModal();
};
