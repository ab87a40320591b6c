// The question before an act that is hard to undo.

import { el } from "./dom.js";
import { plainWords, textObject } from "./mrkdwn.js";

export function confirmFirst(confirm, anchor) {
  return new Promise((resolve) => {
    const style = confirm.style === "danger" ? "button-danger" : "button-primary";
    const yes = el("button", { class: `button ${style}`, type: "button" }, plainWords(confirm.confirm));
    const no = el("button", { class: "button", type: "button" }, plainWords(confirm.deny));
    const title = el("h2", { class: "modal-title", id: "confirm-title" }, plainWords(confirm.title));
    const box = el("dialog", { class: "modal modal-small", "aria-labelledby": "confirm-title" },
      el("div", { class: "modal-head" }, title),
      el("div", { class: "modal-body" }, textObject(confirm.text)),
      el("div", { class: "modal-foot" }, no, yes));
    yes.addEventListener("click", () => box.close("yes"));
    no.addEventListener("click", () => box.close(""));
    box.addEventListener("close", () => {
      box.remove();
      anchor.focus();
      resolve(box.returnValue === "yes");
    });
    document.body.append(box);
    box.showModal();
  });
}
