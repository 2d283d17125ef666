// What a gate keeps on its phone: packs and scans, encrypted under a key that comes from the word
// and is held in memory alone. Readable without it: a pack's number here, its salt, when it ends,
// and how many scans wait.
const ITERATIONS = 600000; // OWASP's figure for PBKDF2 with SHA-256
const LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

const base = () => new Promise((done, fail) => {
  const asked = indexedDB.open("gate", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("packs", { keyPath: "id" });
    asked.result.createObjectStore("scans", { keyPath: "key" }).createIndex("pack", "pack");
  };
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => fail(asked.error);
});
const act = async (names, mode, what) => {
  const open = await base();
  try {
    return await new Promise((done, fail) => {
      const turn = open.transaction(names, mode);
      const asked = what(turn);
      turn.oncomplete = () => done(asked && asked.result);
      turn.onerror = turn.onabort = () => fail(turn.error);
    });
  } finally { open.close(); }
};

export const random = (bytes) => Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (n) => n.toString(16).padStart(2, "0")).join("");
export const plainWord = (word) => [...word.normalize("NFKC").toUpperCase()].filter((one) => LETTERS.includes(one)).join("");

export const keyOf = async (word, salt) => {
  const raw = await crypto.subtle.importKey("raw", new TextEncoder().encode(plainWord(word)), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ITERATIONS };
  return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
};
// `what` is bound to the ciphertext: moved to another place, it does not open.
const bound = (iv, what) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(what) });
export const seal = async (key, what, value) => {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt(bound(iv, what), key, new TextEncoder().encode(JSON.stringify(value))) };
};
export const unseal = async (key, what, sealed) =>
  JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(bound(sealed.iv, what), key, sealed.data)));

export const packs = async () => (await act(["packs"], "readonly", (turn) => turn.objectStore("packs").getAll())).sort((a, b) => b.until - a.until);
export const putPack = (row) => act(["packs"], "readwrite", (turn) => turn.objectStore("packs").put(row));
export const scansOf = (pack) => act(["scans"], "readonly", (turn) => turn.objectStore("scans").index("pack").getAll(pack));
export const putScans = (rows) => act(["scans"], "readwrite", (turn) => { rows.forEach((row) => turn.objectStore("scans").put(row)); });
export const unsent = async (pack) => (await scansOf(pack)).filter((row) => !row.sent).length;
export const dropPack = (id) => act(["packs", "scans"], "readwrite", (turn) => {
  turn.objectStore("packs").delete(id);
  turn.objectStore("scans").index("pack").openKeyCursor(id).onsuccess = (event) => {
    const at = event.target.result;
    if (at) { turn.objectStore("scans").delete(at.primaryKey); at.continue(); }
  };
});

// When a pack is over its people go from the phone; scans that were not sent stay, and the two
// secrets that send them. When nothing waits, everything goes.
export const sweep = async () => {
  for (const pack of await packs()) {
    if (Date.now() < pack.until) continue;
    if ((await unsent(pack.id)) === 0) await dropPack(pack.id);
    else if (pack.people) await putPack({ ...pack, people: null });
  }
};
