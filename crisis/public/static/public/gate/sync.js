// Sending what waits, and hearing what the other gates did. The server counts a scan once by its
// key, so that sending again is harmless.
export class Refused extends Error {
  constructor(status, problem) { super(problem.title || String(status)); this.status = status; this.code = problem.code || ""; }
}
const PATIENCE_MS = 30000;

// Throws Refused for an answer that is no; anything else that is thrown means no network.
export const ask = async (address, body) => {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), PATIENCE_MS);
  try {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body), credentials: "omit", cache: "no-store", signal: limit.signal });
    if (answer.status >= 500 || answer.status === 429) throw new Error(answer.status);
    if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
    return await answer.json();
  } finally { clearTimeout(timer); }
};

// Scans as the server takes them: how many seconds ago, because a phone's clock may be wrong.
export const outgoing = (scans, now) => scans.map(({ key, kind, position, walk_in, reason, note, by, at }) =>
  ({ key, kind, position, walk_in, reason, note, by, age_s: Math.max(0, (now - at) / 1000) }));
