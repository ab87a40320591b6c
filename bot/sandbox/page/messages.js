// One message as Slack shows it, and the list of a channel or thread, kept in step with what is known.

import { post } from "./api.js";
import { blocks } from "./blocks.js";
import { clockTime, dayOf, dayWords } from "./dates.js";
import { arrange, el, toast } from "./dom.js";
import { emoji, picture } from "./emoji.js";
import { attached } from "./files.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { personName, store } from "./store.js";

export function avatar(user) {
  if (user === store.bot) return el("span", { class: "avatar avatar-bot", "aria-hidden": "true" });
  return el("span", { class: `avatar avatar-${[...user].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 5}`, "aria-hidden": "true" }, personName(user)[0]);
}

export function message(body, { onThread } = {}) {
  const head = el("div", { class: "message-head" },
    el("span", { class: "author" }, personName(body.user)),
    body.user === store.bot && el("span", { class: "app-mark" }, "App"),
    el("span", { class: "stamp" }, clockTime(Number(body.ts))));
  const node = el("article", { class: "message", tabindex: "-1", data: { ts: body.ts }, "aria-label": `${personName(body.user)}, ${clockTime(Number(body.ts))}` },
    body.only_for && hidden(body),
    avatar(body.user),
    el("div", { class: "message-body" }, head, content(body), body.attachments?.map(unfurled), body.files && attached(body.files), reactions(body), onThread && footer(body, onThread)), shortcuts(body));
  if (body.only_for) node.classList.add("message-private");
  return node;
}

function content(body) {
  if (body.subtype === "tombstone") return el("p", { class: "tombstone" }, "This message was deleted.");
  if (!body.blocks?.length) return mrkdwn(body.text || "");
  return el("div", { class: "blocks" }, blocks(body.blocks, contextOf(body)));
}

// What an app put under a link of the message.
function unfurled(attachment) {
  const act = () => toast("A preview has no buttons here.");
  return el("div", { class: "unfurl", role: "group", "aria-label": "Preview by stuck" },
    el("div", { class: "unfurl-head" }, "stuck"),
    el("div", { class: "blocks" }, blocks(attachment.blocks || [], { act, values: {}, hold: () => () => undefined })));
}

// The app's message shortcuts, which an ephemeral or deleted message does not have.
function shortcuts(body) {
  if (body.only_for || body.subtype === "tombstone" || !store.shortcuts.length) return null;
  const node = el("button", { class: "message-menu", type: "button", title: "Shortcuts", "aria-label": "Shortcuts for this message", "aria-haspopup": "menu", "aria-expanded": "false" }, "⋮");
  const options = store.shortcuts.map((one) => ({ text: one.name, description: "stuck", value: one.callback_id }));
  const onChoose = ({ value }) => post("/page/shortcut", { user: store.user, channel: body.channel, ts: body.ts, callback_id: value });
  node.addEventListener("click", () => openMenu(node, [{ options }], { onChoose, label: "Shortcuts for this message" }));
  return node;
}

function contextOf(body) {
  const act = async (blockId, part, change) => {
    const where = { user: store.user, channel: body.channel, ts: body.ts, revision: body.revision };
    const told = await post("/page/click", { ...where, block_id: blockId, action_id: part.action_id, change });
    if (told.error === "gone") toast("That card has just changed. Look again.");
  };
  return { act, values: {}, hold: (block) => (...told) => (block.dispatch_action ? act(...told) : undefined) };
}

function hidden(body) {
  const close = () => post("/page/dismiss", { user: store.user, ts: body.ts });
  return el("div", { class: "private-note" },
    el("span", {}, el("span", { "aria-hidden": "true" }, picture("👁")), " Only visible to you"),
    el("button", { type: "button", class: "text-button", on: { click: close } }, "Dismiss"));
}

function reactions(body) {
  const names = body.reactions || [];
  return names.length ? el("div", { class: "reactions" }, names.map((name) => el("span", { class: "reaction" }, `${emoji(name) || name} 1`))) : null;
}

function footer(body, onThread) {
  if (!body.reply_count) return el("button", { class: "reply-hint", type: "button", on: { click: () => onThread(body) } }, "Reply in thread");
  const words = body.reply_count === 1 ? "1 reply" : `${body.reply_count} replies`;
  return el("button", { class: "replies", type: "button", on: { click: () => onThread(body) } },
    (body.reply_users || []).slice(0, 3).map(avatar),
    el("strong", {}, words),
    el("span", { class: "last-reply" }, `Last reply ${clockTime(Number(body.latest_reply))}`));
}

// Keeps the drawn messages of one list: only what changed is drawn again, and the focus stays where it was.
export class MessageList {
  constructor(place, options = {}) {
    this.place = place;
    this.options = options;
    this.drawn = new Map();
    this.days = new Map();
  }

  clear() {
    this.drawn.clear();
    this.days.clear();
    this.place.replaceChildren();
  }

  show(messages) {
    const nodes = [];
    let day = null;
    const kept = new Map();
    for (const body of messages) {
      if (this.options.days && dayOf(Number(body.ts)) !== day) {
        day = dayOf(Number(body.ts));
        nodes.push(this.day(day, dayWords(Number(body.ts))));
      }
      const drawn = this.draw(body);
      kept.set(body.ts, drawn);
      nodes.push(drawn.node);
    }
    this.drawn = kept;
    this.arrange(nodes);
  }

  day(day, words) {
    const known = this.days.get(day) || el("div", { class: "day", role: "separator" }, el("span", {}));
    known.firstChild.textContent = words;
    this.days.set(day, known);
    return known;
  }

  draw(body) {
    const looks = JSON.stringify(body);
    const known = this.drawn.get(body.ts);
    if (known?.looks === looks) return known;
    const node = message(body, this.options);
    if (known?.node.contains(document.activeElement)) this.refocus = [known.node, node, document.activeElement];
    return { looks, node };
  }

  arrange(nodes) {
    arrange(this.place, nodes);
    if (this.refocus) this.keepFocus(...this.refocus);
    this.refocus = null;
  }

  keepFocus(old, fresh, was) {
    const wanted = was.dataset.action;
    const same = [...fresh.querySelectorAll("[data-action]")].find((node) => wanted && node.dataset.action === wanted);
    (same || fresh).focus({ preventScroll: true });
  }
}
