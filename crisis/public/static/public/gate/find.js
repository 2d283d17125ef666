// Whom a code, a document number, a zone or a name means, among the people of a pack.
import { readZone } from "./zone.js";

const squeezed = (text) => text.normalize("NFKC").toUpperCase().replace(/[^A-Z0-9]/g, "");
// What eyes and fingers mistake for one another.
const blurred = (text) => squeezed(text).replace(/O/g, "0").replace(/[IL]/g, "1").replace(/S/g, "5").replace(/B/g, "8");
const letters = (text) => text.normalize("NFKC").toUpperCase().replace(/[^\p{L}]/gu, "");
const code = (text) => text.normalize("NFKC").toUpperCase().replace(/\s/g, "");

export const isCode = (text) => /^GH1P?\./.test(code(text));

// {people, how} — how is code, zone, document, near, name or none; {wrong} for a bad zone.
export const find = (text, pack) => {
  const at = (positions) => pack.people.filter((one) => positions.includes(one.position));
  if (isCode(text)) return { how: "code", code: code(text), people: at(pack.parties[code(text)] || []) };
  const zone = readZone(text);
  if (zone && zone.wrong) return { how: "zone", wrong: zone.wrong, people: [] };
  const number = squeezed(zone ? zone.number : text);
  const exact = number.length > 3 ? pack.people.filter((one) => squeezed(one.document_number) === number) : [];
  if (zone) return { how: "zone", zone, people: exact };
  if (exact.length) return { how: "document", people: exact };
  const near = number.length > 5 ? pack.people.filter((one) => one.document_number && blurred(one.document_number) === blurred(number)) : [];
  if (near.length) return { how: "near", people: near };
  // A number of which the letters happen to stand in somebody's name is nobody's name.
  const name = /\d/.test(text) ? "" : letters(text);
  const named = name ? pack.people.filter((one) => letters(one.name).includes(name) || letters(one.passport_name).includes(name)) : [];
  return { how: named.length ? "name" : "none", people: named.slice(0, 20) };
};

const yymmdd = (day) => (day || "").replace(/-/g, "").slice(2);
// Fields in which a zone and the list disagree: name, birth, expiry.
export const differing = (zone, one) => [
  ["birth", zone.birth && one.birth_date && zone.birth !== yymmdd(one.birth_date)],
  ["expiry", zone.expiry && one.document_expires_on && zone.expiry !== yymmdd(one.document_expires_on)],
  ["name", zone.name && one.passport_name && !letters(one.passport_name).startsWith(letters(zone.name).slice(0, 30))],
].filter(([, differs]) => differs).map(([part]) => part);
