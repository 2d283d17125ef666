// Answers that wait on this phone for a network: {key, path, search, body, at}, oldest first.
// Of one that was sent in the background only the times stay, until they were shown.
"use strict";
self.waiting = (() => {
  const open = () => new Promise((done, fail) => {
    const asked = indexedDB.open("guihang", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("answers", { keyPath: "key" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const act = async (mode, what) => {
    const base = await open();
    try {
      return await new Promise((done, fail) => {
        const turn = base.transaction("answers", mode);
        const asked = what(turn.objectStore("answers"));
        turn.oncomplete = () => done(asked.result);
        turn.onerror = turn.onabort = () => fail(turn.error);
      });
    } finally { base.close(); }
  };
  const all = async () => (await act("readonly", (rows) => rows.getAll())).sort((a, b) => a.at - b.at);
  const put = (row) => act("readwrite", (rows) => rows.put(row));
  const drop = (key) => act("readwrite", (rows) => rows.delete(key));
  // The server counts a key once, so that sending again is harmless. It is told the answer's age
  // and not its time, because a phone's clock may be wrong.
  const send = async (row) => {
    const body = new URLSearchParams(row.body);
    body.set("key", row.key);
    body.set("age_s", String(Math.max(0, Math.round((Date.now() - row.at) / 1000))));
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), 45000);
    try {
      const answer = await fetch(row.path + row.search, { method: "POST", body, credentials: "omit", signal: limit.signal });
      if (answer.status >= 500 || answer.status === 429 || answer.status === 408) throw new Error(answer.status);
      return { status: answer.status, text: await answer.text() };
    } finally { clearTimeout(timer); }
  };
  // The page and its worker take turns, so that nothing is sent by both.
  const alone = (work) => (navigator.locks ? navigator.locks.request("answers", work) : work());
  return { all, put, drop, send, alone };
})();
