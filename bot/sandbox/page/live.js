// The live feed: a snapshot, then changes, and a patient reconnect.

import { byId } from "./dom.js";
import { load, key, setClock, store } from "./store.js";

let socket = null;
let tries = 0;

export function connect({ onSnapshot, onChanges }) {
  socket?.close();
  const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live?user=${encodeURIComponent(store.user)}`;
  const mine = (socket = new WebSocket(address));
  mine.addEventListener("message", (event) => {
    if (mine !== socket) return;
    const told = JSON.parse(event.data);
    tries = 0;
    state("");
    if (told.type === "snapshot") {
      load(told);
      onSnapshot();
    } else {
      setClock(told.clock);
      onChanges(told.changes.map(take));
    }
  });
  mine.addEventListener("close", () => {
    if (mine !== socket) return;
    state("Reconnecting…");
    tries += 1;
    setTimeout(() => mine === socket && connect({ onSnapshot, onChanges }), Math.min(250 * 2 ** tries, 5000));
  });
}

function state(text) {
  byId("connection").textContent = text;
}

function take(change) {
  if (change.type === "message") {
    const known = store.messages.has(key(change.message));
    store.messages.set(key(change.message), change.message);
    return { ...change, fresh: !known };
  }
  if (change.type === "deleted") store.messages.delete(key(change));
  if (change.type === "views") Object.assign(store, { modals: change.modals, home: change.home });
  return change;
}
