// Live counts. The stream says what changed; when it is silent the page asks every five seconds.
(() => {
  const room = document.querySelector("[data-stream]");
  if (!room) return;
  const state = document.querySelector("[data-stream-state]");
  const REFRESH_MS = 2000, POLL_MS = 5000;
  let up = false, refreshDue = null;

  const show = (connected) => {
    up = connected;
    if (!state) return;
    state.classList.toggle("up", connected);
    state.textContent = connected ? state.dataset.up : state.dataset.down;
  };
  // {condition: {safe: 3}} fills data-count="condition.safe".
  const lookUp = (counts, path) => path.split(".").reduce((part, key) => part?.[key], counts);
  const patch = (counts) => {
    for (const place of document.querySelectorAll("[data-count]")) {
      const value = String(lookUp(counts, place.dataset.count) ?? 0);
      if (place.textContent !== value) {
        place.textContent = value;
        place.classList.remove("changed");
        void place.offsetWidth;
        place.classList.add("changed");
      }
    }
    for (const bar of document.querySelectorAll("[data-progress]")) {
      bar.value = lookUp(counts, bar.dataset.progress) ?? bar.value;
    }
  };
  const refresh = () => document.body.dispatchEvent(new Event("standings"));
  const refreshSoon = () => {
    refreshDue ??= setTimeout(() => { refreshDue = null; refresh(); }, REFRESH_MS);
  };

  const stream = new EventSource(room.dataset.stream, { withCredentials: true });
  let first = true;
  stream.addEventListener("counts", (event) => {
    patch(JSON.parse(event.data));
    if (!first) refreshSoon();
    first = false;
  });
  stream.onopen = () => show(true);
  stream.onerror = () => show(false);
  setInterval(() => { if (!up) refresh(); }, POLL_MS);
  addEventListener("pagehide", () => stream.close());
})();
