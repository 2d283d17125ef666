// {{ version }}
// Keeps the gate page on the phone, so that it opens without a network. It sees no pack: those are
// encrypted, and only the page, once unlocked, can read and send.
"use strict";
const FILES = "gate-{{ version }}";
const ASSETS = [{% for asset in assets %}"{{ asset|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const HOME = "{% url 'public:gate' %}";
const PAGES = [`${HOME}?lang=zh-hans`, `${HOME}?lang=en`];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((store) => store.addAll([...ASSETS, ...PAGES])).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("gate-") && name !== FILES) await caches.delete(name);
    await self.clients.claim();
  })());
});
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (ASSETS.includes(address.pathname)) event.respondWith(file(event.request));
  else if (event.request.mode === "navigate" && address.pathname === HOME) event.respondWith(page(event, address));
});

const file = async (request) => (await caches.match(request, { ignoreVary: true })) || fetch(request);

// The network first; what was kept when there is none, or it takes too long.
const page = async (event, address) => {
  const store = await caches.open(FILES);
  const wanted = HOME + (address.search || "?lang=zh-hans");
  try {
    const fresh = await fetch(event.request, { signal: AbortSignal.timeout(5000) });
    if (fresh.ok && PAGES.includes(wanted)) event.waitUntil(store.put(wanted, fresh.clone()));
    return fresh;
  } catch {
    const kept = (await store.match(wanted, { ignoreVary: true })) || (await store.match(PAGES[0], { ignoreVary: true }));
    return kept || Response.error();
  }
};
