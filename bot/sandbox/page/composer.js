// The box to write in: lines, slash commands, and their completion.

import { post } from "./api.js";
import { el, freshId, toast } from "./dom.js";
import { chips, chooser, dropZone, uploadAll } from "./files.js";
import { store } from "./store.js";

export class Composer {
  // `attach` says whether files can be sent from here, `zone` is where they may be dropped.
  constructor(place, { label, channel, thread, id, onSent, attach = () => false, zone }) {
    Object.assign(this, { place, label, channel, thread, onSent, attach, id: id || freshId("composer"), at: 0, offers: [], past: [], files: [] });
    if (zone) dropZone(zone, attach, (files) => this.add(files));
  }

  draw() {
    const list = freshId("offers");
    this.input = el("textarea", {
      id: this.id, class: "composer-input", rows: 1, placeholder: this.label, "aria-label": this.label,
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list,
      on: { input: () => this.changed(), keydown: (event) => this.pressed(event), blur: () => setTimeout(() => this.offer([]), 150) },
    });
    this.list = el("div", { class: "offers", id: list, role: "listbox", "aria-label": "Commands", hidden: true });
    this.send = el("button", { class: "send", type: "button", "aria-label": "Send", disabled: true, on: { click: () => this.submit() } }, "➤");
    this.held = el("div", { class: "composer-files" });
    this.place.replaceChildren(el("div", { class: "composer" }, this.list, this.held, this.attach() && this.picker(), this.input, this.send));
    this.keep(this.attach() ? this.files : []);
  }

  picker() {
    const id = `${this.id}-files`;
    const input = chooser("Attach files", { id, onFiles: (files) => this.add(files) });
    return el("span", {}, input, el("label", { class: "attach", for: id, title: "Attach files", "aria-hidden": "true" }, "+"));
  }

  async add(files) {
    this.keep([...this.files, ...(await uploadAll(files))]);
    this.input.focus();
  }

  keep(files) {
    this.files = files;
    this.held.replaceChildren(...(files.length ? [chips(files, (gone) => this.keep(this.files.filter((one) => one !== gone)))] : []));
    this.changed();
  }

  changed() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 160)}px`;
    this.send.disabled = !this.input.value.trim() && !this.files.length;
    this.offer(this.thread ? [] : completions(this.input.value));
  }

  offer(offers) {
    this.offers = offers;
    this.at = 0;
    this.list.hidden = !offers.length;
    this.input.setAttribute("aria-expanded", String(Boolean(offers.length)));
    this.list.replaceChildren(...offers.map((offer, place) => el("div", {
      class: "offer", role: "option", id: `${this.list.id}-${place}`,
      on: { pointerdown: (event) => (event.preventDefault(), this.take(offer)), pointermove: () => this.mark(place) },
    }, el("span", { class: "offer-words" }, offer.shown), el("span", { class: "offer-note" }, offer.description))));
    this.mark(0);
  }

  mark(place) {
    this.at = place;
    [...this.list.children].forEach((node, index) => node.setAttribute("aria-selected", String(index === place)));
    if (this.offers.length) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${place}`);
    else this.input.removeAttribute("aria-activedescendant");
    this.list.children[place]?.scrollIntoView({ block: "nearest" });
  }

  take(offer) {
    this.input.value = offer.text;
    this.changed();
    if (offer.whole) this.offer([]);
    this.input.focus();
  }

  pressed(event) {
    const offering = this.offers.length > 0;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (offering && step) this.mark((this.at + step + this.offers.length) % this.offers.length);
    else if (offering && (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey))) this.accept(event);
    else if (offering && event.key === "Escape") this.offer([]);
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit();
    else if (event.key === "ArrowUp" && !this.input.value && this.past.length) this.take({ text: this.past.at(-1), whole: true });
    else return;
    event.preventDefault();
  }

  accept(event) {
    const offer = this.offers[this.at];
    const typed = this.input.value.trim() === offer.text.trim();
    if (typed && event.key === "Enter") this.submit();
    else this.take(offer);
  }

  async submit() {
    const text = this.input.value.trim();
    const files = this.files.map((file) => file.id);
    if (!text && !files.length) return;
    if (text) this.past.push(text);
    this.input.value = "";
    this.keep([]);
    this.onSent();
    const where = { user: store.user, channel: this.channel(), thread_ts: this.thread?.() };
    if (files.length) return void (await post("/page/drop", { ...where, text: mentioned(text), files }));
    if (!text.startsWith("/")) return void (await post("/page/say", { ...where, text: mentioned(text) }));
    const name = text.split(/\s/)[0];
    if (this.thread) return toast(`${name} cannot be used in threads. Type it in the channel.`);
    if (!store.commands.some((one) => one.command === name)) return toast(`${name} is not a valid command.`);
    await post("/page/command", { ...where, text });
  }
}

function mentioned(text) {
  const safe = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return safe.replace(/@(\w+)/g, (whole, name) => {
    const found = Object.entries(store.people).find(([, person]) => person.name.toLowerCase() === name.toLowerCase());
    return found ? `<@${found[0]}>` : whole;
  });
}

function completions(text) {
  if (!text.startsWith("/")) return [];
  const [name, ...rest] = text.split(" ");
  if (!rest.length) {
    return store.commands.filter((one) => one.command.startsWith(name))
      .map((one) => ({ text: `${one.command} `, shown: one.command, description: one.description }));
  }
  const command = store.commands.find((one) => one.command === name);
  const typed = rest.join(" ");
  return (command?.words || []).filter((one) => one.word.startsWith(typed) && typed !== one.word)
    .map((one) => ({
      text: `${name} ${one.word}${one.hint ? " " : ""}`,
      shown: `${name} ${one.word}${one.hint ? ` ${one.hint}` : ""}`,
      description: one.description,
      whole: true,
    }));
}
