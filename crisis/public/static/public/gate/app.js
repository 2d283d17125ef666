// A gate without a network: opens a pack, keeps it encrypted, records, and sends when it can.
import * as camera from "./camera.js";
import { differing, find } from "./find.js";
import { fold } from "./fold.js";
import * as screen from "./screen.js";
import * as store from "./store.js";
import { Refused, ask, outgoing } from "./sync.js";

const { $, told, tell, say } = screen;
const addresses = document.body.dataset;
const SYNC_MS = 15000;
const BATCH = 200;
// What is open: {row, key, lane, people, scans}. In memory alone; closing the page locks.
let open = null;
let chosen = "";
let linked = "";
let filter = "open";
let shown = null;
let stopCamera = null;
let busy = false;
let online = navigator.onLine;

// -- the door ---------------------------------------------------------------------------------
const tokenIn = (text) => { const hash = text.slice(text.indexOf("#") + 1).trim(); return /^[A-Za-z0-9_-]{20,64}$/.test(hash) ? hash : ""; };
const door = async () => {
  await store.sweep();
  const rows = await Promise.all((await store.packs()).map(async (row) => ({ ...row, unsent: await store.unsent(row.id) })));
  if (!linked && !chosen && rows.length) chosen = rows[0].id;
  screen.kept(rows, linked ? "" : chosen, (id) => { chosen = id; linked = ""; door(); $("word").focus(); });
  $("link-field").hidden = Boolean(linked || chosen);
  screen.view("door");
};
const unlock = async (word) => {
  const row = (await store.packs()).find((one) => one.id === chosen);
  const key = await store.keyOf(word, row.salt);
  const lane = await store.unseal(key, `${row.id}/lane`, row.lane);
  const people = row.people ? await store.unseal(key, `${row.id}/people`, row.people) : null;
  const scans = await Promise.all((await store.scansOf(row.id)).map(async (one) => ({ ...await store.unseal(key, `${row.id}/${one.key}`, one.sealed), sent: one.sent })));
  return { row, key, lane, people, scans };
};
const fetchPack = async (token, word, by) => {
  const { pack, transport, people, parties, now, speed, states, notices } = await ask(addresses.pack, { token, word });
  const salt = crypto.getRandomValues(new Uint8Array(16)), id = store.random(8);
  const key = await store.keyOf(word, salt);
  const lane = { token, word, by, gate: pack.gate, version: pack.version, transport, number: pack.id };
  const kept = { people, parties, states, notices, base: { now: Date.parse(now), at: Date.now(), speed } };
  const row = { id, salt, until: Date.now() + pack.lasts_s * 1000, lane: await store.seal(key, `${id}/lane`, lane), people: await store.seal(key, `${id}/people`, kept) };
  await store.putPack(row);
  const scans = await takeOver(row, key, word, pack.id);
  return { row, key, lane, people: kept, scans };
};
// The same pack opened again on this phone: what the older copy holds moves over.
const takeOver = async (row, key, word, number) => {
  const moved = [], copies = [];
  for (const older of await store.packs()) {
    const lane = older.id !== row.id && await store.keyOf(word, older.salt).then((known) => store.unseal(known, `${older.id}/lane`, older.lane)).catch(() => null);
    if (!lane || lane.number !== number) continue;
    const known = await store.keyOf(word, older.salt);
    for (const one of await store.scansOf(older.id)) moved.push({ ...await store.unseal(known, `${older.id}/${one.key}`, one.sealed), sent: one.sent });
    copies.push(older.id);
  }
  await store.putScans(await Promise.all(moved.map(async (scan) => ({ key: scan.key, pack: row.id, sent: scan.sent, sealed: await store.seal(key, `${row.id}/${scan.key}`, scan) }))));
  for (const id of copies) await store.dropPack(id);
  return moved;
};
const enter = async (form) => {
  const word = form.word.value, by = form.by.value.trim();
  const token = linked || (chosen ? "" : tokenIn(form.link.value));
  say(told("opening"));
  try {
    open = token ? await fetchPack(token, word, by) : await unlock(word);
  } catch (problem) {
    if (problem instanceof Refused) say(problem.message);
    else if (!token) say(told("wrong"));
    else say(told(problem.name === "QuotaExceededError" ? "no_store" : "no_network"));
    return;
  }
  if (by) open.lane.by = by;
  form.reset();
  say("");
  chosen = open.row.id;
  linked = "";
  desk();
};

