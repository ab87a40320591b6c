// Slack's mrkdwn as nodes: formatting, links, mentions, dates, emoji, quotes and code. Text never becomes HTML.

import { el } from "./dom.js";
import { dateElement } from "./dates.js";
import { emojiNodes, withEmoji } from "./emoji.js";
import { link } from "./links.js";
import { personName, store } from "./store.js";

const unescape = (text) => text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);

const MARKS = { "*": "strong", _: "em", "~": "s" };
const LOUD = /(^|[^\w@])@(here|channel|everyone)\b/;
const ADDRESS = /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)'"]/;

export function mrkdwn(text, { verbatim = false } = {}) {
  const out = el("div", { class: "mrkdwn" });
  text.split("```").forEach((part, place) => {
    if (place % 2) out.append(el("pre", {}, unescape(strip(part.replace(/^\n/, "")))));
    else paragraphs(out, part, verbatim);
  });
  return out;
}

// Inside code, links and mentions are shown as their words.
const strip = (text) => text.replace(/<([^<>|]*)\|?([^<>]*)>/g, (_, target, words) => words || target);

function paragraphs(out, text, verbatim) {
  let quote = null;
  const lines = text.split("\n");
  lines.forEach((line, place) => {
    const quoted = /^(&gt;|>) ?/.exec(line);
    if (quoted) {
      if (quote) quote.append(el("br"));
      else out.append((quote = el("blockquote")));
      quote.append(...inline(line.slice(quoted[0].length), verbatim));
      return;
    }
    if (!quote && place > 0) out.append(el("br"));
    quote = null;
    out.append(...inline(line, verbatim, place === 0 && !out.firstChild));
  });
}

export function inline(text, verbatim, first = true) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(...words(plain, verbatim));
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const found = token(text, at, verbatim, first && !nodes.length && !plain.trim());
    if (found) {
      flush();
      nodes.push(found.node);
      at = found.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

function token(text, at, verbatim, first) {
  const char = text[at];
  if (char === "<") {
    const end = text.indexOf(">", at);
    const node = end > at ? reference(text.slice(at + 1, end), first) : null;
    return node && { node, end: end + 1 };
  }
  if (char === "`") {
    const end = text.indexOf("`", at + 1);
    return end > at + 1 ? { node: el("code", {}, unescape(strip(text.slice(at + 1, end)))), end: end + 1 } : null;
  }
  return MARKS[char] ? marked(text, at, verbatim) : null;
}

function marked(text, at, verbatim) {
  const char = text[at];
  if (/\w/.test(text[at - 1] || "") || /\s|^$/.test(text[at + 1] || "") || text[at + 1] === char) return null;
  for (let end = text.indexOf(char, at + 2); end > 0; end = text.indexOf(char, end + 1)) {
    if (/\s/.test(text[end - 1]) || /\w/.test(text[end + 1] || "")) continue;
    return { node: el(MARKS[char], {}, ...inline(text.slice(at + 1, end), verbatim)), end: end + 1 };
  }
  return null;
}

function reference(inside, first) {
  const [target, ...rest] = inside.split("|");
  const label = unescape(rest.join("|"));
  if (target.startsWith("@")) return el("span", { class: "mention", data: { user: target.slice(1) } }, `@${personName(target.slice(1))}`);
  if (target.startsWith("#")) return el("span", { class: "mention" }, `#${label || channelName(target.slice(1))}`);
  if (target.startsWith("!date^")) return date(target, label, first);
  if (target.startsWith("!")) return el("span", { class: "mention mention-loud" }, label || `@${target.slice(1).replace(/^subteam\^/, "")}`);
  if (/^(https?:|mailto:)/.test(target)) return link(unescape(target), label || unescape(target));
  return null;
}

function date(target, fallback, first) {
  const [, seconds, pattern, address] = target.split("^");
  const node = dateElement(Number(seconds), unescape(pattern || "{date}"), fallback, first);
  return address ? link(address, node) : node;
}

const channelName = (id) => store.channels.find((one) => one.id === id)?.name || id;

// Plain words: emoji, and what Slack finds by itself where the app has not said `verbatim`.
function words(text, verbatim) {
  const nodes = [];
  let rest = unescape(text);
  while (!verbatim && rest) {
    const loud = LOUD.exec(rest);
    const address = ADDRESS.exec(rest);
    const next = [loud, address].filter(Boolean).sort((one, other) => one.index - other.index)[0];
    if (!next) break;
    const start = next.index + (next === loud ? loud[1].length : 0);
    nodes.push(...emojiNodes(rest.slice(0, start)));
    const length = next === loud ? loud[2].length + 1 : address[0].length;
    const found = rest.slice(start, start + length);
    nodes.push(next === loud ? el("span", { class: "mention mention-loud" }, found) : link(found, found));
    rest = rest.slice(start + length);
  }
  nodes.push(...emojiNodes(rest));
  return nodes;
}

export function textObject(text) {
  if (!text) return "";
  if (text.type === "mrkdwn") return mrkdwn(text.text, text);
  return el("span", { class: "plain" }, text.emoji === false ? text.text : emojiNodes(text.text));
}

export const plainWords = (text) => (text ? (text.emoji === false ? text.text : withEmoji(text.text)) : "");
