// The gaps as data, and the table's rows made of them. Text is only ever set as text.
function readGaps(place) {
  const { columns, texts, rows } = JSON.parse(place.textContent);
  const at = Object.fromEntries(columns.map((name, position) => [name, position]));
  const words = ["", "low", "normal", "high", "critical"];
  const text = (row, column) => texts[row[at[column]]];
  const evidence = (row) => row[at.evidence].map((line) => line.map((position) => texts[position]));
  const shown = (row, column) => {
    if (column === "severity") return words[row[at.severity]];
    if (column === "days") return String(row[at.days]);
    if (column === "order") return text(row, "order") || "whole store";
    if (column === "value") return [text(row, "value"), text(row, "currency")].filter(Boolean).join(" ");
    return text(row, column);
  };
  return { rows, texts, at, words, text, shown, evidence };
}

// Finds gaps by words: each text is looked through once, however many gaps share it.
function finder({ rows, texts, at, words }) {
  const folded = texts.map((text) => text.toLowerCase());
  const numbers = new Set([at.severity, at.days]);
  const placesOf = (row) => row.flatMap((cell, position) => (numbers.has(position) ? [] : cell)).flat();
  const places = rows.map((row) => Uint32Array.from(placesOf(row)));
  const plain = rows.map((row) => `${words[row[at.severity]]}${row[at.order] ? "" : "\nwhole store"}`);
  return (word) => {
    const holds = new Uint8Array(folded.length);
    for (let place = 0; place < folded.length; place += 1) if (folded[place].includes(word)) holds[place] = 1;
    return (id) => {
      for (const place of places[id]) if (holds[place]) return true;
      return plain[id].includes(word);
    };
  };
}

function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === "" || value === undefined || value === false) continue;
    if (key === "class") node.className = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter(Boolean));
  return node;
}

// A cell keeps the direction of its text to itself, so none needs a bdi, which would double the time a page takes to lay out.
// One row, and below it, once it is opened, one more with everything known of the gap.
function rowOf(gaps, row, id, columns, isOpen) {
  const cells = columns.map(({ name, classes }) => el("td", { class: classes }, cellOf(gaps, row, name, id, isOpen)));
  return el("tr", { class: gaps.text(row, "edge") ? "at-edge" : "" }, cells);
}

function cellOf(gaps, row, column, id, isOpen) {
  const shown = gaps.shown(row, column);
  if (column === "severity") return severityOf(shown);
  if (column === "order") {
    const name = el("span", { class: "name" }, shown);
    return el("button", { type: "button", class: "open", "aria-expanded": String(isOpen), "aria-controls": isOpen ? `gap-${id}` : "", "data-row": String(id) }, name);
  }
  if (column === "title") {
    const edge = gaps.text(row, "edge");
    const small = el("small", { class: "narrow-only" }, gaps.shown(row, "severity"), ", ", gaps.text(row, "cause"));
    return [shown, " ", edge && el("span", { class: "edge" }, `edge: ${edge}`), small];
  }
  return shown;
}

const severityOf = (word) => el("span", { class: `severity severity-${word}` }, word);

function detailOf(gaps, row, id, width) {
  const text = (column) => gaps.text(row, column);
  const said = (column) => el("bdi", {}, text(column));
  const lines = gaps.evidence(row).map(([field, theirs, ours]) =>
    el("tr", {}, el("th", { scope: "row" }, field), el("td", {}, el("bdi", {}, theirs || "–")), el("td", {}, el("bdi", {}, ours || "–"))));
  const titles = ["Evidence", "ShipStation", "Shopify"].map((title) => el("th", { scope: "col" }, title));
  const links = [["shopify", "Shopify"], ["shipstation", "ShipStation"]].filter(([column]) => text(column)).map(([column, name]) =>
    [el("a", { href: text(column), target: "_blank", rel: "noopener noreferrer" }, `Open in ${name}`), " "]);
  const facts = [["Since", text("since") && `${text("since")} UTC`], ["Store", text("store")], ["Carrier", text("carrier")], ["Value", gaps.shown(row, "value")], ["Kind", text("kind")]];
  return el("tr", { class: "detail", id: `gap-${id}` }, el("td", { colspan: String(width) }, el("div", { class: "gap" },
    el("p", { class: "headline" }, said("headline")),
    text("edge") && el("p", { class: "note" }, `At the window's edge (${text("edge")}): what is missing may lie outside the files, so it is not counted.`),
    el("p", {}, el("b", {}, "Do:"), " ", text("action")),
    el("p", {}, el("b", {}, "Cause"), ` (${text("confidence")}): `, said("causeText")),
    lines.length > 0 && el("table", { class: "evidence" }, el("thead", {}, el("tr", {}, titles)), el("tbody", {}, lines)),
    el("p", { class: "quiet" }, facts.filter(([, value]) => value).map(([name, value]) => [`${name}: `, el("bdi", {}, value), ". "]), links))));
}
