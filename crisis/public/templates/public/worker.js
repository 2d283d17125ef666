// {{ version }}
// Keeps the check-in page on the phone, so that it opens without a network, and sends the answers
// that wait there when the browser says that the network is back.
"use strict";
importScripts({% for asset in assets %}{% if "queue.js" in asset %}"{{ asset|escapejs }}"{% endif %}{% endfor %});
const FILES = "files-{{ version }}";
const PAGES = "pages";
const ASSETS = [{% for asset in assets %}"{{ asset|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const DAY = 86400000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((store) => store.addAll(ASSETS)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== FILES && name !== PAGES) await caches.delete(name);
    await forgetOldPages();
    await self.clients.claim();
  })());
});
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (ASSETS.includes(address.pathname)) event.respondWith(file(event.request));
  else if (event.request.mode === "navigate") event.respondWith(page(event));
});
self.addEventListener("sync", (event) => {
  if (event.tag === "answers") event.waitUntil(waiting.alone(sendAll));
});

const file = async (request) => (await caches.match(request, { ignoreVary: true })) || fetch(request);

// The network first, because the alert may have been taken back; what was kept when there is none.
const page = async (event) => {
  const store = await caches.open(PAGES);
  const key = new URL(event.request.url).pathname;
  try {
    const fresh = await fetch(event.request, { signal: AbortSignal.timeout(20000) });
    if (fresh.ok) event.waitUntil(store.put(key, fresh.clone()));
    else if (fresh.status === 404) event.waitUntil(store.delete(key));
    return fresh;
  } catch {
    const kept = await store.match(key, { ignoreVary: true });
    if (!kept) return Response.error();
    const shown = (tag) => tag.replace(/ hidden(="")?/, "");
    const text = (await kept.text()).replace(/<p[^>]* data-kept[^>]*>/, shown);
    return new Response(text, { headers: kept.headers });
  }
};
// A link is good for thirty days.
const forgetOldPages = async () => {
  const store = await caches.open(PAGES);
  for (const request of await store.keys()) {
    const kept = await store.match(request, { ignoreVary: true });
    if (Date.now() - Date.parse(kept.headers.get("Date")) > 30 * DAY) await store.delete(request);
  }
};
const sendAll = async () => {
  for (const row of await waiting.all()) {
    if (!row.body) continue;
    await waiting.send(row);
    // Only the times stay, until the page has shown them.
    await waiting.put({ key: row.key, path: row.path, at: row.at, sent: Date.now() });
  }
};
