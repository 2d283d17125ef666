// The live board. The stream sends everything once and then what changed; where it is silent the
// page asks for the same every five seconds, and says how old its figures are when it hears nothing.
(() => {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  const POLL_MS = 5000, LOST_MS = 12000, AGAIN_MS = 5000, PART_MS = 15000;
  const said = board.dataset, figures = {};
  const all = (selector) => document.querySelectorAll(selector);
  const state = document.querySelector("[data-stream-state]"), age = document.querySelector("[data-line-age]");
  let stream = null, up = false, polled = false, out = false, heardAt = performance.now(), full = false;

  // -- What the page shows ------------------------------------------------------------------
  const flash = (place) => {
    place.classList.remove("changed");
    void place.offsetWidth;
    place.classList.add("changed");
  };
  const write = (place) => {
    const value = String(figures[place.dataset.count] ?? (place.dataset.count.endsWith("estimated") ? "—" : 0));
    if (place.textContent === value) return;
    place.textContent = value;
    flash(place);
  };
  const patch = (touched) => {
    const at = (name) => (place) => touched === null || touched.has(place.dataset[name]);
    [...all("[data-count]")].filter(at("count")).forEach(write);
    for (const place of all("[data-when]")) place.hidden = !figures[place.dataset.when];
    for (const place of all("[data-unless]")) place.hidden = Boolean(figures[place.dataset.unless]);
    for (const bar of all("[data-progress]")) {
      bar.max = figures[bar.dataset.most] || 1;
      bar.value = figures[bar.dataset.progress] ?? 0;
    }
  };
  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  };
  const label = (name, value) => document.querySelector(`[data-${name}="${CSS.escape(value)}"]`)?.textContent ?? value;
  const line = (event, list) => {
    const row = document.createElement("li"), at = element("time", "", `${event.at} `);
    at.append(element("span", "beijing", event.beijing ? `${said.beijing} ${event.beijing}` : said.same));
    const who = event.name && list.dataset.person ? element("a", "", event.name) : document.createTextNode(`#${event.person}`);
    if (who.tagName) who.href = list.dataset.person.replace(/0\/$/, `${event.person}/`);
    row.append(at, " ", who, " ", element("span", `chip ${event.kind}`, label("kind", event.kind)), " ", element("small", "", label("source", event.source)));
    row.dataset.event = event.id;
    return row;
  };
  const tell = (events, whole) => {
    for (const list of all("[data-events]")) {
      if (whole) list.replaceChildren();
      if (events.length) list.querySelector("[data-empty]")?.remove();
      for (const event of [...events].reverse()) {
        if (!list.querySelector(`[data-event="${event.id}"]`)) list.prepend(line(event, list));
      }
      while (list.children.length > Number(list.dataset.events)) list.lastElementChild.remove();
    }
  };
  const part = (name) => document.body.dispatchEvent(new Event(`board-${name}`));

  // When the figures were read, by the server's clock.
  const date = ([there, beijing]) => {
    for (const place of all("[data-at]")) place.textContent = there;
    for (const place of all("[data-at-beijing]")) place.textContent = beijing || there;
  };
  const apply = (news, whole) => {
    const before = { ...figures };
    if (whole) for (const key of Object.keys(figures)) delete figures[key];
    Object.assign(figures, news.set);
    for (const key of news.gone ?? []) delete figures[key];
    // What is not there is nought: a state that no message is in any more.
    patch(whole ? null : new Set([...Object.keys(news.set), ...(news.gone ?? [])]));
    if (news.events.length || whole) tell(news.events, whole && news.events.length);
    if (full) {
      for (const name of ["notices", "heads", "estimate", "waves"]) {
        if (before[`marks.${name}`] !== figures[`marks.${name}`]) part(name);
      }
      if (news.events.length) part("answers");
      if (Object.keys(news.set).some((key) => key.startsWith("condition."))) part("moved");
    }
    full = true;
    heard(news.at);
  };

  // -- The line -----------------------------------------------------------------------------
  const told = (milliseconds) => {
    const seconds = Math.round(milliseconds / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  const show = () => {
    const silent = performance.now() - heardAt, lost = silent > LOST_MS;
    const words = out ? said.out : lost ? said.lost : up ? said.up : said.polled;
    document.body.classList.toggle("line-lost", lost || out);
    if (state) {
      state.classList.toggle("up", up && !lost && !out);
      if (state.textContent !== words) state.textContent = words;
    }
    const old = lost || out ? said.age.replace("#", told(silent)) : "";
    if (age && age.textContent !== old) age.textContent = old;
  };
  const heard = (at) => { heardAt = performance.now(); out = false; date(at); show(); };
  const listen = () => {
    stream?.close();
    if (!said.stream) return;
    stream = new EventSource(said.stream, { withCredentials: true });
    const news = (whole) => (event) => { up = true; apply(JSON.parse(event.data), whole); };
    stream.addEventListener("snapshot", news(true));
    stream.addEventListener("change", news(false));
    stream.addEventListener("beat", (event) => { up = true; heard(JSON.parse(event.data).at); });
    stream.onerror = () => { up = false; show(); };
  };
  const ask = async () => {
    try {
      const answer = await fetch(said.live, { credentials: "same-origin", redirect: "manual", headers: { Accept: "application/json" } });
      if (answer.ok) apply(await answer.json(), true);
      else if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) out = true;
    } catch { /* no network: what is shown grows old, and says so */ }
    show();
  };

  listen();
  setInterval(show, 1000);
  setInterval(() => {
    const silent = performance.now() - heardAt > LOST_MS;
    if (up && silent) up = false;  // an open line on which nothing comes any more
    if (!up) ask();
  }, POLL_MS);
  // A browser gives up a stream that was refused; whoever logs in again shall see it come back.
  setInterval(() => { if (!up && (!stream || stream.readyState === EventSource.CLOSED || performance.now() - heardAt > LOST_MS)) listen(); }, AGAIN_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !up) ask(); });
  addEventListener("pagehide", () => stream?.close());
  document.body.addEventListener("htmx:afterSwap", () => patch(null));

  // -- The wall has no htmx: its plot is fetched here, and its clocks go ---------------------
  const stale = new Set();
  for (const name of ["answers", "waves"]) {
    document.body.addEventListener(`board-${name}`, () => all(`[data-part][data-on=${name}]`).forEach((box) => stale.add(box)));
  }
  setInterval(async () => {
    for (const box of stale) {
      stale.delete(box);
      const answer = await fetch(box.dataset.part, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
      if (!answer?.ok) continue;
      const open = box.querySelector("details")?.open;
      box.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
      if (open) box.querySelector("details")?.setAttribute("open", "");
      patch(null);
    }
  }, PART_MS);
  let moved = 0;
  document.body.addEventListener("board-moved", () => {
    if (performance.now() - moved < PART_MS) return;
    moved = performance.now();
    document.body.dispatchEvent(new Event("standings"));  // the map asks for its clusters again
  });
})();