// -- where people stand -------------------------------------------------------------------------
// Moments by the server's clock, which a drill runs fast and a phone knows badly.
const serverTime = (at) => { const { now, at: then, speed } = open.people.base; return now + (at - then) * speed; };
const phoneTime = (at) => { const { now, at: then, speed } = open.people.base; return then + (at - now) / speed; };
const facts = (scans) => scans.map((scan) => ({ kind: scan.kind, at: serverTime(scan.at) }));
const standsOf = (position) => {
  const known = open.people.states[position];
  const own = open.scans.filter((scan) => scan.position === position && !scan.refused);
  const stands = fold([...facts(own), ...(known ? [{ kind: known[0], at: Date.parse(known[1]) }] : [])]);
  return stands && { ...stands, shown: phoneTime(stands.at) };
};
const everybody = () => open.people.people.map((one) => ({ one, stands: standsOf(one.position) }));
const walkIns = () => {
  const by = new Map();
  open.scans.filter((scan) => scan.walk_in).forEach((scan) => by.set(scan.walk_in.key, [...(by.get(scan.walk_in.key) || []), scan]));
  return [...by.values()].map((scans) => { const stands = fold(facts(scans)); return { walk_in: scans[0].walk_in, stands: { ...stands, shown: phoneTime(stands.at) } }; });
};

// -- the desk -----------------------------------------------------------------------------------
const waiting = () => open.scans.filter((scan) => !scan.sent).length;
const own = () => {
  const found = [];
  const refused = open.scans.filter((scan) => scan.refused).length, held = open.scans.filter((scan) => scan.held).length;
  if (refused) found.push({ code: "refused", n: refused });
  if (held) found.push({ code: "held", n: held });
  return found;
};
const draw = () => {
  screen.line(online, waiting());
  screen.notices([...(open.people ? open.people.notices : [{ code: open.over || "expired" }]), ...(open.lane.unknown ? [{ code: "unknown" }] : []), ...own()]);
  if (!open.people) return;
  const people = everybody(), is = (kind) => people.filter(({ stands }) => stands && stands.kind === kind).length;
  const left = people.filter(({ stands }) => !stands).length;
  const strangers = walkIns();
  screen.sums({ listed: people.length, boarded: is("boarded"), left: people.length - is("boarded"), refused: is("refused"), off: is("taken_off"), strangers: strangers.filter(({ stands }) => stands.kind === "boarded").length });
  const wanted = { all: () => true, boarded: ({ stands }) => stands && stands.kind === "boarded", open: ({ stands }) => !stands || stands.kind !== "boarded" }[filter];
  $("list").replaceChildren(...screen.rows(people.filter(wanted), show));
  screen.strangers(strangers, (walk_in, kind) => record({ kind, walk_in }, walk_in.name || walk_in.document));
  screen.rest(left);
};
const desk = () => {
  screen.view("desk");
  screen.head(open.row, open.lane);
  ["ask", "all", "stranger", "rest", "sums"].forEach((id) => { $(id).hidden = !open.people; });
  tell("");
  screen.result();
  draw();
  if (open.people) $("text").focus();
  sync();
};
const show = (one, differences = []) => {
  shown = { one, differences };
  const party = everybody().filter((other) => other.one.party === one.party);
  screen.result(screen.person(one, standsOf(one.position), party, differences, (kind, more) => record({ kind, position: one.position, ...more }, one.name || one.passport_name)));
  $("result").scrollIntoView({ block: "nearest" });
};
const look = (text) => {
  const found = find(text, open.people);
  shown = null;
  tell("");
  screen.result();
  if (found.wrong) return tell(told("bad_zone", { part: screen.label("zone", found.wrong) }), true);
  if (found.people.length === 1 && found.how !== "near") return show(found.people[0], found.zone ? differing(found.zone, found.people[0]) : []);
  if (found.people.length) {
    tell(found.how === "near" ? told("near") : told("several", { n: found.people.length }), found.how === "near");
    const rows = found.people.map((one) => ({ one, stands: standsOf(one.position) }));
    return screen.result(screen.list(screen.rows(rows, show)));
  }
  tell(told(found.how === "code" ? "unknown_code" : "not_listed"), true);
  return fillStranger(found, text);
};
// Whoever is not listed is captured: what was read of them stands in the form already.
const fillStranger = (found, text) => {
  const form = $("stranger");
  form.reset();
  form.code.value = found.code || "";
  const number = found.zone ? found.zone.number : text.trim();
  if (found.zone) form.elements.name.value = found.zone.name;
  if (!found.code && /\d/.test(number)) form.elements.document.value = number.toUpperCase();
  else if (!found.code) form.elements.name.value = text.trim();
  $("all").open = false;
  form.closest("details").open = true;
  form.scrollIntoView({ block: "nearest" });
};

