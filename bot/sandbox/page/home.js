// The app's Home tab: whatever the app has published for the acting person.

import { post } from "./api.js";
import { blocks } from "./blocks.js";
import { byId, el, toast } from "./dom.js";
import { store } from "./store.js";

let shown = null;

export function drawHome() {
  const place = byId("home");
  const view = store.home;
  const looks = view ? `${store.user} ${view.hash}` : "none";
  if (looks === shown) return;
  shown = looks;
  const empty = el("p", { class: "empty" }, "stuck has not drawn this tab yet. It does so when you open it while the bot is connected.");
  place.replaceChildren(view ? el("div", { class: "view home-view" }, blocks(view.blocks, contextOf(view))) : empty);
}

function contextOf(view) {
  const act = async (blockId, part, change) => {
    const told = await post("/page/click", { user: store.user, view: view.id, block_id: blockId, action_id: part.action_id, change });
    if (told.error === "gone") toast("This tab has just changed. Look again.");
  };
  return { act, values: view.state.values, hold: () => act };
}
