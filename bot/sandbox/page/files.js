// Files: chosen in a window, attached or dropped in the app's own conversation, and shown in messages.

import { el, freshId, toast } from "./dom.js";
import { plainWords } from "./mrkdwn.js";
import { store } from "./store.js";

const SHOWN = /^image\/(png|jpeg|gif|webp)$/;

// Takes one file to the workspace; it is shared only by what is sent afterwards.
async function upload(file) {
  const query = new URLSearchParams({ user: store.user, name: file.name });
  try {
    const told = await (await fetch(`/page/upload?${query}`, { method: "POST", body: file })).json();
    return told.file;
  } catch {
    toast(`${file.name} could not be uploaded.`);
    return null;
  }
}

export async function uploadAll(files) {
  return (await Promise.all([...files].map(upload))).filter(Boolean);
}

export function size(bytes) {
  const [unit, by] = bytes < 1024 ** 2 ? ["kB", 1024] : ["MB", 1024 ** 2];
  return `${Math.max(1, Math.round(bytes / by))} ${unit}`;
}

// The files that were chosen so far, each with a way to take it out again.
export function chips(files, onRemove) {
  return el("ul", { class: "file-chips" }, files.map((file) => el("li", { class: "file-chip" },
    el("span", { class: "file-name" }, file.name), el("span", { class: "file-size" }, size(file.size)),
    el("button", { type: "button", class: "icon-button", "aria-label": `Remove ${file.name}`, on: { click: () => onRemove(file) } }, "×"))));
}

export function chooser(label, { accept, onFiles, id }) {
  const input = el("input", { type: "file", class: "file-picker", multiple: true, accept, "aria-label": label, id });
  input.addEventListener("change", async () => {
    const chosen = [...input.files];
    input.value = "";
    await onFiles(chosen);
  });
  return input;
}

// Lets files be dropped on a node while `when` says so.
export function dropZone(node, when, onFiles) {
  const mark = (on) => node.classList.toggle("drop-here", on);
  node.addEventListener("dragover", (event) => {
    if (!when() || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    mark(true);
  });
  node.addEventListener("dragleave", (event) => !node.contains(event.relatedTarget) && mark(false));
  node.addEventListener("drop", (event) => {
    mark(false);
    if (!when() || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    onFiles(event.dataTransfer.files);
  });
}

export function fileInput(body, report, state, context) {
  const endings = body.filetypes || [];
  const id = freshId("files");
  const list = el("div", {});
  const node = el("div", { class: "file-input", role: "group", "aria-label": context.label });
  let files = state.files || [];
  const keep = (fresh) => {
    files = fresh;
    list.replaceChildren(...(files.length ? [chips(files, (gone) => keep(files.filter((one) => one !== gone)))] : []));
    report({ type: body.type, files }, node);
  };
  const add = async (chosen) => {
    const right = [...chosen].filter((file) => !endings.length || endings.includes(file.name.split(".").pop().toLowerCase()));
    if (right.length < chosen.length) toast(`Only these kinds of files can be added here: ${endings.join(", ")}.`);
    keep([...files, ...(await uploadAll(right))].slice(0, body.max_files || 10));
  };
  const input = chooser(context.label || plainWords(body.placeholder) || "Files", { accept: endings.map((one) => `.${one}`).join(","), onFiles: add, id });
  if (files.length) list.append(chips(files, (gone) => keep(files.filter((one) => one !== gone))));
  node.append(list, input, el("label", { class: "file-add", for: id }, "Add files, or drop them here"));
  dropZone(node, () => true, add);
  return node;
}

// What a message carries: pictures are shown, everything else can be downloaded.
export function attached(files) {
  return el("div", { class: "attached" }, files.map((file) => {
    const address = `/page/file/${encodeURIComponent(file.id)}`;
    if (SHOWN.test(file.mimetype)) {
      const image = el("img", { class: "attached-picture", src: address, alt: file.alt_txt || file.title, loading: "lazy" });
      const name = el("figcaption", { class: "file-name" }, file.title);
      return el("figure", { class: "attached-figure" }, name, el("a", { href: address, target: "_blank", rel: "noopener" }, image));
    }
    return el("a", { class: "attached-file", href: address, download: file.name },
      el("span", { class: "file-mark", "aria-hidden": "true" }, file.filetype.slice(0, 4)),
      el("span", { class: "attached-words" }, el("strong", {}, file.title), el("small", {}, `${file.filetype.toUpperCase()} · ${size(file.size)}`)));
  }));
}
