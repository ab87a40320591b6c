// Channels, the app's own conversation, and who is acting.

import { byId, el } from "./dom.js";
import { openMenu } from "./menu.js";
import { avatar } from "./messages.js";
import { store } from "./store.js";

export function drawSidebar({ go, become }) {
  const channels = store.channels.map((one) => place({ kind: "channel", id: one.id }, ["# ", one.name], go));
  const app = place({ kind: "home", id: store.dm }, [avatar(store.bot), " stuck"], go);
  const zone = (store.people[store.user]?.timezone || "").split("/").pop().replace(/_/g, " ");
  const name = el("span", {}, el("small", {}, "You act as"), el("strong", {}, store.people[store.user]?.name || ""), el("small", {}, zone));
  const me = el("button", { class: "me", type: "button", "aria-haspopup": "menu", "aria-expanded": "false" }, avatar(store.user), name, el("span", { "aria-hidden": "true" }, "⇅"));
  me.addEventListener("click", () => {
    const options = store.actors.map((id) => ({ text: store.people[id].real_name, description: store.people[id].timezone, value: id }));
    openMenu(me, [{ label: "Act as", options }], { onChoose: ({ value }) => become(value), selected: store.user, label: "Act as" });
  });
  byId("sidebar").replaceChildren(
    el("div", { class: "workspace-name" }, "Pretend workspace"),
    el("h2", { class: "sidebar-label" }, "Channels"), el("ul", {}, channels),
    el("h2", { class: "sidebar-label" }, "Apps"), el("ul", {}, app),
    el("div", { class: "sidebar-space" }), me);
}

function place(where, words, go) {
  const here = store.place.id === where.id;
  const news = store.unread.has(where.id);
  const props = { class: `place${news ? " place-news" : ""}`, type: "button", "aria-current": here ? "page" : null, on: { click: () => go(where) } };
  return el("li", {}, el("button", props, words, news && el("span", { class: "unseen" }, " (new)")));
}
