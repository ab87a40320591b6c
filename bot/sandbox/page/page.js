// The page: draws what is known, again whenever the live feed says that something changed.

import { post } from "./api.js";
import { Composer } from "./composer.js";
import { refreshDates } from "./dates.js";
import { announce, byId, el, toast, unlessPressed } from "./dom.js";
import { drawHome } from "./home.js";
import { onMessage } from "./links.js";
import { connect } from "./live.js";
import { closeMenu } from "./menu.js";
import { MessageList } from "./messages.js";
import { drawModal } from "./modal.js";
import { closePanel, startPanel, worldMoved } from "./panel.js";
import { drawSidebar } from "./sidebar.js";
import { inChannel, isReply, key, now, personName, store, zone } from "./store.js";
import { closeThread, drawThread, openThread } from "./thread.js";

const messages = byId("messages");
const list = new MessageList(messages, { onThread: openThread, days: true });
const composer = new Composer(byId("composer"), { id: "composer-input", channel: () => store.place.id, onSent: showNewest, attach: () => store.place.kind === "dm", zone: byId("room") });
const feed = { onSnapshot: drawAll, onChanges: changed };

const EMPTY = {
  channel: "Nothing here yet. Gaps appear as soon as the bot has compared both systems.",
  dm: "Nothing here yet. Drop the exports of both systems here, and stuck audits them.",
};

function showNewest() {
  messages.scrollTop = messages.scrollHeight;
}

const atEnd = () => messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80;

function drawAll() {
  drawSidebar({ go, become });
  drawHead();
  list.clear();
  drawMessages({ toEnd: true });
  drawThread();
  drawHome();
  drawModal();
  drawClock();
}

function drawHead() {
  const { kind, id } = store.place;
  const channel = store.channels.find((one) => one.id === id);
  byId("room-name").textContent = channel ? `# ${channel.name}` : "stuck";
  const home = kind === "home";
  messages.hidden = byId("composer").hidden = home;
  byId("home").hidden = !home;
  byId("newer").hidden = true;
  byId("tabs").hidden = Boolean(channel);
  byId("tabs").replaceChildren(...[["home", "Home"], ["dm", "Messages"]].map(([name, words]) =>
    el("button", { role: "tab", type: "button", "aria-selected": String(kind === name), on: { click: () => go({ kind: name, id: store.dm }) } }, words)));
  composer.label = channel ? `Message #${channel.name}, or type /stuck` : "Message stuck, drop exports here, or type /stuck";
  const typed = composer.input?.value || "";
  composer.draw();
  composer.input.value = typed;
}

function drawMessages({ toEnd = false } = {}) {
  if (store.place.kind === "home") return;
  const low = toEnd || atEnd();
  list.show(inChannel(store.place.id));
  if (!list.drawn.size) messages.replaceChildren(el("p", { class: "empty" }, EMPTY[store.place.kind]));
  if (low) showNewest();
}

function changed(changes) {
  const fresh = changes.filter((change) => change.fresh && !isReply(change.message));
  const low = atEnd();
  if (changes.some(({ type }) => type === "message" || type === "deleted")) {
    unlessPressed("messages", () => (drawMessages(), drawThread()));
  }
  if (changes.some(({ type }) => type === "views")) unlessPressed("views", () => (drawHome(), drawModal()));
  if (changes.some(({ type }) => type === "world")) worldMoved();
  for (const { text } of changes.filter(({ type }) => type === "trouble")) toast(text);
  news(fresh, low);
}

function news(fresh, low) {
  if (!fresh.length) return;
  const { message } = fresh.at(-1);
  announce(`${personName(message.user)}: ${message.text || "new message"}`);
  const elsewhere = fresh.map((one) => one.message.channel).filter((id) => id !== store.place.id);
  elsewhere.forEach((id) => store.unread.add(id));
  if (elsewhere.length) drawSidebar({ go, become });
  if (!low && elsewhere.length < fresh.length) tellBelow(fresh.some((one) => one.message.only_for));
}

// An answer to one's own click may come where one is not looking; other news must not hide that it is there.
function tellBelow(answer) {
  const pill = byId("newer");
  if (pill.hidden || answer) pill.textContent = answer ? "An answer for you ↓" : "New messages ↓";
  pill.hidden = false;
}

function go(place) {
  store.place = place;
  store.unread.delete(place.id);
  closeMenu();
  closeThread();
  delete byId("frame").dataset.sheet;
  drawAll();
  if (place.kind !== "channel") post("/page/home", { user: store.user, tab: place.kind === "home" ? "home" : "messages" });
}

function become(user) {
  store.user = user;
  sessionStorage.setItem("user", user);
  store.modals = [];
  if (store.place.kind !== "channel") store.place = { kind: "channel", id: store.channel };
  drawModal();
  connect(feed);
}

function drawClock() {
  const { speed } = store.clock;
  const pace = speed >= 60 ? `${Math.round(speed / 60)} ${speed < 90 ? "minute" : "minutes"}` : `${Math.round(speed)} seconds`;
  byId("speed").textContent = speed > 1.5 ? `Time runs fast here: 1 second is ${pace}` : "";
  const style = { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZone: zone() };
  byId("clock").textContent = `${new Intl.DateTimeFormat("en-US", style).format(now() * 1000)}, ${zone().split("/").pop().replace(/_/g, " ")}`;
}

messages.addEventListener("scroll", () => atEnd() && (byId("newer").hidden = true));
byId("newer").addEventListener("click", showNewest);
byId("open-sidebar").addEventListener("click", () => {
  byId("frame").dataset.sheet = "sidebar";
  byId("sidebar").querySelector("button")?.focus();
});
document.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && closePanel());
byId("room").addEventListener("pointerdown", () => byId("frame").dataset.sheet === "sidebar" && closePanel());

onMessage((channel, ts) => {
  go({ kind: channel === store.dm ? "dm" : "channel", id: channel });
  const found = store.messages.get(key({ channel, ts }));
  if (found) openThread(found);
});

setInterval(drawClock, 500);
setInterval(refreshDates, 5000);
startPanel();
connect(feed);
