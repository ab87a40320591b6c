// The pretend shop beside the channel: its orders, what both systems say of one, and what can be broken or mended.

import { get, post } from "./api.js";
import { clockTime, dayWords } from "./dates.js";
import { arrange, byId, el, toast, unlessPressed } from "./dom.js";
import { onOrder, setOrders } from "./links.js";
import { closeThread } from "./thread.js";

let orders = [];
let chosen = null;
let wanted = "";
let said = "";
let shown = "";
let timer = null;
let parts = null;

export function startPanel() {
  const search = el("input", { type: "search", class: "search", placeholder: "Find an order…", "aria-label": "Find an order", on: { input: () => ((wanted = search.value), drawOrders()) } });
  const close = el("button", { class: "icon-button only-small", type: "button", "aria-label": "Close the pretend shop", on: { click: closePanel } }, "×");
  parts = { list: el("ul", { class: "orders", "aria-label": "Orders" }), detail: el("section", { class: "order", "aria-label": "The selected order" }) };
  byId("panel").replaceChildren(
    el("header", { class: "side-head" }, el("h2", {}, "Pretend shop"), close),
    el("p", { class: "side-note" }, "What Shopify and ShipStation each believe. Break something here, and watch the channel."),
    el("div", { class: "search-row" }, search),
    el("div", { class: "order-heads", "aria-hidden": "true" }, ["Order", "Shopify", "ShipStation"].map((words) => el("span", {}, words))),
    parts.list, parts.detail);
  onOrder(choose);
  byId("open-panel").addEventListener("click", () => (byId("frame").dataset.sheet = "panel"));
  refresh();
}

export function closePanel() {
  delete byId("frame").dataset.sheet;
}

// Many things may happen at once: look at most about twice a second.
export function worldMoved() {
  timer ??= setTimeout(() => {
    timer = null;
    refresh();
  }, 500);
}

async function refresh() {
  const told = await get("/panel/orders");
  orders = told.orders || [];
  setOrders(orders.map((order) => order.name));
  unlessPressed("orders", drawOrders);
  if (chosen) await drawOrder();
}

export async function choose(name) {
  chosen = name;
  said = "";
  // Where there is room for one of the two, the order that was asked for goes first.
  if (matchMedia("(min-width: 861px) and (max-width: 1499px)").matches) closeThread();
  if (matchMedia("(max-width: 860px)").matches) byId("frame").dataset.sheet = "panel";
  drawOrders();
  await drawOrder();
  parts.list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
}

const rows = new Map();

// Rows are kept while they say the same: a press on one must not be lost because another order came in.
function row(order) {
  const looks = `${order.shopify} ${order.shipstation}`;
  const known = rows.get(order.name);
  if (known?.looks === looks) return known.node;
  const node = known?.node.firstChild || el("button", { class: "order-row", type: "button", data: { order: order.name }, on: { click: () => choose(order.name) } });
  node.replaceChildren(el("span", { class: "order-name" }, order.name), chip("shopify", order.shopify), chip("shipstation", order.shipstation));
  rows.set(order.name, { looks, node: known?.node || el("li", {}, node) });
  return rows.get(order.name).node;
}

function drawOrders() {
  const found = orders.filter((order) => order.name.toLowerCase().includes(wanted.trim().toLowerCase())).slice(0, 200);
  const nodes = found.map(row);
  found.forEach((order, place) => nodes[place].firstChild.setAttribute("aria-current", String(order.name === chosen)));
  if (!nodes.length) nodes.push(el("li", { class: "empty" }, orders.length ? "No order of that number." : "No orders yet."));
  const [top, height] = [parts.list.scrollTop, parts.list.scrollHeight];
  arrange(parts.list, nodes);
  // Whoever has scrolled down keeps looking at the same rows.
  parts.list.scrollTop = top ? top + parts.list.scrollHeight - height : 0;
}

const human = (text) => String(text ?? "").toLowerCase().replace(/_/g, " ");

