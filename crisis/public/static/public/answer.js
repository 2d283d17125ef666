// Answers survive a dead network: each press is kept on the phone first, then sent, then forgotten.
// Without this file, or where a browser keeps nothing, the forms are sent as any form.
"use strict";
(() => {
  const main = document.querySelector("main");
  if (!main || !self.waiting || !self.indexedDB || !self.fetch || !self.AbortController) return;
  const path = location.pathname;
  const RETRY_MS = 15000;
  let busy = false;
  let lastPress = "";

  const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
  const lines = () => main.querySelector("[data-queue]");
  const say = (words) => {
    const place = lines();
    if (!place) return;
    place.hidden = words.length === 0;
    place.replaceChildren(...words.map((word) => Object.assign(document.createElement("strong"), { textContent: word })));
  };
  const told = (name, row) => lines().dataset[name].replace("{at}", clock(row.at)).replace("{sent}", clock(row.sent));
  const mine = async () => (await waiting.all()).filter((row) => row.path === path);

  const show = async () => {
    if (!lines()) return;
    const rows = await mine();
    say(rows.map((row) => told(row.body ? (busy ? "sending" : "waiting") : "sent", row)));
  };
  // The page that the server answered with takes the place of this one.
  const turnTo = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html").querySelector("main");
    if (!page) return;
    main.replaceChildren(...page.childNodes);
    document.dispatchEvent(new Event("page:shown"));
    const first = main.querySelector("[role=status],[role=alert],h1");
    first.tabIndex = -1;
    first.focus();
    scrollTo(0, 0);
  };
  // Whoever is writing more meanwhile keeps what is written.
  const isTyping = () => [...main.querySelectorAll("#note, #party, [name=plan]:checked")].some((field) => field.value);
  const deliver = async () => {
    let row;
    while ((row = (await waiting.all()).find((one) => one.body))) {
      const answer = await waiting.send(row);
      await waiting.drop(row.key);
      if (row.key === lastPress && !isTyping()) turnTo(answer.text);
      else if (row.path === path) await waiting.put({ key: row.key, path, at: row.at, sent: Date.now() });
    }
  };
  const flush = async () => {
    if (busy) return;
    busy = true;
    try {
      await show();
      await waiting.alone(deliver);
    } catch {
      // No network, or a server that is ill: it stays on the phone, and goes with the next try.
      addMore();
      if (navigator.serviceWorker) navigator.serviceWorker.ready.then((worker) => worker.sync && worker.sync.register("answers")).catch(() => {});
    } finally { busy = false; }
    await show();
  };
  // Without a network the next questions come out of this page itself.
  const addMore = () => {
    const more = main.querySelector("template[data-more]");
    if (!more || main.querySelector("form [name=part]") || !lastPress) return;
    more.before(more.content.cloneNode(true));
    const after = main.querySelector("[name=after]");
    if (after) after.value = more.dataset.after || "";
    document.dispatchEvent(new Event("page:shown"));
  };

  const keep = async (form, body, pressed) => {
    const said = body.toString();
    if ((await mine()).some((row) => row.body === said)) return;
    const row = { key: newKey(), path, search: location.search || "?", body: said, at: Date.now() };
    await waiting.put(row);
    lastPress = row.key;
    const more = main.querySelector("template[data-more]");
    if (more && pressed) more.dataset.after = pressed;
    if (body.get("part") === "details") form.remove();
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-answer]");
    if (!form) return;
    event.preventDefault();
    const button = event.submitter;
    const body = new URLSearchParams(new FormData(form));
    body.delete("page_key");
    if (button && button.name) body.append(button.name, button.value);
    try {
      await keep(form, body, button && button.value);
    } catch {
      if (button && button.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
      form.submit();
      return;
    }
    await flush();
  });
  addEventListener("online", flush);
  setInterval(async () => { if ((await waiting.all()).some((row) => row.body)) flush(); }, RETRY_MS);

  // This page as it came, for the next time without a network. It names nobody.
  const keepPage = async () => {
    if (!self.caches || main.querySelector("[data-answered]") || !document.querySelector("[data-kept][hidden]")) return;
    const headers = { "Content-Type": "text/html; charset=utf-8", Date: new Date().toUTCString() };
    const store = await caches.open("pages");
    await store.put(path, new Response(`<!doctype html>${whole}`, { headers }));
  };
  const whole = document.documentElement.outerHTML;
  keepPage().catch(() => {});
  if (navigator.serviceWorker) navigator.serviceWorker.register("/c/worker.js").catch(() => {});

  // What was sent while the page was closed is said once.
  flush().then(mine).then((rows) => rows.filter((row) => !row.body).forEach((row) => waiting.drop(row.key))).catch(() => {});
})();
