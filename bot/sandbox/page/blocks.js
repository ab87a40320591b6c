// Block Kit blocks as nodes.

import { el, freshId } from "./dom.js";
import { element } from "./elements.js";
import { mrkdwn, plainWords, textObject } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

export function blocks(list, context) {
  return list.map((block) => {
    const draw = KINDS[block.type] || unknown;
    const node = draw(block, context);
    node.classList.add("block", `block-${block.type}`);
    node.dataset.block = block.block_id || "";
    return node;
  });
}

function section(block, context) {
  const fields = block.fields && el("div", { class: "fields" }, block.fields.map((field) => el("div", { class: "field" }, textObject(field))));
  const text = block.text && el("div", { class: "section-text" }, textObject(block.text));
  const accessory = block.accessory && el("div", { class: "accessory" }, element(block.accessory, block.block_id, context));
  return el("div", {}, el("div", { class: "section-main" }, text, fields), accessory);
}

function actions(block, context) {
  return el("div", {}, block.elements.map((body) => element(body, block.block_id, context)));
}

function contextBlock(block, context) {
  return el("div", {}, block.elements.map((part) => (part.type === "image" ? element(part, block.block_id, context) : textObject(part))));
}

function input(block, context) {
  const label = plainWords(block.label);
  const id = freshId("error");
  const error = context.errors?.[block.block_id];
  const field = element(block.element, block.block_id, { ...context, label, act: context.hold(block) });
  if (error) {
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", id);
  }
  return el("div", {},
    el("div", { class: "input-label" }, label, block.optional && el("span", { class: "optional" }, " (optional)")),
    field,
    block.hint && el("div", { class: "hint" }, plainWords(block.hint)),
    error && el("div", { class: "error", id, role: "alert" }, error));
}

function table(block) {
  const cell = (body, tag) => el(tag, {}, body.type === "rich_text" ? richText(body) : String(body.text ?? body.value ?? ""));
  const [head, ...rest] = block.rows;
  const rows = rest.map((row) => el("tr", {}, row.map((body) => cell(body, "td"))));
  const top = el("thead", {}, el("tr", {}, head.map((body) => cell(body, "th"))));
  return el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" }, el("table", {}, top, el("tbody", {}, rows)));
}

function image(block) {
  const title = block.title && el("figcaption", {}, plainWords(block.title));
  return el("figure", {}, title, el("div", { class: "picture picture-large", role: "img", "aria-label": block.alt_text }, "🖼 ", block.alt_text));
}

const unknown = (block) => el("div", { class: "unknown" }, `A block of type ${block.type}, which this page does not draw.`);

const KINDS = {
  section,
  actions,
  input,
  table,
  image,
  context: contextBlock,
  rich_text: richText,
  divider: () => el("div", {}, el("hr")),
  header: (block) => el("div", {}, el("h3", {}, plainWords(block.text))),
  markdown: (block) => mrkdwn(block.text),
  alert: (block) => el("div", { role: "alert", class: `alert-${block.level || "default"}` }, textObject(block.text)),
};
