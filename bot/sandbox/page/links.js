// Links stay on the page: those of the pretend shop select the order in the panel, others say where they would lead.

import { el, toast } from "./dom.js";

let known = [];
let select = () => {};
let show = () => {};

export function setOrders(names) {
  known = [...names].sort((one, other) => other.length - one.length);
}

export function onOrder(run) {
  select = run;
}

// Messages of this workspace are shown where they stand.
export function onMessage(run) {
  show = run;
}

const whole = (name) => new RegExp(`(^|[^\\w-])${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`);

export function orderIn(text) {
  return known.find((name) => whole(name).test(text)) || null;
}

export function link(address, label) {
  const node = el("a", { href: "#", class: "link", title: address, data: { address } }, label);
  node.addEventListener("click", (event) => {
    event.preventDefault();
    follow(address, node);
  });
  return node;
}

// An order named by the link itself, else by the card or line that it stands in.
export function follow(address, node) {
  const said = /\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(address);
  if (said) return show(said[1], `${said[2]}.${said[3]}`);
  const near = node.closest(".block")?.textContent || "";
  const card = node.closest(".message, .view")?.textContent || "";
  const number = /(\d{3,})\D*$/.exec(decodeURIComponent(address))?.[1];
  const name = orderIn(node.textContent) || (number && known.find((one) => one === number || one === `#${number}`)) || orderIn(near) || orderIn(card);
  if (name) select(name);
  else toast(`In a real workspace this opens ${address}`);
}
