// Light or dark, and paper: what belongs to the whole page. Nothing is stored.
const byId = (id) => document.getElementById(id);
const paper = matchMedia("print");
const forPaper = [];
const forScreen = [];

function lookControls() {
  const root = document.documentElement;
  const night = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : night.matches);
  const name = () => (byId("theme-name").textContent = isDark() ? "Light" : "Dark");
  byId("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    name();
  });
  night.addEventListener("change", name);
  byId("print").addEventListener("click", () => print());
  document.querySelector(".controls").hidden = false;
  name();
}

// Paper shows everything that the screen folds away, and folds it away again afterwards.
function paperOpensAll() {
  let opened = [];
  forPaper.push(() => {
    opened = [...document.querySelectorAll("details:not([open], .twin)")];
    for (const each of opened) each.open = true;
  });
  forScreen.push(() => {
    for (const each of opened) each.open = false;
    opened = [];
  });
}

let onPaper = false;
function turn(toPaper) {
  if (toPaper === onPaper) return;
  onPaper = toPaper;
  for (const run of toPaper ? forPaper : forScreen) run();
}
paper.addEventListener("change", () => turn(paper.matches));
addEventListener("beforeprint", () => turn(true));
addEventListener("afterprint", () => turn(false));

lookControls();
paperOpensAll();
