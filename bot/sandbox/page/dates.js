// Slack's dates: <!date^…> tokens, clock times and days, in the acting person's time zone.

import { el } from "./dom.js";
import { now, zone } from "./store.js";

const STYLES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

const format = (seconds, style) => new Intl.DateTimeFormat("en-US", { ...style, timeZone: zone() }).format(seconds * 1000);

export const clockTime = (seconds) => format(seconds, STYLES.time);

// The calendar day as YYYY-MM-DD in the person's zone.
export const dayOf = (seconds) =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone(), year: "numeric", month: "2-digit", day: "2-digit" }).format(seconds * 1000);

function near(seconds) {
  const day = dayOf(seconds);
  for (const [word, shift] of [["today", 0], ["yesterday", -86400], ["tomorrow", 86400]]) {
    if (day === dayOf(now() + shift)) return word;
  }
  return null;
}

export function dayWords(seconds) {
  const word = near(seconds);
  if (word) return word[0].toUpperCase() + word.slice(1);
  return format(seconds, { weekday: "long", month: "long", day: "numeric" });
}

export function ago(seconds) {
  const passed = now() - seconds;
  const steps = [[86400, "day"], [3600, "hour"], [60, "minute"]];
  const [size, unit] = steps.find(([size]) => Math.abs(passed) >= size) || [60, "minute"];
  const count = Math.floor(Math.abs(passed) / size);
  if (count === 0) return "just now";
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return passed >= 0 ? `${words} ago` : `in ${words}`;
}

function token(name, seconds) {
  if (name === "ago") return ago(seconds);
  if (name.endsWith("_pretty")) return near(seconds) || format(seconds, STYLES[name.replace("_pretty", "")]);
  return STYLES[name] ? format(seconds, STYLES[name]) : null;
}

export function fill(pattern, seconds) {
  return pattern.replace(/\{([a-z_]+)\}/g, (whole, name) => token(name, seconds) ?? whole);
}

// An element that keeps itself right while the pretend time runs.
export function dateElement(seconds, pattern, fallback, first) {
  const node = el("time", { datetime: new Date(seconds * 1000).toISOString(), title: fallback });
  const write = () => {
    const text = fill(pattern, seconds);
    const told = first ? text[0].toUpperCase() + text.slice(1) : text;
    if (node.textContent !== told) node.textContent = told;
  };
  node.refresh = write;
  write();
  return node;
}

export function refreshDates(root = document) {
  for (const node of root.querySelectorAll("time")) node.refresh?.();
}

// Wall-clock words of a zone (2026-11-23T14:00) to unix seconds: guess in UTC, then correct by the zone's offset there.
export function fromLocal(local) {
  const guess = Date.parse(`${local}:00Z`) / 1000;
  let at = guess;
  for (let turn = 0; turn < 2; turn += 1) at = guess - offset(at);
  return Math.round(at);
}

export function toLocal(seconds) {
  return new Date((seconds + offset(seconds)) * 1000).toISOString().slice(0, 16);
}

function offset(seconds) {
  const style = { timeZone: zone(), hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-US", style).formatToParts(seconds * 1000).map((part) => [part.type, Number(part.value)]));
  const there = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) / 1000;
  return there - Math.floor(seconds);
}
