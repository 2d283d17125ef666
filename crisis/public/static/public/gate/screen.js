// What the page shows. It is told everything, and keeps nothing.
const words = JSON.parse(document.getElementById("words").textContent);
export const $ = (id) => document.getElementById(id);
export const told = (name, values = {}) => (words.said[name] || words.notices[name] || name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
export const label = (table, code) => (words[table] || {})[code] || code || "";
export const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
export const whole = (at) => new Date(at).toLocaleString([], { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false });
const element = (name, text, kind = "") => Object.assign(document.createElement(name), { textContent: text, className: kind });

export const view = (name) => document.querySelectorAll("[data-view]").forEach((one) => { one.hidden = one.dataset.view !== name; });
export const say = (text) => { $("say").textContent = text; $("say").hidden = !text; };
export const tell = (text, bad = false) => { const line = $("told"); line.textContent = text; line.classList.toggle("bad", bad); line.hidden = !text; };
export const stateWords = (stands) => (stands ? told(stands.kind === "boarded" ? "already" : "stands", { state: label("kinds", stands.kind), at: clock(stands.shown) }) : "");

// -- the door ---------------------------------------------------------------------------------
export const kept = (rows, chosen, choose) => {
  $("kept").replaceChildren(...rows.map(({ id, until, unsent }) => {
    const line = element("div", "", id === chosen ? "card chosen" : "card");
    const over = Date.now() >= until;
    const name = told(over ? "pack_over" : "pack", { id: id.slice(0, 4).toUpperCase(), at: whole(until), n: unsent });
    const button = Object.assign(element("button", name), { type: "button" });
    button.setAttribute("aria-pressed", id === chosen);
    button.addEventListener("click", () => choose(id));
    line.append(button);
    return line;
  }));
  $("link-field").hidden = Boolean(chosen);
};

// -- the desk ---------------------------------------------------------------------------------
const fill = (name, text) => document.querySelectorAll(`[data-fill=${name}]`).forEach((one) => { one.textContent = text; });
const english = document.documentElement.lang.startsWith("en");
const place = (one) => (one ? (english ? one.en : one.zh) + (one.code ? ` (${one.code})` : "") : "");

export const head = (pack, lane) => {
  const transport = lane.transport;
  fill("number", transport.number);
  fill("gate", lane.gate);
  fill("route", `${place(transport.origin)} → ${place(transport.destination)}`);
  fill("departs", transport.departs_local);
  fill("version", told("version", { n: lane.version }));
  fill("until", told("until", { at: whole(pack.until) }));
};
export const line = (online, waiting) => {
  $("net").textContent = told(online ? "online" : "offline");
  $("net").classList.toggle("up", online);
  fill("waiting", waiting ? told("waiting", { n: waiting }) : told("all_sent"));
};
export const notices = (list) => $("notices").replaceChildren(...list.map(({ code, ...values }) => {
  const grave = ["revoked", "cancelled", "expired", "unknown"].includes(code);
  const line = element("p", told(code, values), `done ${grave ? "needs_help" : "wait"}`);
  line.setAttribute("role", "alert");
  line.dataset.notice = code;
  return line;
}));
export const sums = (figures) => $("sums").replaceChildren(...Object.entries(figures).map(([name, number]) => {
  const item = element("li", label("sums", name));
  const figure = element("b", String(number));
  figure.dataset.sum = name;
  item.prepend(figure);
  return item;
}));

const whoIs = (one) => one.name || one.passport_name || `#${one.position}`;
const facts = (one) => [
  ["document", [label("documents", one.document_kind), one.document_number].filter(Boolean).join(" ")],
  ["birth", [one.birth_date, "MF".includes(one.sex) ? label("sexes", one.sex) : ""].filter(Boolean).join(" ")],
  ["nation", one.nationality],
  ["place", label("places", one.place)],
  ["needs", (one.needs || []).map((need) => label("needs", need)).join("、")],
  ["position", one.position],
].filter(([, text]) => text);
const GRAVE = ["unreadable", "document_expired", "no_document", "minor_alone", "lap_too_old"];

// `act(kind, {reason, note})` records; `party` is everybody of the party on this transport.
export const person = (one, stands, party, differences, act) => {
  const card = $("person").content.firstElementChild.cloneNode(true);
  const at = (selector) => card.querySelector(selector);
  card.classList.add(stands ? stands.kind : "open");
  card.dataset.position = one.position;
  at(".state").textContent = stateWords(stands);
  at(".state").hidden = !stands;
  at("h2").textContent = whoIs(one);
  at(".spelling").textContent = one.passport_name;
  facts(one).forEach(([name, text]) => at("dl").append(element("dt", label("fields", name)), element("dd", text)));
  const left = party.filter((other) => !other.stands || other.stands.kind !== "boarded").length;
  at(".party").textContent = told(party.length < 2 ? "party_alone" : left ? "party" : "party_whole", { n: party.length, left });
  at(".checks").append(...one.checks.map((code) => element("li", label("checks", code), GRAVE.includes(code) ? "grave" : "")));
  if (differences.length) at(".checks").prepend(element("li", told("differs", { what: differences.map((part) => label("zone", part)).join("、") }), "grave"));
  const reasons = at(".refuse select");
  reasons.append(element("option", ""), ...Object.entries(words.reasons).map(([value, text]) => Object.assign(element("option", text), { value })));
  reasons.options[0].value = "";
  const aboard = Boolean(stands) && stands.kind === "boarded";
  at("[data-do=boarded]").hidden = aboard;
  at("[data-do=taken_off]").hidden = !aboard;
  at(".no").hidden = aboard;
  at("[data-do=no_show]").hidden = Boolean(stands);
  card.querySelectorAll("[data-do]").forEach((button) => button.addEventListener("click", () => act(button.dataset.do, {})));
  at(".refuse").addEventListener("submit", (event) => {
    event.preventDefault();
    act("refused", { reason: reasons.value, note: at(".refuse input").value.trim() });
  });
  return card;
};
export const rows = (people, choose) => people.map(({ one, stands }) => {
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button" });
  const name = element("span", "");
  name.append(element("b", whoIs(one)), element("span", [one.passport_name, one.document_number].filter(Boolean).join(" · "), "soft"));
  button.append(name, element("span", stands ? stateWords(stands) : label("places", one.place), "soft"));
  button.addEventListener("click", () => choose(one));
  item.append(button);
  return item;
});
export const result = (...nodes) => $("result").replaceChildren(...nodes);
export const list = (nodes) => { const box = element("ul", "", "people"); box.append(...nodes); return box; };
export const strangers = (people, act) => $("strangers").replaceChildren(...people.map(({ walk_in, stands }) => {
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button", disabled: stands.kind === "no_show" });
  button.append(element("b", walk_in.name || walk_in.document || walk_in.code), element("span", stateWords(stands), "soft"));
  button.addEventListener("click", () => act(walk_in, stands.kind === "boarded" ? "taken_off" : "boarded"));
  item.append(button);
  return item;
}));
export const rest = (number) => { $("rest-words").textContent = told("rest", { n: number }); $("rest").hidden = number === 0; };