// -- recording ----------------------------------------------------------------------------------
const keep = async (scan) => {
  const { row, key } = open;
  return { key: scan.key, pack: row.id, sent: Boolean(scan.sent), sealed: await store.seal(key, `${row.id}/${scan.key}`, scan) };
};
const write = async (scans) => {
  await store.putScans(await Promise.all(scans.map(keep)));
  open.scans.push(...scans.filter((scan) => !open.scans.includes(scan)));
};
const made = (more) => ({ key: store.random(16), at: Date.now(), by: open.lane.by, ...more });
const record = async (more, who) => {
  await write([made(more)]);
  tell(told("recorded", { who: who || "", state: screen.label("kinds", more.kind) }));
  if (shown) show(shown.one, shown.differences);
  draw();
  $("text").value = "";
  sync();
};

// -- sending ------------------------------------------------------------------------------------
const heard = async (sent, answer) => {
  const { written = [], known = [], held = [], refused = {} } = answer;
  const done = new Set([...written, ...known, ...held]);
  for (const scan of sent) {
    if (scan.key in refused) Object.assign(scan, { sent: true, refused: refused[scan.key] });
    else if (done.has(scan.key)) Object.assign(scan, { sent: true, held: held.includes(scan.key) });
  }
  await write(sent);
  if (!open.people) return;
  const { now, speed, states, notices } = answer;
  const over = notices.find(({ code }) => code === "revoked" || code === "expired");
  if (over) { await end(over.code); return; }
  Object.assign(open.people, { notices, base: { now: Date.parse(now), at: Date.now(), speed }, states: states || open.people.states });
  open.row.people = await store.seal(open.key, `${open.row.id}/people`, open.people);
  await store.putPack(open.row);
};
const send = async () => {
  let sent;
  do {
    sent = open.scans.filter((scan) => !scan.sent).slice(0, BATCH);
    const { token, word } = open.lane;
    await heard(sent, await ask(addresses.scans, { token, word, scans: outgoing(sent, Date.now()) }));
  } while (sent.length === BATCH);
};
const sync = async () => {
  if (busy || !open) return;
  busy = true;
  const mine = open;
  try {
    await send();
    online = true;
  } catch (problem) {
    // No network, or a server that is ill: everything stays, and goes with the next try.
    if (problem instanceof Refused) mine.lane.unknown = problem.status === 404;
    online = problem instanceof Refused;
  } finally { busy = false; }
  if (open === mine) draw();
};
// The people go from the phone; what waits is still sent.
const end = async (code) => {
  open.people = null;
  open.over = code;
  Object.assign(open.row, { people: null, until: Math.min(open.row.until, Date.now()) });
  await store.putPack(open.row);
  await store.sweep();
  desk();
};
const tick = async () => {
  if (!open) return;
  if (Date.now() >= open.row.until && open.people) await end("expired");
  sync();
};

