// Builds elements from data without ever parsing it as HTML.

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") node.className = value;
    else if (key === "on") for (const [name, run] of Object.entries(value)) node.addEventListener(name, run);
    else if (key === "data") Object.assign(node.dataset, value);
    else if (key === "value") node.value = value;
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

let count = 0;
export const freshId = (stem) => `${stem}-${++count}`;

// Puts `nodes` into `place` in this order and touches only what differs: a node that is pressed or focused stays where it is.
export function arrange(place, nodes) {
  const kept = new Set(nodes);
  for (const node of [...place.childNodes]) if (!kept.has(node)) node.remove();
  let at = place.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else place.insertBefore(node, at);
  }
}

let pressed = false;
const waiting = new Map();

function released() {
  pressed = false;
  const runs = [...waiting.values()];
  waiting.clear();
  for (const run of runs) run();
}

addEventListener("pointerdown", () => (pressed = true), true);
for (const name of ["pointerup", "pointercancel", "blur"]) addEventListener(name, () => setTimeout(released), true);

// Draws at once, or when the pointer is up again: what is being pressed must not change under the finger.
export function unlessPressed(name, run) {
  if (pressed) waiting.set(name, run);
  else run();
}

export function toast(text) {
  const note = el("div", { class: "toast" }, text);
  byId("toasts").append(note);
  setTimeout(() => note.remove(), 6000);
}

export function announce(text) {
  byId("announcer").textContent = text;
}
