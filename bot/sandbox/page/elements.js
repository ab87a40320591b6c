// Interactive elements: buttons, overflow menus, selects, pickers, radios, checkboxes and text inputs.

import { confirmFirst } from "./confirm.js";
import { fromLocal, toLocal } from "./dates.js";
import { el, freshId } from "./dom.js";
import { fileInput } from "./files.js";
import { follow } from "./links.js";
import { openMenu } from "./menu.js";
import { plainWords, textObject } from "./mrkdwn.js";
import { store } from "./store.js";

// `context` = { act(blockId, element, change, node), values, label }: where the element stands and what it reports to.
export function element(body, blockId, context) {
  const draw = KINDS[body.type];
  if (!draw) return el("span", { class: "unknown" }, `[${body.type}]`);
  const report = async (change, node) => {
    if (body.confirm && !(await confirmFirst(body.confirm, node))) return;
    node.setAttribute("aria-busy", "true");
    await context.act(blockId, body, change, node);
    node.removeAttribute("aria-busy");
  };
  const node = draw(body, report, current(body, blockId, context), context);
  node.dataset.action = body.action_id || "";
  return node;
}

const current = (body, blockId, context) => context.values?.[blockId]?.[body.action_id] || {};

const words = (option) => ({ text: plainWords(option.text), description: plainWords(option.description), value: option.value, option });

function button(body, report) {
  const style = body.style ? ` button-${body.style}` : "";
  const props = { class: `button${style}`, type: "button", "aria-label": body.accessibility_label };
  const node = el("button", props, plainWords(body.text));
  node.addEventListener("click", async () => {
    await report({}, node);
    if (body.url) follow(body.url, node);
  });
  return node;
}

function overflow(body, report) {
  const props = { class: "button button-icon", type: "button", "aria-label": "More actions", "aria-haspopup": "menu", "aria-expanded": "false" };
  const node = el("button", props, "⋯");
  const onChoose = ({ option }) => report({ selected_option: option }, node);
  node.addEventListener("click", () => openMenu(node, [{ options: body.options.map(words) }], { onChoose, label: "More actions" }));
  return node;
}

function select(body, report, state, context) {
  const chosen = state.selected_option || body.initial_option;
  const name = el("span", { class: "select-words" }, chosen ? plainWords(chosen.text) : plainWords(body.placeholder) || "Select…");
  const props = { class: "select", type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": context.label };
  const node = el("button", props, name, el("span", { "aria-hidden": "true" }, "▾"));
  const groups = body.option_groups?.map((group) => ({ label: plainWords(group.label), options: group.options.map(words) }));
  let value = chosen?.value;
  const onChoose = ({ option }) => {
    value = option.value;
    name.textContent = plainWords(option.text);
    report({ type: body.type, selected_option: option }, node);
  };
  node.addEventListener("click", () =>
    openMenu(node, groups || [{ options: body.options.map(words) }], { onChoose, selected: value, label: context.label || "Options" }));
  return node;
}

function people(body, report, state, context) {
  const options = store.actors.map((id) => ({ text: { type: "plain_text", text: store.people[id].real_name }, value: id }));
  const tell = (change, node) => report({ type: body.type, selected_user: change.selected_option.value }, node);
  const chosen = options.find((one) => one.value === (state.selected_user || body.initial_user));
  return select({ ...body, options, initial_option: chosen }, tell, {}, context);
}

// One channel at most, and an empty choice: what the bot's windows ask for.
function channels(body, report, state, context) {
  const held = (state.selected_conversations || body.initial_conversations || [])[0] || "";
  const named = store.channels.map((one) => ({ text: { type: "plain_text", text: `#${one.name}` }, value: one.id }));
  const options = [{ text: { type: "plain_text", text: plainWords(body.placeholder) }, value: "" }, ...named];
  const tell = ({ selected_option: { value } }, node) => report({ type: body.type, selected_conversations: value ? [value] : [] }, node);
  return select({ ...body, options, initial_option: options.find((one) => one.value === held) }, tell, {}, context);
}

function picker(type, key, initial, { read = (value) => value, write = (value) => value } = {}) {
  return (body, report, state, context) => {
    const value = state[key] ?? body[initial];
    const node = el("input", { type, class: "picker", value: value ? write(value) : undefined, "aria-label": context.label || plainWords(body.placeholder) || "Date" });
    node.addEventListener("change", () => report({ type: body.type, [key]: node.value ? read(node.value) : null }, node));
    return node;
  };
}

function choices(kind, key) {
  return (body, report, state) => {
    const name = freshId("choice");
    const many = kind === "checkbox";
    const chosen = [state[key] ?? body[many ? "initial_options" : "initial_option"] ?? []].flat().map((one) => one.value);
    const node = el("div", { class: "choices", role: many ? "group" : "radiogroup" });
    for (const option of body.options) {
      const input = el("input", { type: kind, name, value: option.value, checked: chosen.includes(option.value) });
      input.addEventListener("change", () => {
        const on = body.options.filter((one) => [...node.querySelectorAll("input")].some((box) => box.checked && box.value === one.value));
        report({ type: body.type, [key]: many ? on : on[0] || null }, node);
      });
      node.append(el("label", { class: "choice" }, input, el("span", {}, textObject(option.text), option.description && el("small", {}, textObject(option.description)))));
    }
    return node;
  };
}

function textInput(body, report, state, context) {
  const props = { class: "text-input", placeholder: plainWords(body.placeholder), maxlength: body.max_length, "aria-label": context.label };
  const node = body.multiline ? el("textarea", { ...props, rows: Math.min(Math.max((body.initial_value || "").split("\n").length + 1, 4), 14) }) : el("input", { ...props, type: "text" });
  node.value = state.value ?? body.initial_value ?? "";
  const tell = () => report({ type: body.type, value: node.value || null }, node);
  const atEnter = body.dispatch_action_config?.trigger_actions_on?.includes("on_enter_pressed");
  if (atEnter) node.addEventListener("keydown", (event) => event.key === "Enter" && tell());
  else node.addEventListener("input", tell);
  return node;
}

function image(body) {
  return el("span", { class: "picture", role: "img", "aria-label": body.alt_text, title: body.image_url }, "🖼");
}

const KINDS = {
  button,
  overflow,
  image,
  file_input: fileInput,
  static_select: select,
  users_select: people,
  multi_conversations_select: channels,
  plain_text_input: textInput,
  radio_buttons: choices("radio", "selected_option"),
  checkboxes: choices("checkbox", "selected_options"),
  datepicker: picker("date", "selected_date", "initial_date"),
  timepicker: picker("time", "selected_time", "initial_time"),
  datetimepicker: picker("datetime-local", "selected_date_time", "initial_date_time", { read: fromLocal, write: toLocal }),
};
