// The table of all gaps: search, sort, pages. Only one page of them is ever laid out, so ten thousand cost no more than a few.
const FEW = 100;
const PAGE = 25;
const ON_PAPER = 200;

function gapsTable() {
  const place = byId("data");
  if (!place) return;
  const gaps = readGaps(place);
  const columns = [...document.querySelectorAll("table.gaps th")].map((head) => ({
    name: head.dataset.column, classes: head.className, title: head.textContent, head,
  }));
  const size = gaps.rows.length > FEW ? PAGE : FEW;
  const number = (count) => count.toLocaleString("en-US");
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const worstFirst = gaps.rows.map((_, id) => id);
  const state = { column: "severity", down: true, order: worstFirst, found: worstFirst, page: 0, open: new Set() };
  let finds = null;

  const BIG_FIRST = new Set(["severity", "days", "value"]);
  const keys = {
    severity: (row) => row[gaps.at.severity],
    days: (row) => row[gaps.at.days],
    value: (row) => Number.parseFloat(gaps.text(row, "value")) || 0,
  };

  function sort(column, down) {
    Object.assign(state, { column, down, page: 0 });
    const read = keys[column] ?? ((row) => gaps.shown(row, column));
    const values = gaps.rows.map(read);
    const compare = keys[column] ? (a, b) => a - b : collator.compare;
    const sign = down ? -1 : 1;
    state.order = [...worstFirst].sort((a, b) => sign * compare(values[a], values[b]) || a - b);
    find();
  }

  function gather() {
    finds ??= finder(gaps);
  }

  function wanted() {
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = byId("pick-kind").value;
    const cause = byId("pick-cause").value;
    if (!words.length && !kind && !cause) return null;
    gather();
    const tests = words.map(finds);
    if (kind) tests.push((id) => gaps.text(gaps.rows[id], "kind") === kind);
    if (cause) tests.push((id) => gaps.text(gaps.rows[id], "cause") === cause);
    return (id) => tests.every((test) => test(id));
  }

  function find() {
    const test = wanted();
    state.found = test ? state.order.filter(test) : state.order;
    state.page = 0;
    byId("clear").hidden = !test;
    draw();
  }

  function draw() {
    const from = onPaper ? 0 : state.page * size;
    const ids = onPaper ? worst(ON_PAPER) : state.found.slice(from, from + size);
    byId("rows").replaceChildren(...ids.flatMap(rowsOf));
    byId("found").textContent = onPaper ? paperWords(ids.length) : screenWords();
    if (!ids.length) byId("rows").append(el("tr", {}, el("td", { colspan: String(columns.length), class: "none" }, "No gap matches.")));
    for (const { name, head } of columns) head.setAttribute("aria-sort", name !== state.column ? "none" : state.down ? "descending" : "ascending");
    byId("sort").value = state.column;
    drawPages();
  }

  function worst(most) {
    const found = new Set(state.found);
    return worstFirst.filter((id) => found.has(id)).slice(0, most);
  }

  function rowsOf(id) {
    const row = gaps.rows[id];
    const isOpen = state.open.has(id);
    const shown = rowOf(gaps, row, id, columns, isOpen);
    return isOpen ? [shown, detailOf(gaps, row, id, columns.length)] : [shown];
  }

  function screenWords() {
    const all = number(gaps.rows.length);
    return state.found.length === gaps.rows.length ? `${all} ${gaps.rows.length === 1 ? "gap" : "gaps"}` : `${number(state.found.length)} of ${all} gaps match`;
  }

  function paperWords(count) {
    const matching = state.found.length < gaps.rows.length ? " that match the search" : "";
    if (count === state.found.length) return `${number(count)} ${count === 1 ? "gap" : "gaps"}${matching}.`;
    return `The worst ${number(count)} of the ${number(state.found.length)} gaps${matching} are printed. All of them are in gaps.csv.`;
  }

  function drawPages() {
    const pages = Math.max(Math.ceil(state.found.length / size), 1);
    document.querySelector(".pages").hidden = pages === 1;
    byId("page").textContent = `Page ${number(state.page + 1)} of ${number(pages)}`;
    byId("first").disabled = byId("previous").disabled = state.page === 0;
    byId("next").disabled = byId("last").disabled = state.page === pages - 1;
  }

  function turnTo(page) {
    state.page = Math.min(Math.max(page, 0), Math.ceil(state.found.length / size) - 1);
    draw();
    byId("gaps-title").scrollIntoView();
  }

  function toggle(button) {
    const id = Number(button.dataset.row);
    const row = button.closest("tr");
    const isOpen = !state.open.delete(id);
    if (isOpen) {
      state.open.add(id);
      row.after(detailOf(gaps, gaps.rows[id], id, columns.length));
      button.setAttribute("aria-controls", `gap-${id}`);
    } else {
      row.nextElementSibling.remove();
      button.removeAttribute("aria-controls");
    }
    button.setAttribute("aria-expanded", String(isOpen));
  }

  function jump({ column, value }) {
    clear();
    byId(`pick-${column}`).value = value;
    find();
    byId("gaps-title").scrollIntoView();
    byId("search").focus({ preventScroll: true });
  }

  function clear() {
    for (const id of ["search", "pick-kind", "pick-cause"]) byId(id).value = "";
  }

  function listen() {
    for (const { name, head } of columns)
      head.querySelector("button").addEventListener("click", () => sort(name, state.column === name ? !state.down : BIG_FIRST.has(name)));
    byId("search").addEventListener("input", find);
    for (const id of ["pick-kind", "pick-cause"]) byId(id).addEventListener("change", find);
    byId("sort").addEventListener("change", () => sort(byId("sort").value, BIG_FIRST.has(byId("sort").value)));
    byId("clear").addEventListener("click", () => { clear(); find(); byId("search").focus(); });
    byId("rows").addEventListener("click", (event) => { const button = event.target.closest("button.open"); if (button) toggle(button); });
    const last = () => Math.ceil(state.found.length / size) - 1;
    for (const [id, page] of Object.entries({ first: () => 0, previous: () => state.page - 1, next: () => state.page + 1, last })) byId(id).addEventListener("click", () => turnTo(page()));
    for (const button of document.querySelectorAll(".jump button")) {
      button.hidden = false;
      button.addEventListener("click", () => jump(button.dataset));
    }
    forPaper.push(draw);
    forScreen.push(draw);
  }

  const causes = [...new Set(gaps.rows.map((row) => gaps.text(row, "cause")))].sort(collator.compare);
  byId("pick-cause").append(...causes.map((cause) => el("option", { value: cause }, cause)));
  byId("sort").append(...columns.map(({ name, title }) => el("option", { value: name }, title)));
  document.querySelector(".tools").hidden = false;
  byId("unscripted").hidden = true;
  listen();
  draw();
  setTimeout(gather);
}

gapsTable();
