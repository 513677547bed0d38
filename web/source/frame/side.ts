// The sidebar is put away and brought back; a cookie keeps it so, for the server draws the next page.

const YEAR_SECONDS = 31_536_000;

export function keepSide(): void {
  const button = document.getElementById("side-switch");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const closing = document.body.dataset["side"] !== "closed";
    const side = closing ? "closed" : "open";
    document.body.dataset["side"] = side;
    button.setAttribute("aria-expanded", String(!closing));
    document.cookie = `youju_side=${side}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
  });
}