// -- hands --------------------------------------------------------------------------------------
const lock = () => { open = null; shown = null; if (stopCamera) stopCamera(); screen.result(); $("stranger").reset(); door(); };
const on = (id, kind, what) => $(id).addEventListener(kind, (event) => { event.preventDefault(); what(event); });
const scanned = (text) => { closeCamera(); $("text").value = text; look(text); };
const closeCamera = () => { if (stopCamera) stopCamera(); stopCamera = null; $("camera").hidden = true; };

on("enter", "submit", (event) => enter(event.target));
on("ask", "submit", () => look($("text").value));
on("lock", "click", lock);
on("stop", "click", closeCamera);
on("scan", "click", async () => {
  $("camera").hidden = false;
  $("looking").textContent = told("looking");
  try { stopCamera = await camera.look($("video"), scanned); } catch { closeCamera(); tell(told("no_camera"), true); }
});
$("picture").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  const text = file && await camera.codeOfPicture(file).catch(() => null);
  if (text) scanned(text); else tell(told("no_code"), true);
});
$("text").addEventListener("keydown", (event) => {
  // A zone has two lines: Enter after the first is part of it.
  const lines = $("text").value.trim().split("\n");
  if (event.key === "Enter" && !(lines.length === 1 && /^[PAICV][A-Z0-9<]{29,43}$/i.test(lines[0]))) { event.preventDefault(); look($("text").value); }
});
on("stranger", "submit", (event) => {
  const form = event.target, kind = event.submitter.value;
  const walk_in = { key: store.random(12), name: form.elements.name.value.trim(), document: form.elements.document.value.trim(), note: form.elements.note.value.trim(), code: form.code.value };
  if (!walk_in.name && !walk_in.document && !walk_in.code) return tell(told("name_needed"), true);
  form.reset();
  return record({ kind, walk_in, reason: kind === "refused" ? "not_listed" : "" }, walk_in.name || walk_in.document);
});
on("rest", "submit", async () => {
  const left = everybody().filter(({ stands }) => !stands);
  if ($("rest-number").value.trim() !== String(left.length)) return tell(told("type_number", { n: left.length }), true);
  await write(left.map(({ one }) => made({ kind: "no_show", position: one.position })));
  $("rest").reset();
  tell(told("rest_done", { n: left.length }));
  draw();
  return sync();
});
on("forget", "click", async () => {
  if (waiting()) return tell(told("kept", { n: waiting() }), true);
  await store.dropPack(open.row.id);
  chosen = "";
  return lock();
});
document.querySelectorAll("[data-filter]").forEach((button) => button.addEventListener("click", () => {
  filter = button.dataset.filter;
  document.querySelectorAll("[data-filter]").forEach((one) => one.setAttribute("aria-pressed", one === button));
  draw();
}));
addEventListener("online", sync);
addEventListener("offline", () => { online = false; if (open) draw(); });
setInterval(tick, SYNC_MS);

// The link's secret goes out of the address at once, so that no history keeps it.
const arrive = () => {
  linked = tokenIn(location.hash);
  if (!linked) return;
  document.querySelectorAll("footer a[lang]").forEach((one) => { one.hash = location.hash; });
  history.replaceState(null, "", location.pathname + location.search);
};
addEventListener("hashchange", () => { arrive(); if (!open) door(); });
arrive();
if (navigator.serviceWorker) navigator.serviceWorker.register(addresses.worker).catch(() => {});
if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
if (self.indexedDB && self.crypto && crypto.subtle) door(); else say(told("no_store"));
