// The thread beside the channel: a parent, its replies, and a box to answer in.

import { Composer } from "./composer.js";
import { byId, el } from "./dom.js";
import { MessageList } from "./messages.js";
import { inThread, key, store } from "./store.js";

let list = null;
let composer = null;
let opener = null;

export function openThread(parent) {
  opener = document.activeElement;
  store.thread = { channel: parent.channel, ts: parent.thread_ts || parent.ts };
  const body = el("div", { class: "thread-messages", role: "log", "aria-live": "off", tabindex: "0" });
  const foot = el("div", { class: "composer-place" });
  const close = el("button", { class: "icon-button", type: "button", "aria-label": "Close thread", on: { click: closeThread } }, "×");
  const name = el("h2", { tabindex: "-1" }, "Thread");
  byId("thread").replaceChildren(el("header", { class: "side-head" }, name, close), body, foot);
  byId("thread").hidden = false;
  byId("frame").dataset.side = "thread";
  list = new MessageList(body);
  composer = new Composer(foot, { label: "Reply…", channel: () => store.thread.channel, thread: () => store.thread.ts, onSent: () => (body.scrollTop = body.scrollHeight), attach: () => store.thread?.channel === store.dm, zone: body });
  composer.draw();
  drawThread();
  body.scrollTop = body.scrollHeight;
  name.focus();
}

export function closeThread() {
  store.thread = null;
  byId("thread").hidden = true;
  delete byId("frame").dataset.side;
  opener?.isConnected && opener.focus();
}

export function drawThread() {
  if (!store.thread) return;
  const { channel, ts } = store.thread;
  const parent = store.messages.get(key({ channel, ts }));
  if (!parent) return closeThread();
  const replies = inThread(channel, ts);
  const words = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const low = list.place.scrollHeight - list.place.scrollTop - list.place.clientHeight < 60;
  list.show([parent, ...replies]);
  const rule = el("div", { class: "reply-rule" }, el("span", {}, words));
  list.place.querySelector(".reply-rule")?.remove();
  list.place.querySelector(".message")?.after(rule);
  if (low) list.place.scrollTop = list.place.scrollHeight;
}

byId("thread").addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) closeThread();
});
