/* Forms in the browser: live conditions without losing what is being typed, lines, type-ahead, and one submit per form.
   Everything works without this file as well; it only spares round trips. */
"use strict";
(() => {
  const form = document.getElementById("record-form");
  if (!form) return;
  const live = document.getElementById("form-live");
  const REFRESH_AFTER_MS = 120;
  const FIND_AFTER_MS = 180;

  /* ---- live conditions: the server draws the form again, only fields that it changed are replaced ---- */

  let composing = false;
  let refreshWanted = false;
  let timer = 0;
  let sentShapes = new Map();

  const controlsOf = (slot) => [...slot.querySelectorAll("input, select, textarea")];
  const shapeOf = (slot) => controlsOf(slot).map((control) => `${control.name}/${control.type}`).join("\n");
  const slots = (root) => [...root.querySelectorAll("[data-field]")];

  const refresh = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (composing) refreshWanted = true;
      else htmx.trigger(form, "youju:refresh");
    }, REFRESH_AFTER_MS);
  };

  form.addEventListener("compositionstart", () => { composing = true; });
  form.addEventListener("compositionend", () => {
    composing = false;
    if (refreshWanted) { refreshWanted = false; refresh(); }
  });
  form.addEventListener("change", (event) => {
    if (!event.target.name || event.target.name.endsWith("._text")) return;
    refresh();
  });
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target === form) sentShapes = new Map(slots(form).map((slot) => [slot.dataset.field, shapeOf(slot)]));
  });

  const copyTyped = (from, to) => {
    const targets = controlsOf(to);
    controlsOf(from).forEach((control, number) => {
      const target = targets[number];
      if (control.type === "checkbox" || control.type === "radio") target.checked = control.checked;
      else if (control.type !== "hidden" || control.closest("[data-combo]")) target.value = control.value;
    });
  };

  const replaceSlot = (old, fresh) => {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const selection = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
    if (!fresh.dataset.value && shapeOf(old) === shapeOf(fresh)) copyTyped(old, fresh);
    old.replaceWith(fresh);
    const again = focused && focused.id && document.getElementById(focused.id);
    if (!again) return;
    again.focus({ preventScroll: true });
    if (selection && selection[0] !== null && again.type !== "email") again.setSelectionRange(...selection);
  };

  const merge = (fragment) => {
    const body = fragment.querySelector("#form-body");
    if (!body) return [];
    const replaced = [];
    for (const fresh of slots(body)) {
      const old = form.querySelector(`[data-field="${CSS.escape(fresh.dataset.field)}"]`);
      if (!old) continue;
      const sameValue = !fresh.dataset.value || fresh.dataset.value === old.dataset.value;
      if (fresh.dataset.state === old.dataset.state && sameValue) continue;
      if (shapeOf(old) !== sentShapes.get(fresh.dataset.field)) { refresh(); continue; }
      replaceSlot(old, fresh);
      replaced.push(fresh);
    }
    for (const section of body.querySelectorAll("[data-section]")) {
      const shown = form.querySelector(`[data-section="${CSS.escape(section.dataset.section)}"]`);
      if (!shown) continue;
      shown.hidden = section.hidden;
      const details = shown.querySelector("details");
      if (details && section.querySelector("details[open]")) details.open = true;
    }
    const notes = body.querySelector("#form-notes");
    const old = document.getElementById("form-notes");
    if (notes.innerHTML !== old.innerHTML) old.replaceWith(notes);
    return replaced;
  };

  htmx.defineExtension("form-merge", {
    isInlineSwap: (style) => style === "merge",
    handleSwap: (style, target, fragment) => (style === "merge" ? merge(fragment) : false),
  });

  form.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "form-body") return;
    live.textContent = "";
    if (composing) { event.detail.shouldSwap = false; refreshWanted = true; }
  });
  form.addEventListener("htmx:sendError", () => { live.textContent = form.dataset.offline; });
  form.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) live.textContent = form.dataset.signedOut;
  });

  /* ---- lines ---- */

  const addLine = (button) => {
    const group = button.closest("fieldset");
    const source = group.querySelector("template[data-line]");
    let number = 1;
    while (form.querySelector(`[name^="f.${CSS.escape(source.dataset.of)}.n${number}."]`)) number += 1;
    const made = document.createElement("template");
    made.innerHTML = source.innerHTML.replaceAll("__line__", `n${number}`).trim();
    const line = made.content.firstElementChild;
    group.querySelector("[data-lines]").append(line);
    htmx.process(line);
    const first = line.querySelector("input:not([type=hidden]), select, textarea");
    if (first) first.focus();
  };

  form.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add]");
    const remove = event.target.closest("[data-remove]");
    if (add) { event.preventDefault(); addLine(add); refresh(); }
    if (remove) {
      event.preventDefault();
      const next = remove.closest("fieldset").querySelector("[data-add]");
      remove.closest("[data-line-of]").remove();
      next.focus();
      refresh();
    }
  });

  /* ---- type-ahead: a combobox after the ARIA pattern ---- */

  const partsOf = (input) => {
    const combo = input.closest("[data-combo]");
    return {
      combo,
      list: combo.querySelector("[role=listbox]"),
      chosen: combo.querySelector("[data-chosen]"),
      was: combo.querySelector("[data-was]"),
      many: combo.dataset.many === "yes",
    };
  };
  const isCombo = (element) => element instanceof HTMLInputElement && element.getAttribute("role") === "combobox";
  const optionsOf = (list) => [...list.querySelectorAll("[role=option]")];

  const close = (input) => {
    partsOf(input).list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const mark = (input, option) => {
    for (const other of optionsOf(partsOf(input).list)) other.setAttribute("aria-selected", String(other === option));
    if (!option) return;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  const pick = (input, option) => {
    const { combo, chosen, was, many } = partsOf(input);
    const { id, title } = option.dataset;
    if (many) {
      const already = [...combo.querySelectorAll(".chosen input")].find((box) => box.value === id);
      if (already) already.checked = true;
      else {
        const chip = combo.querySelector("template[data-chip]").content.firstElementChild.cloneNode(true);
        chip.querySelector("input").value = id;
        chip.querySelector("span").textContent = title;
        combo.querySelector(".chosen").append(chip);
      }
      input.value = "";
      was.value = "";
    } else {
      chosen.value = id;
      was.value = title;
      input.value = title;
    }
    close(input);
    refresh();
  };

  const finders = new WeakMap();
  const findSoon = (input, delay) => {
    clearTimeout(finders.get(input));
    finders.set(input, setTimeout(() => htmx.trigger(input, "youju:find"), delay));
  };

  form.addEventListener("input", (event) => {
    const input = event.target;
    if (!isCombo(input) || event.isComposing) return;
    const { chosen, was, combo, list } = partsOf(input);
    /* What was found for another text is not offered for this one. */
    const typed = input.value.trim().toLowerCase();
    for (const option of optionsOf(list)) if (!option.dataset.title.toLowerCase().includes(typed)) option.remove();
    if (!optionsOf(list).length) close(input);
    const candidates = combo.querySelector("[data-candidates]");
    if (candidates) candidates.remove();
    if (chosen && input.value.trim() !== was.value) {
      const had = chosen.value;
      chosen.value = "";
      if (had && !input.value.trim()) refresh();
    }
    findSoon(input, FIND_AFTER_MS);
  });
  form.addEventListener("compositionend", (event) => { if (isCombo(event.target)) findSoon(event.target, FIND_AFTER_MS); });
  form.addEventListener("focusin", (event) => { if (isCombo(event.target) && !event.target.value) findSoon(event.target, 0); });
  form.addEventListener("focusout", (event) => {
    if (!isCombo(event.target)) return;
    clearTimeout(finders.get(event.target));
    close(event.target);
  });
  form.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) { event.preventDefault(); pick(option.closest("[data-combo]").querySelector("[role=combobox]"), option); }
  });
  form.addEventListener("htmx:afterSwap", (event) => {
    const list = event.target;
    if (list.getAttribute("role") !== "listbox") return;
    const input = list.closest("[data-combo]").querySelector("[role=combobox]");
    if (document.activeElement !== input) return;
    optionsOf(list).forEach((option, number) => { option.id = `${list.id}-${number}`; });
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  });

  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (event.isComposing) return;
    if (isCombo(input)) {
      const { list } = partsOf(input);
      const options = list.hidden ? [] : optionsOf(list);
      const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!options.length) { findSoon(input, 0); return; }
        const step = event.key === "ArrowDown" ? 1 : -1;
        mark(input, options[(at + step + options.length) % options.length] || options[0]);
      } else if (event.key === "Enter" && at >= 0) {
        event.preventDefault();
        pick(input, options[at]);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close(input);
      }
    }
    /* Enter in a box confirms the box; only a button submits. */
    if (event.key === "Enter" && input instanceof HTMLInputElement) {
      if (!event.defaultPrevented) refresh();
      event.preventDefault();
    }
  });

  /* ---- one submit per form ---- */

  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) { event.preventDefault(); return; }
    sent = true;
    clearTimeout(timer);
    htmx.trigger(form, "htmx:abort");
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => { sent = false; form.removeAttribute("aria-busy"); });

  /* The summary's links go to controls; groups take the focus as a whole. */
  form.addEventListener("click", (event) => {
    const link = event.target.closest(".summary a[href^='#']");
    const target = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    const first = target.matches("fieldset") ? target.querySelector("input:not([type=hidden]), select, textarea, button") : target;
    (first || target).focus();
    target.scrollIntoView({ block: "center" });
  });
})();
