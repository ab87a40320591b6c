// Modals: the topmost view of the person's stack, with its inputs, errors and waiting states.

import { post } from "./api.js";
import { blocks } from "./blocks.js";
import { closeMenu } from "./menu.js";
import { el, toast } from "./dom.js";
import { plainWords } from "./mrkdwn.js";
import { store } from "./store.js";

let box = null;
let shown = "";
let values = {};
let opener = null;

export function drawModal() {
  const view = store.modals.at(-1);
  if (!view) return shut();
  const looks = `${view.id} ${view.hash} ${JSON.stringify(view.errors)}`;
  if (looks === shown) return;
  const same = shown.startsWith(`${view.id} `);
  values = merged(view.state.values, same ? values : {});
  shown = looks;
  if (!box) opener = document.activeElement;
  const fresh = draw(view);
  const focus = same ? document.activeElement?.dataset?.action : null;
  if (box) box.replaceChildren(...fresh.childNodes);
  else {
    box = fresh;
    document.body.append(box);
    box.showModal();
  }
  const first = box.querySelector(focus ? `[data-action="${CSS.escape(focus)}"]` : ".error") || box.querySelector(".modal-body input, .modal-body textarea, .modal-body .select, .modal-body button");
  (first?.classList.contains("error") ? first.parentNode.querySelector("input, textarea, button") : first)?.focus();
}

// What the app says now, and over it what the person has typed in fields that are still there.
function merged(told, typed) {
  const out = structuredClone(told || {});
  for (const [blockId, actions] of Object.entries(out)) {
    for (const actionId of Object.keys(actions)) {
      if (typed[blockId]?.[actionId]) actions[actionId] = typed[blockId][actionId];
    }
  }
  return out;
}

function shut() {
  closeMenu();
  if (box) {
    box.close();
    box.remove();
    if (opener?.isConnected) opener.focus({ preventScroll: true });
  }
  box = null;
  shown = "";
  values = {};
}

function draw(view) {
  const submit = view.submit && el("button", { class: "button button-primary", type: "submit" }, plainWords(view.submit));
  const dismiss = () => close(view);
  const foot = [el("button", { class: "button", type: "button", on: { click: dismiss } }, view.close ? plainWords(view.close) : "Close"), submit];
  const form = el("form", { class: "modal-form view", novalidate: true },
    el("div", { class: "modal-head" },
      el("h2", { class: "modal-title", id: "modal-title" }, plainWords(view.title)),
      el("button", { class: "icon-button", type: "button", "aria-label": "Close", on: { click: dismiss } }, "×")),
    el("div", { class: "modal-body" }, blocks(view.blocks, contextOf(view))),
    el("div", { class: "modal-foot" }, foot));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (submit) send(view, submit);
  });
  const node = el("dialog", { class: "modal", "aria-labelledby": "modal-title" }, form);
  node.addEventListener("cancel", (event) => {
    event.preventDefault();
    close(store.modals.at(-1) || view);
  });
  return node;
}

function contextOf(view) {
  const keep = (blockId, part, change) => {
    values[blockId] = { ...values[blockId], [part.action_id]: { type: part.type, ...change } };
  };
  const act = async (blockId, part, change) => {
    if (Object.keys(change).length) keep(blockId, part, change);
    const told = await post("/page/click", { user: store.user, view: view.id, block_id: blockId, action_id: part.action_id, change });
    if (told.error === "gone") toast("That dialogue has just changed. Look again.");
  };
  return { act, values, errors: view.errors, hold: (block) => (block.dispatch_action ? act : keep) };
}

async function send(view, button) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  await post("/page/submit", { user: store.user, view: view.id, values });
  button.disabled = false;
  button.removeAttribute("aria-busy");
}

const close = (view) => post("/page/close", { user: store.user, view: view.id });