function chip(system, text) {
  const words = human(text);
  const looks = /error|cancel|not imported/.test(words) ? "bad" : /^(fulfilled|shipped)$/.test(words) ? "good" : "calm";
  const spoken = system === "shopify" ? "Shopify: " : "ShipStation: ";
  return el("span", { class: `chip chip-${looks}`, title: `${spoken}${words}` }, el("span", { class: "unseen" }, spoken), words);
}

async function drawOrder() {
  const name = chosen;
  const told = await get(`/panel/order?name=${encodeURIComponent(name)}`);
  const looks = JSON.stringify([told, said]);
  if (name !== chosen || looks === shown) return;
  unlessPressed("order", () => {
    shown = looks;
    if (told.error) parts.detail.replaceChildren(el("p", { class: "empty" }, told.error));
    else drawSides(told);
  });
}

function drawSides(told) {
  const focus = document.activeElement?.dataset?.code;
  const actions = (told.actions || []).map(({ code, label }) => el("button", { class: "button", type: "button", data: { code }, on: { click: (event) => act(code, event.currentTarget) } }, label));
  parts.detail.replaceChildren(
    el("h3", {}, told.name),
    el("div", { class: "acts", role: "group", "aria-label": "Break or mend" }, actions.length ? actions : el("p", { class: "empty" }, "Nothing to do in this state.")),
    el("p", { class: "said", role: "status" }, said),
    el("div", { class: "sides" }, shopify(told.shopify), shipstation(told.shipstation)));
  if (focus) parts.detail.querySelector(`[data-code="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
}

async function act(code, button) {
  button.setAttribute("aria-busy", "true");
  const told = await post("/panel/act", { name: chosen, code });
  said = told.said || told.error || "";
  if (told.error) toast(told.error);
  await refresh();
}

const when = (text) => {
  const seconds = Date.parse(text) / 1000;
  return Number.isNaN(seconds) ? text : `${dayWords(seconds)} ${clockTime(seconds)}`;
};

const facts = (rows) => el("dl", {}, rows.filter(([, value]) => value !== null && value !== undefined && value !== "" && value.length !== 0)
  .map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));

function shopify(side) {
  const head = el("h4", {}, "Shopify");
  if (!side) return el("div", { class: "side" }, head, el("p", { class: "empty" }, "not there"));
  const tracking = (one) => one.tracking.map((each) => el("code", {}, each.number || "no number"));
  const fulfilments = side.fulfilments.map((one) => el("div", { class: "thing" },
    facts([[`Fulfilment ${one.name || ""}`, human(one.status)], ["tracking", one.tracking.length ? tracking(one) : "none"], ["made", when(one.created)]])));
  return el("div", { class: "side" }, head,
    facts([["payment", human(side.financial)], ["fulfilment", human(side.fulfilment)], ["cancelled", side.cancelled ? "yes" : ""], ["holds", side.holds.map(human).join(", ")], ["ordered", when(side.created)]]),
    fulfilments.length ? fulfilments : el("p", { class: "empty" }, "no fulfilment"));
}

function shipstation(rows) {
  const head = el("h4", {}, "ShipStation");
  if (!rows?.length) return el("div", { class: "side" }, head, el("p", { class: "empty" }, "not imported"));
  return el("div", { class: "side" }, head, rows.map((row) => el("div", {},
    facts([["number", row.number], ["status", human(row.status)]]),
    row.labels.length ? row.labels.map(label) : el("p", { class: "empty" }, "no label"))));
}

function label(one) {
  const told = one.error ? el("span", { class: "bad" }, one.error) : one.notified ? "told Shopify" : el("span", { class: "bad" }, "Shopify not told");
  const kind = one.kind === "mark" ? "Marked shipped" : "Label";
  return el("div", { class: `thing${one.voided ? " thing-void" : ""}` },
    facts([[kind, one.voided ? "voided" : one.carrier || "yes"], ["tracking", el("code", {}, one.tracking || "none")], ["notified", told], ["made", when(one.created)]]));
}
