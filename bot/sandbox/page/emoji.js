// The emoji short codes that apps like this one use; an unknown code stays as it is typed. The commonest are pictures, as in Slack:
// not every machine has a font for them.

import { el } from "./dom.js";

const CODES = {
  alarm_clock: "⏰", ambulance: "🚑", arrow_forward: "▶️", arrow_right: "➡️", bell: "🔔", black_circle: "⚫", boom: "💥",
  bulb: "💡", calendar: "📆", chart_with_upwards_trend: "📈", clipboard: "📋", clock1: "🕐", clock3: "🕒", credit_card: "💳",
  eyes: "👀", exclamation: "❗", fire: "🔥", green_heart: "💚", grey_question: "❔", hand: "✋", heavy_check_mark: "✔️",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", inbox_tray: "📥", information_source: "ℹ️", label: "🏷️", large_blue_circle: "🔵",
  large_green_circle: "🟢", large_orange_circle: "🟠", large_red_circle: "🔴", large_yellow_circle: "🟡", link: "🔗", lock: "🔒",
  mag: "🔍", mailbox: "📫", memo: "📝", mute: "🔇", no_entry: "⛔", no_entry_sign: "🚫", ok_hand: "👌", outbox_tray: "📤",
  package: "📦", page_facing_up: "📄", pencil: "✏️", point_right: "👉", postbox: "📮", pushpin: "📌", question: "❓",
  raising_hand: "🙋", red_circle: "🔴", repeat: "🔁", rocket: "🚀", rotating_light: "🚨", shopping_cart: "🛒", shopping_trolley: "🛒",
  sleeping: "😴", small_blue_diamond: "🔹", small_orange_diamond: "🔸", sos: "🆘", sparkles: "✨", stopwatch: "⏱️",
  sun_with_face: "🌞", tada: "🎉", thinking_face: "🤔", thumbsup: "👍", "+1": "👍", ticket: "🎫", truck: "🚚", wave: "👋",
  warning: "⚠️", wastebasket: "🗑️", watch: "⌚", white_check_mark: "✅", white_circle: "⚪", white_large_square: "⬜",
  wrench: "🔧", x: "❌", zap: "⚡", zzz: "💤", bar_chart: "📊", moneybag: "💰", speech_balloon: "💬", snowflake: "❄️",
  arrows_counterclockwise: "🔄", back: "🔙", ballot_box_with_check: "☑️", busts_in_silhouette: "👥", bust_in_silhouette: "👤",
};

export const emoji = (code) => CODES[code.replace(/::skin-tone-\d$/, "")];

const PICTURES = {
  "✅": "check", "⏳": "hourglass", "⌛": "hourglass", "⚠": "warning", "❔": "question", "❓": "question", "👁": "eye", "👀": "eye",
  "🔴": "red", "🟠": "orange", "🟡": "yellow", "🟢": "green", "🔵": "blue", "⚪": "white",
};
const PICTURED = new RegExp(`(${Object.keys(PICTURES).join("|")})\uFE0F?`, "u");

// Text as nodes: short codes and the commonest emoji become pictures that still read as their character.
export function emojiNodes(text) {
  return withEmoji(text).split(PICTURED).map((part, place) => (place % 2 ? picture(part) : part)).filter(Boolean);
}

export const picture = (char) => el("span", { class: `emoji emoji-${PICTURES[char]}` }, char);

export const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, code) => emoji(code) || whole);
