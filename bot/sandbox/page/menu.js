// A list of choices under a button: overflow menus, selects, the person switcher. Arrow keys, Enter, Esc, letters.

import { el } from "./dom.js";

let open = null;

export function closeMenu() {
  open?.close();
}

export function openMenu(anchor, groups, { onChoose, selected, label }) {
  if (open?.anchor === anchor) return closeMenu();
  closeMenu();
  const items = [];
  const box = el("div", { class: "menu", role: "menu", "aria-label": label });
  for (const group of groups) {
    if (group.label) box.append(el("div", { class: "menu-label", role: "presentation" }, group.label));
    for (const choice of group.options) {
      const item = row(choice, choice.value === selected, () => {
        close();
        anchor.focus();
        onChoose(choice);
      });
      items.push(item);
      box.append(item);
    }
  }
  const close = () => {
    box.remove();
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    open = null;
  };
  const outside = (event) => {
    if (!box.contains(event.target) && !anchor.contains(event.target)) close();
  };
  box.addEventListener("keydown", (event) => keys(event, items, close, anchor));
  document.addEventListener("pointerdown", outside, true);
  (anchor.closest("dialog") || document.body).append(box);
  place(box, anchor);
  anchor.setAttribute("aria-expanded", "true");
  open = { anchor, close };
  (items.find((item) => item.getAttribute("aria-checked") === "true") || items[0])?.focus();
}

function row(choice, checked, run) {
  const note = choice.description && el("span", { class: "menu-note" }, choice.description);
  const props = { class: "menu-item", type: "button", role: "menuitemradio", "aria-checked": String(checked), tabindex: "-1", on: { click: run } };
  return el("button", props, el("span", {}, choice.text), note);
}

function place(box, anchor) {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
  const below = at.bottom + height + 8 < innerHeight;
  box.style.left = `${left}px`;
  box.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
}

function keys(event, items, close, anchor) {
  const at = items.indexOf(document.activeElement);
  const go = (place) => items[(place + items.length) % items.length]?.focus();
  const runs = {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    Home: () => go(0),
    End: () => go(-1),
    Tab: () => close(),
    Escape: () => {
      close();
      anchor.focus();
    },
  };
  const letter = event.key.length === 1 && /\S/.test(event.key);
  if (runs[event.key]) runs[event.key]();
  else if (letter) items.slice(at + 1).concat(items).find((item) => item.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  else return;
  if (event.key !== "Tab") event.preventDefault();
  event.stopPropagation();
}
