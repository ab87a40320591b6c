// rich_text blocks: sections, lists, quotes and preformatted text.

import { el } from "./dom.js";
import { dateElement } from "./dates.js";
import { emoji, emojiNodes } from "./emoji.js";
import { link } from "./links.js";
import { personName } from "./store.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code" };

export const richText = (block) => el("div", { class: "mrkdwn rich" }, block.elements.map(part));

function part(element) {
  const inside = () => element.elements.map(piece);
  if (element.type === "rich_text_list") {
    const items = element.elements.map((item) => el("li", {}, item.elements.map(piece)));
    return el(element.style === "ordered" ? "ol" : "ul", {}, items);
  }
  if (element.type === "rich_text_quote") return el("blockquote", {}, inside());
  if (element.type === "rich_text_preformatted") return el("pre", {}, inside());
  return el("div", {}, inside());
}

function piece(item) {
  const kinds = {
    text: () => el("span", {}, emojiNodes(item.text)),
    link: () => link(item.url, item.text || item.url),
    emoji: () => emoji(item.name) || `:${item.name}:`,
    user: () => el("span", { class: "mention" }, `@${personName(item.user_id)}`),
    broadcast: () => el("span", { class: "mention mention-loud" }, `@${item.range}`),
    date: () => dateElement(item.timestamp, item.format, item.fallback),
  };
  const node = (kinds[item.type] || (() => ""))();
  return Object.keys(item.style || {}).filter((style) => STYLES[style] && item.style[style])
    .reduce((inside, style) => el(STYLES[style], {}, inside), node);
}
