// What the page knows: filled by the live feed, read by everything that draws.

export const store = {
  user: new URLSearchParams(location.search).get("user") || sessionStorage.getItem("user") || "U0ALEX",
  bot: "",
  people: {},
  actors: [],
  channel: "",
  dm: "",
  channels: [],
  commands: [],
  shortcuts: [],
  messages: new Map(),
  modals: [],
  home: null,
  clock: { now: Date.now() / 1000, speed: 1, at: performance.now() },
  place: { kind: "channel", id: "" },
  thread: null,
  unread: new Set(),
};

export function load(snapshot) {
  const { user, bot, people, actors, channel, dm, channels, commands, shortcuts, modals, home } = snapshot;
  Object.assign(store, { user, bot, people, actors, channel, dm, channels, commands, shortcuts, modals, home });
  store.messages = new Map(snapshot.messages.map((message) => [key(message), message]));
  setClock(snapshot.clock);
  if (!store.place.id) store.place = { kind: "channel", id: channel };
}

export const key = (message) => `${message.channel}/${message.ts}`;

export function setClock(clock) {
  store.clock = { ...clock, at: performance.now() };
}

// The present of the pretend world, in unix seconds.
export function now() {
  return store.clock.now + ((performance.now() - store.clock.at) / 1000) * store.clock.speed;
}

export const isReply = (message) => Boolean(message.thread_ts && message.thread_ts !== message.ts);

function sorted(messages) {
  return messages.sort((one, other) => Number(one.ts) - Number(other.ts));
}

export function inChannel(channel) {
  const all = [...store.messages.values()].filter((message) => message.channel === channel);
  return sorted(all.filter((message) => !isReply(message) || message.subtype === "thread_broadcast"));
}

export function inThread(channel, ts) {
  const all = [...store.messages.values()].filter((message) => message.channel === channel);
  return sorted(all.filter((message) => isReply(message) && message.thread_ts === ts));
}

export function personName(id) {
  return store.people[id]?.name || (id === "USLACKBOT" ? "Slackbot" : id);
}

export const zone = () => store.people[store.user]?.timezone || "UTC";
